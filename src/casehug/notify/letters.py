"""From words and a few values to a message as it is sent: subject, plain text and HTML in the firm's colours."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from uuid import UUID

import phonenumbers
from django.template.loader import render_to_string

from casehug.kit.encryption import keyset
from casehug.notify.wording import FRAME, Words
from casehug.tenancy.models import Firm

OUR_ACCENT = "#1f5d63"
# By this name the HTML finds the logo among the parts of its mail.
LOGO = "firm-logo"
LOGO_HEIGHT = 40


@dataclass(frozen=True)
class Contents:
    """What a message says. An e-mail has all three, a text message only `text`."""

    subject: str
    text: str
    html: str

    def seal(self, message_id: UUID) -> bytes:
        return keyset().seal(json.dumps(asdict(self)).encode(), context=_place(message_id))

    @classmethod
    def open(cls, sealed: bytes | memoryview, message_id: UUID) -> Contents:
        """Raises CannotOpen for what was sealed for another message."""
        return cls(**json.loads(keyset().open(bytes(sealed), context=_place(message_id))))


@dataclass(frozen=True)
class Ask:
    """A document that is needed again, and what the firm says about it."""

    name: str
    message: str


def write_mail(
    words: Words,
    *,
    firm: Firm,
    language: str = "en",
    url: str = "",
    unsubscribe: str = "",
    asks: tuple[Ask, ...] = (),
    **values: str,
) -> Contents:
    """Fill the words in. Values are put in as they are and escaped in the HTML; none of them is a format itself."""
    filled = _fill(words, firm=firm.name, url=url, **values)
    context = {
        "language": language,
        "words": filled,
        "firm": firm,
        "accent": firm.accent or OUR_ACCENT,
        "logo": LOGO if firm.logo else "",
        "logo_width": _logo_width(bytes(firm.logo)) if firm.logo else 0,
        "url": url,
        "code": values.get("code", ""),
        "asks": asks,
        "help": FRAME[language]["help"].format(phone=readable(firm.phone)) if firm.phone else "",
        "unsubscribe": unsubscribe,
        "unsubscribe_label": FRAME[language]["unsubscribe"],
    }
    return Contents(
        subject=" ".join(filled.subject.split()),
        text=render_to_string("notify/mail.txt", context).strip() + "\n",
        html=render_to_string("notify/mail.html", context),
    )


def write_text_message(words: Words, *, firm: Firm, url: str = "", **values: str) -> Contents:
    return Contents(subject="", text=_fill(words, firm=firm.name, url=url, **values).sms, html="")


def readable(phone: str) -> str:
    """A stored number as people write it: (303) 555-0134."""
    try:
        number = phonenumbers.parse(phone, "US")
    except phonenumbers.NumberParseException:
        return phone
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if number.country_code == 1 else style.INTERNATIONAL)


def _fill(words: Words, **values: str) -> Words:
    return replace(
        words,
        subject=words.subject.format(**values),
        heading=words.heading.format(**values),
        lines=tuple(line.format(**values) for line in words.lines),
        closing=words.closing.format(**values),
        sms=words.sms.format(**values),
    )


def _logo_width(logo: bytes) -> int:
    """Some mail programs go by the attributes alone. A PNG says its size in a fixed place of its head."""
    width, height = int.from_bytes(logo[16:20]), int.from_bytes(logo[20:24])
    return max(1, round(width * LOGO_HEIGHT / height)) if height else LOGO_HEIGHT


def _place(message_id: UUID) -> str:
    return f"message:{message_id}"
