"""Convert an uploaded sound file, which is not trusted, to the format that calls use."""

from typing import IO

import numpy as np

from onrecord.audio.decoding.process import Decoder, UndecodableError
from onrecord.audio.g711 import encode_ulaw
from onrecord.protocol.fields import LONGEST_ANNOUNCEMENT_S

#: Upload limit: 30 s of uncompressed studio sound (96 kHz, stereo, 24 bits) is 17 MB.
LARGEST_BYTES = 20_000_000

#: CPU seconds for decoding a file: a hundred times what 30 s of any format need.
_DECODING_S = 5


class SoundError(ValueError):
    """The file cannot be used. The text says why and what to do."""


_DAMAGED = (
    "Part of this file cannot be read, so contacts would not hear all of it. Save it again and "
    "upload the new file."
)


def to_pcmu(file: IO[bytes]) -> bytes:
    """A sound file converted to PCMU, 8000 bytes per second, mono. Raises SoundError, OSError."""
    try:
        with Decoder(
            file, longest_s=LONGEST_ANNOUNCEMENT_S, cpu_s=_DECODING_S, mono=True, most_bytes=LARGEST_BYTES
        ) as decoder:
            pieces = list(decoder.pieces())
    except UndecodableError as error:
        raise SoundError(str(error)) from error
    samples = [piece for piece in pieces if not isinstance(piece, int)]
    if len(samples) < len(pieces) or decoder.cut_s:
        raise SoundError(_DAMAGED)
    return encode_ulaw(np.concatenate(samples)[:, 0])
