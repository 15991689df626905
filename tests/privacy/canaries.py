"""Canaries: a word of its own in every text and JSON column of a firm, and the search for it in whatever leaves.

The columns are found by walking the models, so a new one is under watch before anybody thinks of it, and a column of
a type that nobody can plant in must be named here with the reason.
"""

import base64
import html
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from django.apps import apps
from django.db import models
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.databases import TestDatabase

# Columns that steer the program: a canary in them would only break it. None of them holds anybody's words.
STEERING = {
    "accounts_user.password": "a hash",
    "intake_answer.question": "key of a question",
    "intake_checklistitem.key": "key of an item",
    "intake_templateversion.case_type": "key of the case type",
    "intake_matter.case_type": "key of the case type",
    "intake_matter.status": "a word of ours, checked by the database",
    "intake_matter.delivery_state": "a word of ours",
    "intake_matter.state": "two letters",
    "intake_client.language": "two letters",
    "intake_document.state": "a word of ours, checked by the database",
    "intake_document.provided_by": "a word of ours, checked by the database",
    "intake_document.content_type": "one of the types that are taken",
    "intake_document.stored_as": "a random name; a canary would only keep the file's contents from being found",
    "intake_upload.stored_as": "a random name",
    "intake_upload.provided_by": "a word of ours",
    "notify_message.kind": "a word of ours",
    "notify_message.channel": "a word of ours",
    "notify_message.state": "a word of ours, checked by the database",
    "notify_wishes.reminder_days": "numbers, checked on the way in",
    "tenancy_membership.role": "a word of ours, checked by the database",
    "tenancy_firm.time_zone": "the name of a zone",
    "tenancy_firm.accent": "a colour, seven characters, checked on the way in",
}
# Bytes. What is sealed cannot be planted from outside; its contents are: test_canary seals a canary for each.
BYTES = {
    "intake_answer.sealed": "a secret answer: SECRET in test_canary",
    "intake_document.wrapped_key": "a sealed key: the contents of files in test_canary",
    "intake_upload.wrapped_key": "a sealed key",
    "intake_filekey.sealed": "a sealed key",
    "notify_message.sealed": "the message itself, which is what is looked at",
    "tenancy_firm.logo": "the firm's own picture, made for showing",
}
# The engine's own records of its requests and of what Lawmatics answered, of a firm's account there, not of a client
# here; what reaches them has passed the door already, and a canary in them would only break the drain.
NOT_WATCHED = ("sync_", "connections_")
# Tables that belong to no firm.
DIRECTORIES = {
    "accounts_user": "watched by way of the firm's members",
    "intake_portalkey": "hashes of links and cookies",
    "intake_firmwithfiles": "which firms to sweep",
    "notify_mailround": "when to look again",
}
# Types that hold no words.
PLAIN = (
    models.UUIDField,
    models.DateTimeField,
    models.DateField,
    models.BooleanField,
    models.IntegerField,
    models.ForeignKey,
)


def watched_models() -> list[type[models.Model]]:
    """Every model of ours with anybody's words in it: a new room or table is among them at once."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("casehug.")]
    watched = [model for model in ours if not model._meta.db_table.startswith(NOT_WATCHED)]
    return [
        model for model in watched if getattr(model, "firm_owned", False) or model._meta.db_table == "accounts_user"
    ]


def fields_of(found: Iterable[type[models.Model]]) -> Iterator[tuple[str, "models.Field[Any, Any]"]]:
    for model in found:
        for field in model._meta.local_fields:
            yield f"{model._meta.db_table}.{field.column}", field


def columns(found: Iterable[type[models.Model]]) -> dict[str, "models.Field[Any, Any]"]:
    """The columns that get a canary."""
    words = (models.CharField, models.TextField, models.JSONField)
    return {name: field for name, field in fields_of(found) if isinstance(field, words) and name not in STEERING}


def unclassified(found: Iterable[type[models.Model]]) -> set[str]:
    """Columns that nobody has thought about: neither plantable, nor plain, nor named above."""
    found = list(found)
    known = {*columns(found), *STEERING, *BYTES}
    return {name for name, field in fields_of(found) if name not in known and not isinstance(_holds(field), PLAIN)}


def _holds(field: "models.Field[Any, Any]") -> Any:
    """What a column that the database works out by itself holds."""
    return field.output_field if isinstance(field, models.GeneratedField) else field


def plant(database: TestDatabase, firm_id: UUID) -> dict[str, str]:
    """Write its canary into every row of every column, as the administrator; answers canary -> column."""
    planted: dict[str, str] = {}
    empty = set()
    with database.connect("admin") as connection:
        for number, (name, field) in enumerate(columns(watched_models()).items()):
            # A number must be one, since it is written as people write it: found by its digits.
            canary = f"3035550{number:03d}" if name.endswith(".phone") else f"cnry{number:03d}x"
            planted[canary] = name
            if not connection.execute(_planting(name, field, canary), {"firm": firm_id}).rowcount:
                empty.add(name)
    assert not empty, f"no row to plant in: {sorted(empty)}"
    return planted


def _planting(name: str, field: "models.Field[Any, Any]", canary: str) -> sql.Composed:
    """Each row gets a number of its own, since some columns are unique; addresses are so over all firms."""
    table, column = name.split(".")
    value = sql.SQL("{} || '-' || numbered.n").format(sql.Literal(canary))
    if isinstance(field, models.JSONField):
        value = sql.SQL("{}").format(sql.Literal(Jsonb({canary: [canary]})))
    elif name.endswith(".phone"):
        value = sql.SQL("'+1' || {}").format(sql.Literal(canary))
    elif isinstance(field, models.EmailField) or name == "notify_message.recipient":
        value = sql.SQL("{} || '-' || numbered.n || '-' || %(firm)s || '@example.com'").format(sql.Literal(canary))
    owner = {
        "tenancy_firm": sql.SQL("id = %(firm)s"),
        "accounts_user": sql.SQL("id IN (SELECT user_id FROM tenancy_membership WHERE firm_id = %(firm)s)"),
    }.get(table, sql.SQL("firm_id = %(firm)s"))
    return sql.SQL(
        "UPDATE {table} SET {column} = {value} FROM"
        " (SELECT ctid AS place, row_number() OVER () AS n FROM {table} WHERE {owner}) AS numbered"
        " WHERE {table}.ctid = numbered.place"
    ).format(table=sql.Identifier(table), column=sql.Identifier(column), value=value, owner=owner)


def found_in(text: str, planted: dict[str, str]) -> set[str]:
    """The columns whose canary is in the text, however it is written there."""
    # Mail programs break long lines, in base64 as well as in quoted-printable.
    joined = text.replace("=\r\n", "").replace("=\n", "").replace("\r", "").replace("\n", "")
    plain = f"{text} {joined} {html.unescape(unquote_plus(joined))}"
    lowered = plain.lower()
    digits = re.sub(r"\D", "", plain)
    return {
        column
        for canary, column in planted.items()
        if any(form in plain for form in in_base64(canary))
        or any(form in lowered for form in other_forms(canary))
        or (canary.isdigit() and canary in digits)
    }


def in_base64(word: str) -> set[str]:
    """A word inside a longer text falls on one of three alignments; its edges mix with the neighbours and are cut."""
    found = set()
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + word.encode()).decode()
        first, last = (before * 8 + 5) // 6, (before + len(word)) * 8 // 6
        found |= {encoded[first:last], encoded[first:last].replace("+", "-").replace("/", "_")}
    return found


def other_forms(word: str) -> set[str]:
    """As it stands, in hex, URL-encoded and JSON-escaped to the last letter; all in small letters."""
    word = word.lower()
    return {
        word,
        word.encode().hex(),
        "".join(f"%{letter:02x}" for letter in word.encode()),
        "".join(f"\\u{ord(letter):04x}" for letter in word),
        "".join(f"={letter:02x}" for letter in word.encode()),
    }


def opened(mail: bytes) -> str:
    """A mail as it is sent, and again with its headers and parts decoded."""
    message = message_from_bytes(mail, policy=policy.default)
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    decoded = [bytes(part).decode(errors="replace") for part in parts if isinstance(part, bytes)]
    headers = [f"{name}: {value}" for part in message.walk() for name, value in part.items()]
    return "\n".join([mail.decode(errors="replace"), *headers, *decoded])
