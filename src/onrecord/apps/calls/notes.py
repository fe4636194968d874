"""The notes of a call, and what two writers make of them. Pure."""

from dataclasses import dataclass

#: Characters that are kept. Whoever types has less room: what two have written becomes one.
LONGEST_NOTES = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Notes:
    """What somebody wrote."""

    text: str
    #: Of the notes that they had before them; None for who has seen none.
    revision: int | None


def merged(theirs: str, mine: str) -> str:
    """The notes as they are kept, and what somebody wrote who had not seen them: every line of both.

    Of two texts of which one goes on where the other ends, the longer one.
    """
    if mine.startswith(theirs):
        return mine
    if theirs.startswith(mine):
        return theirs
    kept = theirs.split("\n")
    known = {"", *kept}
    return "\n".join(kept + [line for line in mine.split("\n") if line not in known])
