"""Names and companies by any part of a word, from an index of their trigrams (SQLite FTS5)."""

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from onrecord.people.models import Person, searchable

#: Shorter words have no trigram.
_SHORTEST = 3

_INDEX = """
CREATE VIRTUAL TABLE IF NOT EXISTS people_search
USING fts5(search_text, content='people_person', content_rowid='id', tokenize='trigram')
"""
_FORGET = (
    "INSERT INTO people_search (people_search, rowid, search_text) "
    "VALUES ('delete', old.id, old.search_text);"
)
_LEARN = "INSERT INTO people_search (rowid, search_text) VALUES (new.id, new.search_text);"
_TRIGGERS = {
    "people_search_insert": f"AFTER INSERT ON people_person BEGIN {_LEARN} END",
    "people_search_delete": f"AFTER DELETE ON people_person BEGIN {_FORGET} END",
    "people_search_update": f"AFTER UPDATE OF search_text ON people_person BEGIN {_FORGET} {_LEARN} END",
}


def install() -> None:
    """Make the index and what keeps it current.

    After every migration and not in one: changing the table of people may make it anew, and with the old one
    go its triggers. What happened without them is then read again.
    """
    with connection.cursor() as cursor:
        cursor.execute(_INDEX)
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [Person._meta.db_table]
        )
        present = {name for (name,) in cursor.fetchall()}
        for name in _TRIGGERS.keys() - present:
            cursor.execute(f"CREATE TRIGGER {name} {_TRIGGERS[name]}")
        if not _TRIGGERS.keys() <= present:
            cursor.execute("INSERT INTO people_search (people_search) VALUES ('rebuild')")


def having_words(people: "QuerySet[Person]", text: str) -> "QuerySet[Person]":
    """People whose name or company holds every word.

    Words of one or two letters count only along with a longer one; alone, the name has to begin with them.
    """
    words = searchable(text).replace("\0", " ").split()
    if not words:
        return people.none()
    long = [word for word in words if len(word) >= _SHORTEST]
    if not long:
        start = " ".join(words)
        return people.filter(search_text__gte=start, search_text__lt=f"{start}\U0010ffff")
    phrases = " AND ".join('"{}"'.format(word.replace('"', '""')) for word in long)
    found = people.filter(
        pk__in=RawSQL("SELECT rowid FROM people_search WHERE people_search MATCH %s", [phrases])
    )
    for word in (word for word in words if len(word) < _SHORTEST):
        found = found.filter(search_text__contains=word)
    return found
