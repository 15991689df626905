"""Reads settings from the environment. A missing or malformed one stops the start with a numbered sentence.

Every `NAME` can also be given as `NAME_FILE`, the path of a file that holds the value (container and systemd secrets).
No message ever repeats a value.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


class Misconfigured(ImproperlyConfigured):
    """A start-up refusal with its number, for example casehug.E001, and a hint."""

    def __init__(self, number: str, problem: str, hint: str) -> None:
        super().__init__(f"casehug.{number}: {problem}\n    Hint: {hint}")
        self.number = number


def optional(name: str, default: str = "") -> str:
    if value := os.environ.get(name):
        return value
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except (OSError, ValueError):
            # From None: the cause would repeat the path, which may be the secret itself, given under the wrong name.
            raise Misconfigured(
                "E005", f"{name}_FILE names a file that cannot be read.", "Check the path and its rights."
            ) from None
    return default


def required(name: str, *, number: str, hint: str) -> str:
    if value := optional(name):
        return value
    raise Misconfigured(number, f"{name} is not set.", hint)


def flag(name: str) -> bool:
    """False unless the variable says `1`, `true`, `yes` or `on`: every flag fails closed."""
    return optional(name).strip().lower() in {"1", "true", "yes", "on"}


def number(name: str, default: int, *, least: int = 1) -> int:
    """A whole number, at least `least`."""
    text = optional(name, str(default)).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) >= least):
        raise Misconfigured("E007", f"{name} is not a whole number of {least} or more.", "Write it in digits only.")
    return int(text)


def address(name: str) -> str:
    """A `host:port` of our own network, or "" if it is not set."""
    text = optional(name).strip()
    host, _, port = text.rpartition(":")
    if text and not (host and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise Misconfigured("E008", f"{name} is not written as host:port.", "Write it like clamav.internal:3310.")
    return text


def database(url: str) -> dict[str, Any]:
    """Turn postgresql://user:password@host:port/name?sslmode=… into Django's dictionary."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # A "/" or "[" that was not encoded: the cause would repeat a piece of the password.
        parts, port = urlsplit(""), None
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise Misconfigured(
            "E004",
            "the database address is not one of PostgreSQL.",
            "Write it as postgresql://user:password@host:5432/name, special characters percent-encoded."
            " CaseHug runs on PostgreSQL 15 or newer only.",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        # sslmode=verify-full and the like: dropped silently, the connection would fall back to plain text.
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
