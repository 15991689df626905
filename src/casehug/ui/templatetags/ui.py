"""The components: `{% load ui %}`. Most draw one template of ui/parts/; see docs/reference/ui.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from casehug.ui import relative_time
from casehug.ui.icons import ICONS

register = template.Library()

TONES = ("neutral", "info", "success", "warning", "danger")
TONE_ICONS = {
    "neutral": "info",
    "info": "info",
    "success": "check-circle",
    "warning": "alert",
    "danger": "alert",
}
MESSAGE_TONES = {
    "debug": "neutral",
    "info": "info",
    "success": "success",
    "warning": "warning",
    "error": "danger",
}


# Small things inside a line


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """`{% icon "plug" %}`. Decorative unless a label is given; an unknown name raises KeyError."""
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" focusable="false" {1}>{2}</svg>',
        size,
        role,
        mark_safe(ICONS[name]),  # noqa: S308 our own constant
    )


@register.simple_tag
def pill(text: object, tone: str = "neutral") -> SafeString:
    """`{% pill "Approved" tone="success" %}`: a state in words, with a dot in its tone."""
    return format_html('<span class="pill tone-{}">{}</span>', _known(tone), text)


@register.simple_tag
def ago(value: datetime | None, empty: str = "never") -> SafeString:
    """`{% ago matter.synced_at %}`: "3 min ago", the exact time of the current time zone on hover."""
    if value is None:
        return format_html('<span class="muted">{}</span>', empty)
    zone = timezone.get_current_timezone()
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        value.isoformat(timespec="seconds"),
        relative_time.exact(value, zone=zone),
        relative_time.ago(value, now=timezone.now(), zone=zone),
    )


@register.inclusion_tag("ui/parts/copyable.html")
def copyable(value: object, label: str = "value") -> dict[str, object]:
    """`{% copyable webhook_url label="webhook URL" %}`: selectable text, copy button with scripts."""
    return {"value": value, "label": label}


@register.inclusion_tag("ui/parts/progress.html")
def progress(value: int, maximum: int, label: str, note: str = "") -> dict[str, object]:
    """`{% progress 4 7 label="Documents approved" note="about 2 min left" %}`."""
    return {"value": value, "maximum": maximum, "label": label, "note": note}


# Blocks with a body


@register.simple_block_tag
def card(content: SafeString, title: str = "", icon: str = "", note: str = "", level: int = 2) -> SafeString:
    """`{% card title="Lawmatics" icon="plug" note="Linked" %}…{% endcard %}`."""
    return _part("card", content=content, title=title, icon=icon, note=note, level=level)


@register.simple_block_tag
def page_header(
    content: SafeString, title: str, note: str = "", back_url: str = "", back_label: str = "", state: str = ""
) -> SafeString:
    """The page's h1, a line under it and, as the body, its actions. `state` takes a ready pill."""
    return _part(
        "page_header",
        content=content,
        title=title,
        note=note,
        back_url=back_url,
        back_label=back_label,
        state=state,
    )


@register.simple_block_tag
def callout(content: SafeString, title: str = "", tone: str = "info") -> SafeString:
    """`{% callout tone="danger" title="What happened" %}why, and what now{% endcallout %}`."""
    return _part("callout", content=content, title=title, tone=_known(tone), icon=TONE_ICONS[tone])


@register.simple_block_tag
def empty(content: SafeString, title: str, text: str = "", icon: str = "folder") -> SafeString:
    """An empty list: what is missing, and in the body the next step."""
    return _part("empty", content=content, title=title, text=text, icon=icon)


@register.simple_block_tag
def confirm(content: SafeString, label: str) -> SafeString:
    """A second look before a grave step, without scripts: a danger button that opens its own explanation."""
    return _part("confirm", content=content, label=label)


# Forms


@register.simple_tag
def field(bound: BoundField, hint: str = "", prefix: str = "", placeholder: bool = True) -> SafeString:
    """`{% field form.email hint="We only write about this matter." %}`: label, hint, input, error."""
    if hint:
        bound.help_text = hint
    widget = bound.as_widget(attrs=None if placeholder else {"placeholder": False})
    return render_to_string("ui/field.html", {"field": bound, "widget": widget, "prefix": prefix})


@register.inclusion_tag("ui/parts/form_fields.html")
def form_fields(form: BaseForm, placeholder: bool = True) -> dict[str, object]:
    """`{% form_fields form %}`: the error summary and every field, without the form element and buttons."""
    return {"form": form, "placeholder": placeholder}


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, object]:
    """What is wrong with the form as a whole, on top, each line linked to its field."""
    fields = [bound for bound in form if bound.errors and not bound.is_hidden]
    hidden = [error for bound in form.hidden_fields() for error in bound.errors]
    return {"general": [*form.non_field_errors(), *hidden], "fields": fields}


@register.inclusion_tag("ui/parts/toggle.html")
def toggle(name: str, label: str, checked: bool = False, hint: str = "", disabled: bool = False) -> dict[str, object]:
    """`{% toggle "sync_on_approval" "Sync when a document is approved" checked=True hint="…" %}`."""
    return {"name": name, "label": label, "checked": checked, "hint": hint, "disabled": disabled}


# Lists and ways through them; the sequences hold dicts or objects with the named attributes


@register.inclusion_tag("ui/parts/search_box.html")
def search_box(value: str = "", label: str = "Search", name: str = "q", hint: str = "") -> dict[str, object]:
    """The search field of a list, to be put inside a GET form."""
    return {"value": value or "", "label": label, "name": name, "hint": hint}


@register.inclusion_tag("ui/parts/chips.html")
def chips(items: Iterable[object], label: str = "Filter") -> dict[str, object]:
    """Filters as links. Items: label, url, current, count (may be absent)."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("ui/parts/pager.html")
def pager(newer: str = "", older: str = "", note: str = "") -> dict[str, object]:
    """Keyset paging: links to the newer and the older page, an empty address where there is none."""
    return {"newer": newer, "older": older, "note": note}


@register.inclusion_tag("ui/parts/tabs.html")
def tabs(items: Iterable[object], label: str = "Sections") -> dict[str, object]:
    """Tabs as links. Items: label, url, current, count (may be absent)."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("ui/parts/steps.html")
def steps(items: Iterable[object], label: str = "Progress") -> dict[str, object]:
    """A wizard's steps. Items: label, state (done, current, todo, failed), url and hint (may be absent)."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(items: Iterable[object], label: str = "History") -> dict[str, object]:
    """What happened, newest first. Items: title, at, and optionally detail, by, icon, tone, url."""
    return {"items": list(items), "label": label}


@register.inclusion_tag("ui/parts/barchart.html")
def barchart(bars: Sequence[tuple[str, int]], label: str) -> dict[str, object]:
    """`{% barchart syncs_per_day label="Syncs per day" %}` with [("Mon", 4), …]."""
    height, step, width = 48, 12, 8
    top = max([value for _, value in bars], default=0) or 1
    shapes: list[Mapping[str, Any]] = []
    for index, (name, value) in enumerate(bars):
        tall = max(1, round(value / top * height)) if value else 1
        shapes.append(
            {
                "name": name,
                "value": value,
                "x": index * step + 2,
                "y": height - tall,
                "height": tall,
                "width": width,
            }
        )
    return {"bars": shapes, "label": label, "width": len(bars) * step, "height": height, "top": top}


@register.filter
def message_tone(level_tag: str) -> str:
    """Django's message level as one of our tones."""
    return MESSAGE_TONES.get(level_tag, "info")


@register.filter
def tone_icon(tone: str) -> str:
    return TONE_ICONS.get(tone, "info")


def _part(name: str, **context: object) -> SafeString:
    return render_to_string(f"ui/parts/{name}.html", context)


def _known(tone: str) -> str:
    if tone not in TONES:
        raise ValueError(f"Unknown tone {tone!r}; use one of {', '.join(TONES)}.")
    return tone
