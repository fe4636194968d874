"""Writes the sealed audio of a recording and collects what the manifest says about it."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.media.render.encoder import OpusEncoder
from onrecord.media.render.peaks import Peaks
from onrecord.media.render.talk import TalkAnalysis
from onrecord.storage.sealed import SealedWriter
from onrecord.storage.store import AUDIO


class RecordingWriter:
    """Takes PCM; produces sealed Ogg Opus in a file, and peaks, talk and hashes."""

    def __init__(self, path: Path, call_id: str) -> None:
        """Create the file, replacing one that an earlier process left."""
        self.path = path
        #: The new recording's data key.
        self.data_key = secrets.token_bytes(32)
        #: Per channel.
        self.samples = 0
        # Of the unsealed Ogg Opus.
        self._audio_bytes = 0
        self.talk = TalkAnalysis()
        self._pcm_hash = hashlib.sha256()
        self._audio_hash = hashlib.sha256()
        self._peaks = Peaks()
        # Sealed or not, call data is readable by its owner only.
        self._file = os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb")
        self._sealed = SealedWriter(self._file, self.data_key, call_id, AUDIO)
        self._encoder = OpusEncoder(self)

    def add(self, pcm: NDArray[np.int16]) -> None:
        """Take the next samples, int16[n, 2]."""
        self._pcm_hash.update(pcm.data)
        self._peaks.add(pcm)
        self.talk.add(pcm)
        self._encoder.encode(pcm)
        self.samples += len(pcm)

    def write(self, data: bytes, /) -> int:
        """Take the next bytes of Ogg Opus: the encoder's sink."""
        self._audio_hash.update(data)
        self._audio_bytes += len(data)
        return self._sealed.write(data)

    def document(self, peaks: bytes) -> dict[str, Any]:
        """The manifest's part about the finished audio and its `peaks`."""
        return {
            "samples": self.samples,
            "audio": {"sha256": self._audio_hash.hexdigest(), "bytes": self._audio_bytes},
            "pcm_sha256": self._pcm_hash.hexdigest(),
            "peaks_sha256": hashlib.sha256(peaks).hexdigest(),
        }

    def finish(self) -> bytes:
        """Write the rest and close the file. Returns the peaks."""
        self._encoder.finish()
        self._sealed.finish()
        self._file.close()
        return self._peaks.finish()

    def discard(self) -> None:
        """Abandon: delete the file."""
        self._file.close()
        self.path.unlink(missing_ok=True)
