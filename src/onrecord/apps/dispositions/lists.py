"""A team's lists of dispositions and sentiments, and all changes to them. Pure.

Call logs store the chosen words, so changing a list does not change existing logs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from onrecord.apps.core.listing import listed, with_article

#: The length of the columns in the log.
LONGEST_NAME = 50
#: A rep on a call cannot look through more.
MOST_CHOICES = 30


class Field(StrEnum):
    """A field of the call log whose value is chosen from a list."""

    DISPOSITION = "disposition"
    SENTIMENT = "sentiment"


class ListError(ValueError):
    """The change makes no sense. The text says why and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListContents:
    """One list, in the team's order. Every change returns a new list or raises ListError."""

    choices: tuple[str, ...]
    #: Whether a rep must choose one for an answered call before placing the next.
    required: bool

    def add(self, name: str) -> Self:
        """Add at the end."""
        if len(self.choices) == MOST_CHOICES:
            raise ListError(f"The list is full ({MOST_CHOICES} choices). Remove one first.")
        return replace(self, choices=(*self.choices, self._free(name)))

    def rename(self, old: str, new: str) -> Self:
        at = self._place_of(old)
        name = self._free(new, but=old)
        return replace(self, choices=(*self.choices[:at], name, *self.choices[at + 1 :]))

    def move(self, name: str, by: int) -> Self:
        """Move down by `by` places (up if negative), but not past either end."""
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

#: The lists of a new team.
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
    """The required fields that have no value."""
    return [field for field, one in lists.items() if one.required and not chosen.get(field)]


def demand(fields: list[Field]) -> str:
    """A sentence that says what is missing."""
    return f"Your team requires {listed([with_article(field) for field in fields])}."
