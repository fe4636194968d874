"""Range headers (RFC 9110, section 14)."""

import pytest

from onrecord.web.ranges import ByteRange, UnsatisfiableError, requested_part

SIZE = 1000


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-", 0, 1000),
        ("bytes=0-0", 0, 1),
        ("bytes=0-499", 0, 500),
        ("bytes=500-999", 500, 1000),
        ("bytes=500-", 500, 1000),
        ("bytes=999-", 999, 1000),
        ("bytes=900-5000", 900, 1000),
        ("bytes=-1", 999, 1000),
        ("bytes=-500", 500, 1000),
        ("bytes=-5000", 0, 1000),
        ("Bytes= 10-19 ", 10, 20),
        ("bytes=0-" + "9" * 5000, 0, 1000),
        ("bytes=-" + "9" * 5000, 0, 1000),
        ("bytes=" + "0" * 5000 + "10-19", 10, 20),
    ],
)
def test_a_part_is_sent(header: str, start: int, stop: int) -> None:
    part = requested_part(header, SIZE)
    assert part == ByteRange(start=start, stop=stop)
    assert part.content_range(SIZE) == f"bytes {start}-{stop - 1}/1000"


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-1",
        "bytes=0-1,5-6",
        "items=0-1",
        "bytes=0-1; x",
        "bytes=--5",
        "bytes=٣-",
    ],
)
def test_the_whole_is_sent(header: str | None) -> None:
    assert requested_part(header, SIZE) is None


@pytest.mark.parametrize(
    "header", ["bytes=1000-", "bytes=1000-1001", "bytes=5000-", "bytes=-0", "bytes=" + "9" * 5000 + "-"]
)
def test_no_byte_is_requested(header: str) -> None:
    with pytest.raises(UnsatisfiableError):
        requested_part(header, SIZE)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-5"])
def test_an_empty_thing_has_no_parts(header: str) -> None:
    with pytest.raises(UnsatisfiableError):
        requested_part(header, 0)
