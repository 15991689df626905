"""How a log line looks: a stable action word first, then its fields. Never a value that came from a client."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog


def line_formatter() -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.processors.TimeStamper(fmt="iso")],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            bare_traceback,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], drop_missing=True),
        ],
    )


def bare_traceback(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where it went wrong and what kind of error it was, without its text.

    The text of a database error quotes the row ("Key (email)=(dana@...) already exists"), and that is a client's.
    """
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        kinds: list[str] = []
        cause: BaseException | None = error
        while cause is not None and len(kinds) < 5:
            kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
            cause = cause.__cause__
        frames = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
        ]
        event["error"] = " from ".join(kinds)
        event["at"] = " > ".join(frames[-12:])
    return event


def configure() -> None:
    """Send structlog's events through the same handlers as everybody else's."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            bare_traceback,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
