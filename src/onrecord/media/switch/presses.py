"""Button presses sent over the control channel (docs/reference/switch.md). Pure."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum

from onrecord.protocol.fields import PRESS_ID

_PRESS_ID = re.compile(PRESS_ID)


class Want(StrEnum):
    """Everything that can be requested here. Nothing makes a call less strict."""

    PAUSED = "paused"
    #: Ends the call if the user placed it; a colleague just leaves it.
    HUNG_UP = "hung_up"


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    id: str
    want: Want


def read(text: str) -> Press | None:
    """Parse a press as sent by the page; None for anything else."""
    try:
        said = json.loads(text)
        press, want = said["press"], Want(said["want"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return Press(id=press, want=want) if isinstance(press, str) and _PRESS_ID.fullmatch(press) else None
