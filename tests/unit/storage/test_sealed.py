"""Sealed objects: any range gives the plaintext's bytes, and no change goes unseen."""

import io
import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.storage.sealed import (
    HEAD,
    SEGMENT,
    SealedReader,
    SealedWriter,
    SealError,
    plain_size,
    seal,
    sealed_size,
)

CALL, OTHER_CALL = "0" * 32, "1" * 32
KEY = bytes(range(32))
WHOLE = SEGMENT + 16
# Around the edges of segments, where mistakes live.
SIZES = st.one_of(
    st.integers(0, 300),
    st.builds(lambda segments, off: max(0, segments * SEGMENT + off), st.integers(1, 3), st.integers(-2, 2)),
    st.integers(0, 4 * SEGMENT),
)


def reader(sealed: bytes, *, key: bytes = KEY, call: str = CALL, name: str = "audio") -> SealedReader:
    return SealedReader(lambda ranges: [sealed[a:b] for a, b in ranges], len(sealed), key, call, name)


def opened(sealed: bytes) -> bytes:
    source = reader(sealed)
    return source.read(0, source.size)


@given(size=SIZES, data=st.data())
@settings(max_examples=60)
def test_any_range_equals_the_plaintext_slice(size: int, data: st.DataObject) -> None:
    plaintext = secrets.token_bytes(size)
    source = reader(seal(plaintext, KEY, CALL, "audio"))
    assert source.size == size
    start = data.draw(st.integers(0, size + 10))
    stop = data.draw(st.integers(start, size + 20))
    assert source.read(start, stop) == plaintext[start:stop]


@given(cuts=st.lists(st.integers(0, SEGMENT + 100), max_size=8))
@settings(max_examples=40)
def test_it_does_not_matter_how_the_plaintext_came(cuts: list[int]) -> None:
    pieces = [secrets.token_bytes(size) for size in cuts]
    file = io.BytesIO()
    writer = SealedWriter(file, KEY, CALL, "audio")
    for piece in pieces:
        writer.write(piece)
    writer.finish()
    assert writer.size == sum(cuts)
    assert len(file.getvalue()) == sealed_size(sum(cuts))
    assert opened(file.getvalue()) == b"".join(pieces)


@given(size=SIZES)
def test_the_plaintext_size_follows_from_the_sealed_size(size: int) -> None:
    assert plain_size(sealed_size(size)) == size


def test_a_read_fetches_only_the_segments_it_touches() -> None:
    plaintext = secrets.token_bytes(10 * SEGMENT)
    sealed = seal(plaintext, KEY, CALL, "audio")
    fetched: list[tuple[int, int]] = []

    def fetch(ranges: list[tuple[int, int]]) -> list[bytes]:
        fetched.extend(ranges)
        return [sealed[a:b] for a, b in ranges]

    source = SealedReader(fetch, len(sealed), KEY, CALL, "audio")
    assert source.read(3 * SEGMENT + 5, 4 * SEGMENT + 5) == plaintext[3 * SEGMENT + 5 : 4 * SEGMENT + 5]
    assert fetched == [(0, HEAD), (HEAD + 3 * WHOLE, HEAD + 5 * WHOLE)]


@given(size=SIZES, data=st.data())
@settings(max_examples=60)
def test_a_flipped_bit_anywhere_is_detected(size: int, data: st.DataObject) -> None:
    sealed = bytearray(seal(secrets.token_bytes(size), KEY, CALL, "audio"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(SealError):
        opened(bytes(sealed))


@given(size=SIZES, data=st.data())
@settings(max_examples=60)
def test_a_cut_object_is_detected(size: int, data: st.DataObject) -> None:
    sealed = seal(secrets.token_bytes(size), KEY, CALL, "audio")
    with pytest.raises(SealError):
        opened(sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@pytest.mark.parametrize("kept", [1, 2])
def test_a_cut_between_segments_is_detected(kept: int) -> None:
    sealed = seal(secrets.token_bytes(3 * SEGMENT), KEY, CALL, "audio")
    with pytest.raises(SealError):
        opened(sealed[: HEAD + kept * WHOLE])


def test_swapped_segments_are_detected() -> None:
    sealed = seal(secrets.token_bytes(3 * SEGMENT), KEY, CALL, "audio")
    first, second = sealed[HEAD : HEAD + WHOLE], sealed[HEAD + WHOLE : HEAD + 2 * WHOLE]
    with pytest.raises(SealError):
        opened(sealed[:HEAD] + second + first + sealed[HEAD + 2 * WHOLE :])


def test_a_segment_of_another_object_under_the_same_key_is_detected() -> None:
    ours, other = (seal(secrets.token_bytes(3 * SEGMENT), KEY, CALL, "audio") for _ in range(2))
    with pytest.raises(SealError):
        opened(ours[: HEAD + WHOLE] + other[HEAD + WHOLE :])


@pytest.mark.parametrize(
    "foreign", [{"call": OTHER_CALL}, {"name": "peaks"}, {"key": bytes(32)}], ids=["call", "name", "key"]
)
def test_an_object_of_another_call_name_or_key_does_not_open(foreign: dict[str, str | bytes]) -> None:
    sealed = seal(b"audio", KEY, CALL, "audio")
    with pytest.raises(SealError):
        reader(sealed, **foreign).read(0, 5)  # type: ignore[arg-type]


def test_what_is_no_sealed_object_is_refused() -> None:
    with pytest.raises(SealError, match="not a sealed object"):
        reader(bytes(100)).read(0, 10)
    with pytest.raises(SealError, match="cut off or altered"):
        reader(b"ONRECS01")


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (5, 4)])
def test_a_range_that_is_none_is_refused(start: int, stop: int) -> None:
    with pytest.raises(ValueError, match="not a range"):
        reader(seal(b"audio", KEY, CALL, "audio")).read(start, stop)
