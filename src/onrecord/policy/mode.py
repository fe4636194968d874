"""What governance allows on a call."""

from enum import StrEnum


class Mode(StrEnum):
    """The ceiling above every recording command, from loosest to strictest."""

    BOTH = "both"
    ONE_SIDED = "one_sided"
    NONE = "none"

    @property
    def strictness(self) -> int:
        """0 for `both`, 1 for `one_sided`, 2 for `none`."""
        return _STRICTNESS[self]

    @classmethod
    def strictest(cls, *modes: "Mode") -> "Mode":
        """The strictest of one or more modes."""
        return max(modes, key=lambda mode: mode.strictness)


_STRICTNESS = {Mode.BOTH: 0, Mode.ONE_SIDED: 1, Mode.NONE: 2}
