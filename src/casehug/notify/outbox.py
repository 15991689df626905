"""What was sent, read from the folder that mails and text messages are written to without a mail server.

For the demo and for development only: these files hold private links and codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

from casehug.tenancy.actor import Actor

# Django's mail files end each message with this line.
_BETWEEN = b"\n" + b"-" * 79 + b"\n"
_LINK = re.compile(r"https?://\S+")
FILES = 400
SHOWN = 100


@dataclass(frozen=True)
class Sent:
    at: datetime
    to: str
    subject: str
    text: str
    links: list[str]
    is_sms: bool


def sent_messages(actor: Actor) -> list[Sent]:
    """The firm's messages, newest first: mails that name another firm, or none, are left out."""
    folder = Path(settings.EMAIL_FILE_PATH)
    if not folder.is_dir():
        return []
    newest = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)[:FILES]
    firm = str(actor.firm_id)
    found = [sent for file in newest for sent in (_texts(file, firm) if file.suffix == ".sms" else _mails(file, firm))]
    return sorted(found, key=lambda sent: sent.at, reverse=True)[:SHOWN]


def _texts(file: Path, firm: str) -> Iterator[Sent]:
    told = json.loads(file.read_text())
    if told["firm"] == firm:
        at = datetime.fromisoformat(told["at"])
        yield Sent(at, told["to"], "", told["text"], _LINK.findall(told["text"]), is_sms=True)


def _mails(file: Path, firm: str) -> Iterator[Sent]:
    at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    for piece in file.read_bytes().split(_BETWEEN):
        mail = message_from_bytes(piece, policy=policy.default)
        if not isinstance(mail, EmailMessage) or mail["X-CaseHug-Firm"] != firm:
            continue
        body = mail.get_body(("plain",))
        text = body.get_content() if body else ""
        yield Sent(at, str(mail["To"]), str(mail["Subject"]), text, _LINK.findall(text), is_sms=False)
