"""Rendering of the town's web pages: templates, headers, errors a person can read."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug import Response

_HOME = Path(__file__).parent / "console"
STATIC = _HOME / "static"

# No inline script or style anywhere, so this policy needs no exception.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%b %-d, %Y, %H:%M UTC")


def _day(value: datetime) -> str:
    return f"{value:%b} {value.day}, {value.year}"


_templates = Environment(
    loader=FileSystemLoader(_HOME / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(moment=_moment, day=_day)


def page(template: str, *, status: int = 200, **values: Any) -> Response:
    body = _templates.get_template(template).render(values)
    return Response(body, status, dict(SECURITY_HEADERS), mimetype="text/html")


def sorry(status: int, heading: str, advice: str) -> Response:
    return page("error.html", status=status, heading=heading, advice=advice)
