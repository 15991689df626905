"""Encryption of values at rest: AES-256-GCM with a key id, a random nonce and associated data.

Layout of a sealed value: 1 byte version, 1 byte length of the key id, the key id, 12 bytes nonce, ciphertext with
its 16-byte tag. The associated data is the place the value belongs to ("connection:<id>:access_token"), so a value
copied to another row, column or firm does not open there.

Files are too large for one piece, so `seal_stream` cuts them into chunks. A sealed stream is 1 byte version, then for
each chunk 12 bytes nonce and the ciphertext with its tag. The associated data of a chunk is the place, the chunk's
index, and whether it is the last one: chunks that are moved, left out, doubled or cut off do not open. Each file has a
key of its own (`wrap` and `unwrap` put it under another key), so nonces of different files never meet under one key.
"""

import base64
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32
TAG_BYTES = 16

STREAM_VERSION = b"\x02"
CHUNK_BYTES = 64 * 1024
_SEALED_CHUNK = NONCE_BYTES + CHUNK_BYTES + TAG_BYTES


class CannotOpen(Exception):
    """The value was not sealed for this place, or by none of our keys."""


class BadKeyset(ValueError):
    """The keyset setting cannot be read. The text never repeats the setting."""


@dataclass(frozen=True)
class Keyset:
    """The keys by id; new values are sealed with `primary`, old ones open with whichever key they name."""

    primary: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Keyset":
        """Read `id:base64,id:base64`; the first is the primary key.

        Raises BadKeyset on an empty list, a doubled id, or a key that is not 32 bytes.
        """
        keys: dict[str, bytes] = {}
        pieces = filter(None, (piece.strip() for piece in text.split(",")))
        # Errors count the keys instead of naming their ids: id and key may have been swapped.
        for number, part in enumerate(pieces, start=1):
            key_id, separator, encoded = part.partition(":")
            if not separator or not key_id or not key_id.isascii() or len(key_id) > 255:
                raise BadKeyset("each key is written as id:base64")
            if key_id in keys:
                raise BadKeyset(f"the id of key {number} appears twice")
            try:
                key = base64.b64decode(encoded, validate=True)
            except ValueError:  # also for what is not ASCII
                raise BadKeyset(f"key {number} is not base64") from None
            if len(key) != KEY_BYTES:
                raise BadKeyset(f"key {number} is not {KEY_BYTES} bytes long")
            keys[key_id] = key
        if not keys:
            raise BadKeyset("there is no key in it")
        return cls(primary=next(iter(keys)), keys=keys)

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """Encrypt `plaintext` for the place named by `context`."""
        key_id = self.primary.encode()
        header = bytes([VERSION, len(key_id)]) + key_id
        nonce = os.urandom(NONCE_BYTES)
        return header + nonce + AESGCM(self.keys[self.primary]).encrypt(nonce, plaintext, _bind(header, context))

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt what `seal` made for the same `context`; raises CannotOpen for anything else."""
        sealed = bytes(sealed)
        if len(sealed) < 2 or sealed[0] != VERSION:
            raise CannotOpen("not a sealed value")
        body = 2 + sealed[1]
        header, nonce, ciphertext = (
            sealed[:body],
            sealed[body : body + NONCE_BYTES],
            sealed[body + NONCE_BYTES :],
        )
        key = self.keys.get(header[2:].decode(errors="replace"))
        if key is None:
            raise CannotOpen("sealed with a key that is not in the keyset")
        try:
            return AESGCM(key).decrypt(nonce, ciphertext, _bind(header, context))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("altered, or sealed for another place") from error


def new_file_key() -> bytes:
    """A fresh 256-bit key for one file."""
    return os.urandom(KEY_BYTES)


def wrap(value: bytes, *, key: bytes, context: str) -> bytes:
    """Encrypt a short value, such as a file's key, under `key` for the place named by `context`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, context.encode())


def unwrap(wrapped: bytes, *, key: bytes, context: str) -> bytes:
    """Decrypt what `wrap` made for the same `context`; raises CannotOpen for anything else."""
    wrapped = bytes(wrapped)
    try:
        return AESGCM(key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("altered, or wrapped for another place") from error


def seal_stream(pieces: Iterable[bytes], *, key: bytes, context: str) -> Iterator[bytes]:
    """Encrypt a stream chunk by chunk; the pieces may have any length. Never holds more than a piece and a chunk."""
    cipher = AESGCM(key)
    yield STREAM_VERSION
    held = bytearray()
    index = 0
    for piece in pieces:
        held += piece
        # The last chunk waits until we know that it is the last one.
        while len(held) > CHUNK_BYTES:
            yield _seal_chunk(cipher, bytes(held[:CHUNK_BYTES]), context, index, final=False)
            del held[:CHUNK_BYTES]
            index += 1
    yield _seal_chunk(cipher, bytes(held), context, index, final=True)


def open_stream(read: Callable[[int], bytes], *, key: bytes, context: str) -> Iterator[bytes]:
    """Decrypt what `seal_stream` made, chunk by chunk; `read(n)` gives the next n bytes, fewer only at the end.

    Raises CannotOpen at the first chunk that is altered, moved or missing. What came before it is genuine, but only
    the end of the iteration tells that the file is whole.
    """
    cipher = AESGCM(key)
    if read(1) != STREAM_VERSION:
        raise CannotOpen("not a sealed stream")
    sealed, index = read(_SEALED_CHUNK), 0
    while True:
        following = read(_SEALED_CHUNK) if len(sealed) == _SEALED_CHUNK else b""
        yield _open_chunk(cipher, sealed, context, index, final=not following)
        if not following:
            return
        sealed, index = following, index + 1


def _seal_chunk(cipher: AESGCM, chunk: bytes, context: str, index: int, *, final: bool) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, chunk, _bind_chunk(context, index, final))


def _open_chunk(cipher: AESGCM, sealed: bytes, context: str, index: int, *, final: bool) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bind_chunk(context, index, final))
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("altered, cut off, or sealed for another place") from error


def _bind_chunk(context: str, index: int, final: bool) -> bytes:
    # Fixed lengths first, so that no context can imitate another index.
    return STREAM_VERSION + index.to_bytes(8, "big") + bytes([final]) + context.encode()


def generate_key() -> str:
    """A fresh 256-bit key in base64, as the keyset setting wants it."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode("ascii")


def _bind(header: bytes, context: str) -> bytes:
    return header + context.encode()


@cache
def keyset() -> Keyset:
    """The installation's keys, from the setting ENCRYPTION_KEYS."""
    return Keyset.parse(settings.ENCRYPTION_KEYS)
