"""Files that are pending conversion: sealed as they arrive, read like any file."""

import io
import os
import random
from pathlib import Path

import pytest

from onrecord.storage.pending import PendingFile, sealing
from onrecord.storage.sealed import SEGMENT, SealError

KEY = bytes(range(32))


def kept(path: Path, content: bytes) -> Path:
    with sealing(path, KEY) as file:
        for start in range(0, len(content), 10_000):
            file.write(content[start : start + 10_000])
    return path


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 20 * SEGMENT + 7])
def test_what_was_written_is_read_and_nothing_of_it_is_on_disk(tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    path = kept(tmp_path / "a.upload", content)
    with PendingFile(path, KEY) as file:
        assert (file.size, file.read()) == (size, content)
    if size > 16:
        assert content[:16] not in path.read_bytes()


def test_it_is_sought_in_like_any_file(tmp_path: Path) -> None:
    content = os.urandom(40 * SEGMENT)
    path, chance = kept(tmp_path / "a.upload", content), random.Random(5)
    plain = io.BytesIO(content)
    with PendingFile(path, KEY) as file:
        for _ in range(200):
            whence = chance.choice([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END])
            offset = chance.randrange(-len(content), len(content))
            if whence == io.SEEK_SET:
                offset = abs(offset)
            elif whence == io.SEEK_CUR:
                offset = max(offset, -plain.tell())
            assert file.seek(offset, whence) == plain.seek(offset, whence)
            count = chance.randrange(100_000)
            # A raw file may give less than was asked for, but never nothing before its end.
            piece = file.read(count) or b""
            assert piece == plain.read(len(piece))
            assert piece or not count or plain.tell() >= len(content)


def test_nothing_is_left_of_what_breaks_off(tmp_path: Path) -> None:
    class BrokenError(Exception):
        pass

    def break_off() -> None:
        with sealing(tmp_path / "a.upload", KEY) as file:
            file.write(bytes(5 * SEGMENT))
            raise BrokenError

    with pytest.raises(BrokenError):
        break_off()
    assert list(tmp_path.iterdir()) == []


def test_another_key_an_altered_byte_and_a_cut_are_noticed(tmp_path: Path) -> None:
    path = kept(tmp_path / "a.upload", os.urandom(3 * SEGMENT))
    with pytest.raises(SealError, match="master key"):
        PendingFile(path, bytes(32))
    whole = bytearray(path.read_bytes())
    whole[2 * SEGMENT] ^= 1
    path.write_bytes(whole)
    with PendingFile(path, KEY) as file, pytest.raises(SealError):
        file.read()
    path.write_bytes(whole[:-1])
    with pytest.raises(SealError), PendingFile(path, KEY) as file:
        file.read()
    path.write_bytes(whole[:20])
    with pytest.raises(SealError):
        PendingFile(path, KEY)
