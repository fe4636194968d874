"""Finding what people wrote, such as notes and comments, by the beginnings of its words.

The index is a table with the words of each text, the same on both databases. With the text its rows are
deleted: SQLite's FTS5 marks as deleted what it has learned, and keeps it in the file until it merges.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from onrecord.apps.core.database.fields import BytewiseCharField
from onrecord.apps.core.folding import fold

#: Parts of a passage, and whether each is a word that was looked for.
Passage = list[tuple[str, bool]]

#: A longer word is found by its beginning.
_LONGEST_WORD = 40
#: Shorter words count only along with a longer one: alone, nearly every text has a word that begins so.
_SHORTEST = 3
#: Of more words the longest are looked for: PostgreSQL plans a search for 99 in 1.6 s, for 12 in some 10 ms.
_MOST = 12
#: As many texts are looked up; of more, a list walked in its order soon has a page.
_FEW = 5000
#: Characters of a passage before and after the first word that was found.
_BEFORE, _AFTER = 60, 140
#: Rows written or deleted by one query.
_BATCH = 500


class Word(models.Model):
    """A word of a text. Models of it add the text, as `written`."""

    word = BytewiseCharField(max_length=_LONGEST_WORD)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.word


def words_of(text: str) -> set[str]:
    """As the index has them: folded as in every search."""
    return {_folded(piece) for piece, is_word in _pieces(text) if is_word} - {""}


def keep_words(written: Any, text: str) -> None:
    """Make `written.words` those of the text. What stands in it no more is deleted."""
    kept, now = written.words, words_of(text)
    known = set(kept.values_list("word", flat=True))
    gone = list(known - now)
    for start in range(0, len(gone), _BATCH):
        kept.filter(word__in=gone[start : start + _BATCH]).delete()
    fresh = [kept.model(written=written, word=word) for word in now - known]
    kept.model.objects.bulk_create(fresh, batch_size=_BATCH)


def wanted_words(q: str) -> list[str]:
    """Beginnings of words to look for, the longest first, which few texts have; none if all are short."""
    words = sorted(words_of(q), key=lambda word: (-len(word), word))
    return words[:_MOST] if words and len(words[0]) >= _SHORTEST else []


def having(kind: type[Word], wanted: Sequence[str]) -> "QuerySet[Any]":
    """A word of each text that has every one; of some texts several words, where they begin alike."""
    # A model of it has `written`, which the types do not know of.
    words: QuerySet[Any] = kind._default_manager.all()
    rows = words.filter(_begins(wanted[0]))
    for other in wanted[1:]:
        rows = rows.filter(Exists(words.filter(_begins(other), written=OuterRef("written"))))
    return rows


def found(kind: type[Word], wanted: Sequence[str]) -> list[int] | None:
    """Keys of the texts that have every word; None where they are many."""
    keys = list(having(kind, wanted).values_list("written", flat=True)[: _FEW + 1])
    return None if len(keys) > _FEW else list(set(keys))


def passage(text: str, wanted: Sequence[str]) -> Passage | None:
    """The text around the first word that was looked for; None if the text has not all of them."""
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
    """How many of the pieces have room."""
    for count, (piece, _) in enumerate(pieces):
        room -= len(piece)
        if room < 0:
            return count
    return len(pieces)


def _begins(word: str) -> Q:
    return Q(word__gte=word, word__lt=f"{word}\U0010ffff")


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in words and what stands between them. Marks above letters belong to the word."""
    for is_word, characters in groupby(text, key=lambda one: unicodedata.category(one)[0] in "LMN"):
        yield "".join(characters), is_word


def _folded(word: str) -> str:
    return fold(word)[:_LONGEST_WORD]
