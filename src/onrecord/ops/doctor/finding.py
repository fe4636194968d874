"""What a check finds, in sentences."""

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
    """What one check found."""

    level: Level
    #: What is the case.
    sentence: str
    #: What a person can do about it; empty when all is well.
    advice: str = ""


#: A check looks at one thing and puts back what it touches.
Check = Callable[[Config], Finding]


def ok(sentence: str) -> Finding:
    return Finding(level=Level.OK, sentence=sentence)


def warn(sentence: str, advice: str) -> Finding:
    return Finding(level=Level.WARN, sentence=sentence, advice=advice)


def fail(sentence: str, advice: str) -> Finding:
    return Finding(level=Level.FAIL, sentence=sentence, advice=advice)
