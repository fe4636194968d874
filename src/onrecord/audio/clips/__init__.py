"""Spoken sentences for the simulated network, the demo and the tests.

Each clip is 8 kHz PCMU (RFC 3551, one byte per sample) without a header, made by `scripts/make_speech.py`,
which has the sentences. The first part of a name is the speaker: `rep`, `contact`, `second` (another
contact's voice). The rest are machines: `voicemail-greeting`, `number-not-reachable`, `consent-announcement`.
"""

from functools import cache
from pathlib import Path

__all__ = ["NAMES", "load"]

_CLIPS = Path(__file__).parent

#: The names of all clips, sorted.
NAMES: tuple[str, ...] = tuple(sorted(path.stem for path in _CLIPS.glob("*.ul")))


@cache
def load(name: str) -> bytes:
    """A clip's samples as PCMU, 8000 bytes per second.

    Raises KeyError when there is no clip with that name.
    """
    if name not in NAMES:
        raise KeyError(f"no speech clip {name!r}; there are {', '.join(NAMES)}")
    return (_CLIPS / f"{name}.ul").read_bytes()
