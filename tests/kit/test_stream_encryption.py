"""Streams open whole, in order, at their own place, with their own key; or they say so."""

import io
import os
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casehug.kit.encryption import (
    CHUNK_BYTES,
    NONCE_BYTES,
    TAG_BYTES,
    CannotOpen,
    new_file_key,
    open_stream,
    seal_stream,
    unwrap,
    wrap,
)

KEY, PLACE = new_file_key(), "document:1:documents/1/a"
SEALED_CHUNK = NONCE_BYTES + CHUNK_BYTES + TAG_BYTES


def sealed(content: bytes, *, key: bytes = KEY, context: str = PLACE) -> bytes:
    return b"".join(seal_stream([content], key=key, context=context))


def opened(stream: bytes, *, key: bytes = KEY, context: str = PLACE) -> bytes:
    return b"".join(open_stream(io.BytesIO(stream).read, key=key, context=context))


def chunks(stream: bytes) -> list[bytes]:
    body = stream[1:]
    return [body[at : at + SEALED_CHUNK] for at in range(0, len(body), SEALED_CHUNK)]


@pytest.mark.parametrize(
    "size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]
)
def test_it_opens_what_it_sealed(size: int) -> None:
    content = os.urandom(size)
    assert opened(sealed(content)) == content


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2 * CHUNK_BYTES), max_size=6))
def test_it_seals_pieces_of_any_length(sizes: list[int]) -> None:
    pieces = [os.urandom(size) for size in sizes]
    stream = b"".join(seal_stream(pieces, key=KEY, context=PLACE))
    assert opened(stream) == b"".join(pieces)


def test_it_shows_nothing_of_the_content() -> None:
    assert b"Dana" not in sealed(b"Dana Johnson " * 10_000)


def test_it_never_makes_the_same_stream_twice() -> None:
    assert len({sealed(b"equal") for _ in range(200)}) == 200


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_it_notices_chunks_cut_off_at_the_end(kept: int) -> None:
    stream = sealed(os.urandom(3 * CHUNK_BYTES + 5))
    with pytest.raises(CannotOpen):
        opened(stream[:1] + b"".join(chunks(stream)[:kept]))


def test_it_notices_any_other_cut() -> None:
    stream = sealed(os.urandom(CHUNK_BYTES + 40))
    for length in [*range(40), SEALED_CHUNK, SEALED_CHUNK + 2, len(stream) - 1]:
        with pytest.raises(CannotOpen):
            opened(stream[:length])


@pytest.mark.parametrize("order", [(1, 0, 2), (0, 2), (0, 0, 1, 2), (0, 1, 1, 2), (0, 1, 2, 2), (2,), (0, 2, 1)])
def test_it_notices_moved_missing_and_doubled_chunks(order: tuple[int, ...]) -> None:
    parts = chunks(stream := sealed(os.urandom(3 * CHUNK_BYTES)))
    assert len(parts) == 3
    with pytest.raises(CannotOpen):
        opened(stream[:1] + b"".join(parts[index] for index in order))


def test_it_notices_a_chunk_of_another_file_at_the_same_index() -> None:
    """Even if both had the same key."""
    mine = sealed(os.urandom(2 * CHUNK_BYTES))
    other = sealed(os.urandom(2 * CHUNK_BYTES), context="document:1:documents/1/b")
    with pytest.raises(CannotOpen):
        opened(mine[:1] + chunks(mine)[0] + chunks(other)[1])


def test_it_notices_something_added() -> None:
    stream = sealed(os.urandom(2 * CHUNK_BYTES))
    for more in (b"x", chunks(sealed(b"more"))[0]):
        with pytest.raises(CannotOpen):
            opened(stream + more)


@given(data=st.data())
def test_it_notices_any_flipped_bit(data: st.DataObject) -> None:
    stream = bytearray(sealed(b"secret" * 50))
    at = data.draw(st.integers(0, len(stream) * 8 - 1))
    stream[at // 8] ^= 1 << at % 8
    with pytest.raises(CannotOpen):
        opened(bytes(stream))


def test_it_opens_nothing_at_another_place_or_with_another_key() -> None:
    stream = sealed(b"secret")
    with pytest.raises(CannotOpen):
        opened(stream, context="document:2:documents/1/a")
    with pytest.raises(CannotOpen):
        opened(stream, key=new_file_key())


@given(st.binary(max_size=80))
def test_it_says_of_any_garbage_that_it_cannot_be_opened(garbage: bytes) -> None:
    with pytest.raises(CannotOpen):
        opened(garbage)


def test_it_keeps_memory_flat() -> None:
    def much() -> Iterator[bytes]:
        for _ in range(50):
            yield bytes(1024 * 1024)

    class Counter:
        """Feeds the sealed stream back without keeping it."""

        def __init__(self) -> None:
            self.source, self.held = seal_stream(much(), key=KEY, context=PLACE), b""

        def read(self, size: int) -> bytes:
            while len(self.held) < size and (more := next(self.source, b"")):
                self.held += more
            out, self.held = self.held[:size], self.held[size:]
            return out

    tracemalloc.start()
    total = sum(len(chunk) for chunk in open_stream(Counter().read, key=KEY, context=PLACE))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == 50 * 1024 * 1024
    assert peak < 5 * 1024 * 1024


def test_a_wrapped_key_opens_at_its_own_place_only() -> None:
    outer, inner = new_file_key(), new_file_key()
    wrapped = wrap(inner, key=outer, context=PLACE)
    assert unwrap(wrapped, key=outer, context=PLACE) == inner
    assert inner not in wrapped
    for key, context in ((outer, "document:1:documents/1/b"), (new_file_key(), PLACE)):
        with pytest.raises(CannotOpen):
            unwrap(wrapped, key=key, context=context)


@given(st.binary(max_size=60))
def test_it_unwraps_no_garbage(garbage: bytes) -> None:
    with pytest.raises(CannotOpen):
        unwrap(garbage, key=KEY, context=PLACE)
