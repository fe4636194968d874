"""Two writers of the same notes: nothing that either wrote is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.apps.calls.notes import merged

TEXT = st.lists(
    st.text(st.characters(exclude_categories=("Cc", "Zl", "Zp", "Cs")), max_size=8), max_size=5
).map("\n".join)


@pytest.mark.parametrize(
    ("theirs", "mine", "kept"),
    [
        ("", "", ""),
        ("Wants a quote", "", "Wants a quote"),
        ("", "Wants a quote", "Wants a quote"),
        ("Wants a qu", "Wants a quote", "Wants a quote"),
        ("Wants a quote", "Wants a qu", "Wants a quote"),
        ("Hello\nBudget: 10k", "Hello\nCall in May", "Hello\nBudget: 10k\nCall in May"),
        ("Budget: 10k", "\n\n", "Budget: 10k"),
        ("Budget: 10k", "Budget: 12k", "Budget: 10k\nBudget: 12k"),
    ],
)
def test_notes_of_two_writers_are_merged(theirs: str, mine: str, kept: str) -> None:
    assert merged(theirs, mine) == kept


@given(theirs=TEXT, mine=TEXT)
def test_every_line_of_both_is_kept_except_one_still_being_written(theirs: str, mine: str) -> None:
    kept = merged(theirs, mine)
    for line in [*theirs.splitlines(), *mine.splitlines()]:
        assert any(one.startswith(line) for one in kept.splitlines() or [""])


@given(theirs=TEXT, mine=TEXT)
def test_sending_the_same_again_adds_nothing(theirs: str, mine: str) -> None:
    kept = merged(theirs, mine)
    assert merged(kept, mine) == kept
