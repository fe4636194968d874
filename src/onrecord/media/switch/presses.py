"""Buttons pressed by way of the control channel (docs/reference/switch.md). Pure."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from onrecord.protocol.fields import PRESS_ID

_PRESS_ID = re.compile(PRESS_ID)


class Want(StrEnum):
    """All that can be asked for here: nothing that makes a call less strict."""

    PAUSED = "paused"
    #: Who placed the call ends it, a colleague leaves it.
    HUNG_UP = "hung_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    id: str
    want: Want


def read(text: str) -> Press | None:
    """A press as the page sends it; None for anything else."""
    try:
        said = json.loads(text)
        press, want = said["press"], Want(said["want"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return Press(id=press, want=want) if isinstance(press, str) and _PRESS_ID.fullmatch(press) else None
