"""Identifiers and random secrets."""

import secrets
from base64 import b32encode
from uuid import UUID

from uuid_utils import compat


def new_id() -> UUID:
    """A version 7 UUID: unguessable enough for an address, and sorted by the time it was made."""
    return compat.uuid7()


def new_secret() -> str:
    """256 random bits as URL-safe text (43 characters): for tokens and one-time states."""
    return secrets.token_urlsafe(32)


def new_marker() -> str:
    """80 random bits as 16 capital letters and digits: short enough for a person to read in a note's name."""
    return b32encode(secrets.token_bytes(10)).decode("ascii")
