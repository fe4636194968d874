"""Imported sound files that are pending conversion. They are sealed as they arrive.

A file consists of its data key, wrapped by the master key (RFC 3394, 40 bytes), and an object sealed with it.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from onrecord.storage.sealed import SealedReader, SealedWriter, SealError
from onrecord.storage.stream import SealedStream

_WRAPPED = 40
#: Part of every seal, so it must never change.
_NAME = "waiting"


class PendingWriter:
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
        """Plaintext bytes written so far."""
        return self._writer.size

    def write(self, data: bytes, /) -> int:
        return self._writer.write(data)

    def finish(self) -> None:
        self._writer.finish()
        self._file.close()

    def discard(self) -> None:
        """Delete the file."""
        self._file.close()
        self._path.unlink(missing_ok=True)


@contextmanager
def sealing(path: Path, master_key: bytes) -> Iterator[PendingWriter]:
    """Write a new file; it is deleted if anything fails. Raises FileExistsError, OSError."""
    writer = PendingWriter(path, master_key)
    try:
        yield writer
        writer.finish()
    except BaseException:
        writer.discard()
        raise


class PendingFile(SealedStream):
    """A pending file, opened for reading."""

    def __init__(self, path: Path, master_key: bytes) -> None:
        """Raises OSError, SealError."""
        self._file = path.open("rb")
        try:
            data_key = aes_key_unwrap(master_key, self._file.read(_WRAPPED))
            stored = path.stat().st_size - _WRAPPED
            super().__init__(SealedReader(self._fetch, stored, data_key, path.name, _NAME))
        except (InvalidUnwrap, ValueError) as error:
            self._file.close()
            raise SealError(f"{path.name} does not open with this host's master key.") from error
        except SealError:
            self._file.close()
            raise

    def close(self) -> None:
        self._file.close()
        super().close()

    def _fetch(self, ranges: list[tuple[int, int]]) -> list[bytes]:
        found = []
        for begin, end in ranges:
            self._file.seek(_WRAPPED + begin)
            found.append(self._file.read(end - begin))
        return found
