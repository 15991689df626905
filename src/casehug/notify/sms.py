"""Text messages by an adapter: CASEHUG_SMS is `none`, `console`, or the dotted path of a class that fits TextSender."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from casehug.kit import clock

NONE, CONSOLE = "none", "console"


class TextSender(Protocol):
    """A way to send text messages. It is made anew for each round, without arguments."""

    def send(self, *, message_id: UUID, firm_id: UUID, to: str, text: str) -> None:
        """Send to a number in international form. Raises OSError (or what derives from it) to be tried again.

        The same `message_id` may come again after a crash; a provider that takes idempotency keys gets it as one.
        """
        ...


class WritesFiles:
    """For the demo and development: a file per message, beside the mails, where the outbox page finds it."""

    def send(self, *, message_id: UUID, firm_id: UUID, to: str, text: str) -> None:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fact = {"firm": str(firm_id), "to": to, "text": text, "at": clock.now().isoformat()}
        (folder / f"{message_id}.sms").write_text(json.dumps(fact))


def can_send() -> bool:
    return bool(settings.SMS != NONE)


def sender() -> TextSender:
    """The adapter that the setting names. Raises ImportError for a path that leads nowhere."""
    if settings.SMS == CONSOLE:
        return WritesFiles()
    return cast(TextSender, import_string(settings.SMS)())
