"""The result of a check, in sentences."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from onrecord.config import Config


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """The result of one check."""

    level: Level
    #: What was found.
    sentence: str
    #: What to do about it; empty if nothing needs to be done.
    advice: str = ""


#: A check looks at one thing and undoes its own changes.
Check = Callable[[Config], Finding]


def ok(sentence: str) -> Finding:
    return Finding(level=Level.OK, sentence=sentence)


def warn(sentence: str, advice: str) -> Finding:
    return Finding(level=Level.WARN, sentence=sentence, advice=advice)


def fail(sentence: str, advice: str) -> Finding:
    return Finding(level=Level.FAIL, sentence=sentence, advice=advice)
