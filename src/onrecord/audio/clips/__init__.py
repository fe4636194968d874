"""Our own spoken sentences, for the simulated network, the demo and the tests.

Each clip is 8 kHz PCMU (RFC 3551, one byte per sample) without a header, made by `scripts/make_speech.py`,
where the sentences stand. The first part of a name says who speaks: `rep`, `contact`, `second` (another
contact's voice); the rest are machines: `voicemail-greeting`, `number-not-reachable`, `consent-announcement`.
"""

from functools import cache
from pathlib import Path

__all__ = ["NAMES", "load"]

_CLIPS = Path(__file__).parent

#: Every clip, alphabetically.
NAMES: tuple[str, ...] = tuple(sorted(path.stem for path in _CLIPS.glob("*.ul")))


@cache
def load(name: str) -> bytes:
    """A clip's samples as PCMU, 8000 bytes a second.

    Raises KeyError when there is no clip of that name.
    """
    if name not in NAMES:
        raise KeyError(f"no speech clip {name!r}; there are {', '.join(NAMES)}")
    return (_CLIPS / f"{name}.ul").read_bytes()
