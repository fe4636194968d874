"""What is said of a sound file, and the limits that every file keeps. Pure."""

from pydantic import BaseModel, ConfigDict, Field

from onrecord.config.limits import LARGEST_RECORDING

#: Samples a second: telephone sound has 8,000, studio sound 192,000. A file that claims 1 would make each of
#: its samples a second of sound, one that claims 4 billion would need filters of gigabytes.
LOWEST_RATE, HIGHEST_RATE = 4_000, 192_000


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Order(_Said):
    """What is wanted of the decoder."""

    #: Bytes of the file.
    size: int = Field(ge=0)
    most_bytes: int = LARGEST_RECORDING
    #: Seconds; a longer file is refused.
    longest_s: int
    #: Mix all channels into one; else files of more than two are refused.
    mono: bool = False
    #: Seconds of processor time, and bytes of address space.
    cpu_s: int
    memory: int = 512 << 20


class Facts(_Said):
    """What a file was found to be."""

    #: Container and codec as libav names them.
    container: str = Field(max_length=100)
    codec: str = Field(max_length=100)
    #: Samples a second.
    rate: int = Field(ge=LOWEST_RATE, le=HIGHEST_RATE)
    #: Of the samples that follow.
    channels: int = Field(ge=1, le=2)


class Ending(_Said):
    """What is known once the whole file was read."""

    #: Seconds by which the file breaks off before its end; 0 for one that is whole.
    cut_s: float = Field(ge=0, allow_inf_nan=False)
