"""Sound files from elsewhere while they wait for their conversion: sealed as they arrive.

A file is its data key, wrapped by the master key (RFC 3394, 40 bytes), and a sealed object under that key.
"""

import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from onrecord.storage.sealed import SEGMENT, SealedReader, SealedWriter, SealError

_WRAPPED = 40
_NAME = "waiting"
#: Plaintext opened at once: decoders read small pieces one after another.
_BLOCK = 16 * SEGMENT


class WaitingWriter:
    """Seals what is written into a new file. End with `finish` or `discard`."""

    def __init__(self, path: Path, master_key: bytes) -> None:
        """Raises FileExistsError, OSError."""
        self._path = path
        self._file = path.open("xb")
        data_key = secrets.token_bytes(32)
        self._file.write(aes_key_wrap(master_key, data_key))
        self._writer = SealedWriter(self._file, data_key, path.name, _NAME)

    @property
    def size(self) -> int:
        """Plaintext bytes so far."""
        return self._writer.size

    def write(self, data: bytes, /) -> int:
        return self._writer.write(data)

    def finish(self) -> None:
        self._writer.finish()
        self._file.close()

    def discard(self) -> None:
        """Leave nothing of it."""
        self._file.close()
        self._path.unlink(missing_ok=True)


@contextmanager
def sealing(path: Path, master_key: bytes) -> Iterator[WaitingWriter]:
    """Write a new file; nothing is left of it should anything fail. Raises FileExistsError, OSError."""
    writer = WaitingWriter(path, master_key)
    try:
        yield writer
        writer.finish()
    except BaseException:
        writer.discard()
        raise


class WaitingFile(io.RawIOBase):
    """Plaintext of a waiting file, to be read and sought in: never whole in memory, never on disk."""

    def __init__(self, path: Path, master_key: bytes) -> None:
        """Raises OSError, SealError."""
        self._file = path.open("rb")
        try:
            data_key = aes_key_unwrap(master_key, self._file.read(_WRAPPED))
            stored = path.stat().st_size - _WRAPPED
            self._reader = SealedReader(self._fetch, stored, data_key, path.name, _NAME)
        except (InvalidUnwrap, ValueError) as error:
            self._file.close()
            raise SealError(f"{path.name} does not open with this host's master key.") from error
        except SealError:
            self._file.close()
            raise
        self._at = 0
        self._block = (-1, b"")

    @property
    def size(self) -> int:
        return self._reader.size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Raises SealError for a file that was altered."""
        number, offset = divmod(self._at, _BLOCK)
        if self._block[0] != number:
            self._block = (number, self._reader.read(number * _BLOCK, (number + 1) * _BLOCK))
        piece = self._block[1][offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _fetch(self, ranges: list[tuple[int, int]]) -> list[bytes]:
        found = []
        for begin, end in ranges:
            self._file.seek(_WRAPPED + begin)
            found.append(self._file.read(end - begin))
        return found
