"""A team's lists of dispositions and sentiments, and every change of one. Pure.

Logs keep the words that were chosen, so a list can change without touching what was logged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

#: As the columns of the log have it.
LONGEST_NAME = 50
#: More could not be looked through during a call.
MOST_CHOICES = 30


class Field(StrEnum):
    """What is chosen from a list when a call is logged."""

    DISPOSITION = "disposition"
    SENTIMENT = "sentiment"


class ListError(ValueError):
    """The change makes no sense. The text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListContents:
    """One list, in the team's order. Every change gives a new list or raises ListError."""

    choices: tuple[str, ...]
    #: Whether an answered call must have one before its rep places the next.
    required: bool

    def add(self, name: str) -> Self:
        """At the end."""
        if len(self.choices) == MOST_CHOICES:
            raise ListError(f"The list is full ({MOST_CHOICES} choices). Remove one first.")
        return replace(self, choices=(*self.choices, self._free(name)))

    def rename(self, old: str, new: str) -> Self:
        at = self._place_of(old)
        name = self._free(new, but=old)
        return replace(self, choices=(*self.choices[:at], name, *self.choices[at + 1 :]))

    def move(self, name: str, by: int) -> Self:
        """`by` places down, up where negative; no further than the ends."""
        at = self._place_of(name)
        rest = [*self.choices[:at], *self.choices[at + 1 :]]
        rest.insert(max(0, at + by), name)
        return replace(self, choices=tuple(rest))

    def remove(self, name: str) -> Self:
        at = self._place_of(name)
        if self.required and len(self.choices) == 1:
            raise ListError(f"“{name}” is the last choice in a required list. Add another choice first.")
        return replace(self, choices=(*self.choices[:at], *self.choices[at + 1 :]))

    def require(self, required: bool) -> Self:
        if required and not self.choices:
            raise ListError("There is nothing to choose from. Add a choice first.")
        return replace(self, required=required)

    def _place_of(self, name: str) -> int:
        if name not in self.choices:
            raise ListError(f"“{name}” is no longer in the list. Check the current list.")
        return self.choices.index(name)

    def _free(self, name: str, *, but: str = "") -> str:
        name = " ".join(name.split())
        if not name:
            raise ListError("Enter a name.")
        if len(name) > LONGEST_NAME:
            raise ListError(f"The name is too long. Use at most {LONGEST_NAME} characters.")
        if name.casefold() in {one.casefold() for one in self.choices if one != but}:
            raise ListError(f"“{name}” is already in the list. Choose another name.")
        return name


Lists = dict[Field, ListContents]

#: What a new team begins with.
DEFAULT_LISTS: Lists = {
    Field.DISPOSITION: ListContents(
        choices=(
            "Connected",
            "Meeting booked",
            "Call back",
            "Left voicemail",
            "No answer",
            "Busy",
            "Not interested",
            "Wrong number",
        ),
        required=False,
    ),
    Field.SENTIMENT: ListContents(choices=("Positive", "Neutral", "Negative"), required=False),
}


def missing(lists: Lists, chosen: Mapping[Field, str]) -> list[Field]:
    """The required ones of which nothing was chosen."""
    return [field for field, one in lists.items() if one.required and not chosen.get(field)]


def demand(fields: list[Field]) -> str:
    """What is missing, as a sentence."""
    return f"Your team requires a {' and a '.join(fields)}."
