"""Types of message fields. Each description completes "it must be ..." in errors and docs."""

import base64
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from onrecord.audio.g711 import RATE

#: Patterns for the whole text.
CALL_ID = r"[0-9a-f]{32}"
PRESS_ID = r"[0-9A-Za-z-]{1,64}"
#: A number of at most 15 digits (ITU-T E.164, section 6).
E164 = r"\+[1-9][0-9]{1,14}"

#: The maximum of an integer column in the web; in milliseconds, 24 days.
LARGEST_COUNT = (1 << 31) - 1
LONGEST_ANNOUNCEMENT_S = 30
LONGEST_BEEP_S = 300

Text = Annotated[str, Field(min_length=1, description="text that is not empty")]
Words = Annotated[str, Field(description="text")]
CallId = Annotated[str, Field(pattern=f"^{CALL_ID}$", description="32 lowercase hexadecimal digits")]
UserId = Annotated[str, Field(min_length=1, description="the id of a user, as text")]
PressId = Annotated[str, Field(pattern=f"^{PRESS_ID}$", description="1 to 64 letters, digits and hyphens")]
PhoneNumber = Annotated[
    str, Field(pattern=f"^{E164}$", description="a number in E.164, such as +12025550123")
]
Digits = Annotated[str, Field(pattern=r"^[0-9*#A-D]{1,64}$", description="1 to 64 of 0-9 * # A-D")]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="64 lowercase hexadecimal digits")]
Count = Annotated[
    int, Field(ge=0, le=LARGEST_COUNT, description=f"a whole number from 0 to {LARGEST_COUNT:,}")
]
Milliseconds = Annotated[
    int, Field(ge=0, le=LARGEST_COUNT, description=f"milliseconds, from 0 to {LARGEST_COUNT:,}")
]
#: Milliseconds since the answer.
ClockMs = Annotated[int, Field(description="milliseconds since the answer")]
BeepSeconds = Annotated[
    int, Field(ge=1, le=LONGEST_BEEP_S, description=f"a whole number from 1 to {LONGEST_BEEP_S}")
]

Role = Literal["rep", "collaborator"]


def _decoded(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode()


#: PCMU at 8 kHz.
Pcmu = Annotated[
    bytes,
    BeforeValidator(_decoded),
    PlainSerializer(_encoded, when_used="json"),
    Field(
        min_length=1,
        max_length=LONGEST_ANNOUNCEMENT_S * RATE,
        description=f"base64 of PCMU at 8 kHz, at most {LONGEST_ANNOUNCEMENT_S} s",
    ),
]
