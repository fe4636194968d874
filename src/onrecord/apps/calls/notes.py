"""Call notes, and merging the notes of two writers. Pure."""

from dataclasses import dataclass

#: Maximum length in characters. The limit for typing is lower, because merging can lengthen the notes.
LONGEST_NOTES = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Notes:
    """What somebody wrote."""

    text: str
    #: The revision of the notes that the writer saw before writing; None if they saw none.
    revision: int | None


def merged(theirs: str, mine: str) -> str:
    """Merge the stored notes with those of somebody who had not seen them: every line of both is kept.

    If one text continues the other, the result is the longer one.
    """
    if mine.startswith(theirs):
        return mine
    if theirs.startswith(mine):
        return theirs
    kept = theirs.split("\n")
    known = {"", *kept}
    return "\n".join(kept + [line for line in mine.split("\n") if line not in known])
