"""Search in text that people wrote, such as notes and comments, by the beginnings of words.

The index is a table of the words of each text, the same on both databases. Deleting a text deletes its rows.
SQLite's FTS5 would only mark them as deleted and keep the words in the file until its next merge.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from onrecord.apps.core.database.fields import BytewiseCharField
from onrecord.apps.core.folding import fold

#: Parts of an excerpt, each with whether it is a search word.
Passage = list[tuple[str, bool]]

#: Only the beginning of a longer word is indexed.
_LONGEST_WORD = 40
#: Shorter words count only together with a longer one: nearly every text has a word that begins with them.
_SHORTEST = 3
#: Of more search words, only the longest count: PostgreSQL plans 99 in 1.6 s, but 12 in about 10 ms.
_MOST = 12
#: At most this many texts are looked up. If there are more, scanning the list quickly fills a page.
_FEW = 5000
#: Characters of an excerpt before and after the first match.
_BEFORE, _AFTER = 60, 140
#: Rows written or deleted per query.
_BATCH = 500


class Word(models.Model):
    """A word of a text. Subclasses add `written`, the text."""

    word = BytewiseCharField(max_length=_LONGEST_WORD)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.word


def words_of(text: str) -> set[str]:
    """The words of a text as they are indexed: folded, as in every search."""
    return {_folded(piece) for piece, is_word in _pieces(text) if is_word} - {""}


def keep_words(written: Any, text: str) -> None:
    """Set `written.words` to the words of the text. Words that it no longer has are deleted."""
    kept, now = written.words, words_of(text)
    known = set(kept.values_list("word", flat=True))
    gone = list(known - now)
    for start in range(0, len(gone), _BATCH):
        kept.filter(word__in=gone[start : start + _BATCH]).delete()
    fresh = [kept.model(written=written, word=word) for word in now - known]
    kept.model.objects.bulk_create(fresh, batch_size=_BATCH)


def wanted_words(q: str) -> list[str]:
    """The words to search for, longest first, because few texts have those; none if all are too short."""
    words = sorted(words_of(q), key=lambda word: (-len(word), word))
    return words[:_MOST] if words and len(words[0]) >= _SHORTEST else []


def having(kind: type[Word], wanted: Sequence[str]) -> "QuerySet[Any]":
    """The index rows of texts that have every word. A text can come up twice if two of its words match."""
    # Subclasses have `written`, which mypy does not know about.
    words: QuerySet[Any] = kind._default_manager.all()
    rows = words.filter(_begins(wanted[0]))
    for other in wanted[1:]:
        rows = rows.filter(Exists(words.filter(_begins(other), written=OuterRef("written"))))
    return rows


def found(kind: type[Word], wanted: Sequence[str]) -> list[int] | None:
    """Keys of the texts that have every word, or None if there are many."""
    keys = list(having(kind, wanted).values_list("written", flat=True)[: _FEW + 1])
    return None if len(keys) > _FEW else list(set(keys))


def passage(text: str, wanted: Sequence[str]) -> Passage | None:
    """An excerpt around the first match, or None if the text does not have every word."""
    pieces = list(_pieces(" ".join(text.split())))
    folded = [_folded(piece) if is_word else "" for piece, is_word in pieces]
    if not all(any(word.startswith(one) for word in folded) for one in wanted):
        return None
    hits = [word.startswith(tuple(wanted)) for word in folded]
    first = hits.index(True)
    begin = first - _fitting(pieces[:first][::-1], _BEFORE)
    end = first + 1 + _fitting(pieces[first + 1 :], _AFTER)
    parts = [
        (piece[:_AFTER], hit) for (piece, _), hit in zip(pieces[begin:end], hits[begin:end], strict=True)
    ]
    before, after = [("… ", False)] * (begin > 0), [(" …", False)] * (end < len(pieces))
    joined = groupby([*before, *parts, *after], key=lambda part: part[1])
    return [("".join(piece for piece, _ in same), hit) for hit, same in joined]


def _fitting(pieces: Sequence[tuple[str, bool]], room: int) -> int:
    """How many of the pieces fit."""
    for count, (piece, _) in enumerate(pieces):
        room -= len(piece)
        if room < 0:
            return count
    return len(pieces)


def _begins(word: str) -> Q:
    return Q(word__gte=word, word__lt=f"{word}\U0010ffff")


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text split into words and what is between them. Combining marks belong to the word."""
    for is_word, characters in groupby(text, key=lambda one: unicodedata.category(one)[0] in "LMN"):
        yield "".join(characters), is_word


def _folded(word: str) -> str:
    return fold(word)[:_LONGEST_WORD]
