"""Search for names and companies by any part of a word, with a trigram index.

On SQLite the index is an FTS5 table that triggers keep current; on PostgreSQL, an index of pg_trgm.
"""

from django.db import connection
from django.db.models import Q

from onrecord.apps.accounts.models import Team
from onrecord.apps.core.database.expressions import InKeys
from onrecord.apps.core.folding import fold
from onrecord.apps.people.models import Person

#: Shorter words have no trigrams.
_SHORTEST = 3
#: At most this many people are listed by key in a search for their calls.
_FEW = 5000

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


#: The extension comes with PostgreSQL, and the owner of a database may create it.
_GIN = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX IF NOT EXISTS people_search ON people_person USING gin (search_text gin_trgm_ops)
"""


def install() -> None:
    """Create the index and whatever keeps it current.

    This runs after every migration and not inside one: on SQLite, a migration can recreate the table of
    people and so drop its triggers. Rows that were changed without triggers are then indexed again.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_GIN)
            return
        cursor.execute(_INDEX)
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [Person._meta.db_table]
        )
        present = {name for (name,) in cursor.fetchall()}
        for name in _TRIGGERS.keys() - present:
            cursor.execute(f"CREATE TRIGGER {name} {_TRIGGERS[name]}")
        if not _TRIGGERS.keys() <= present:
            cursor.execute("INSERT INTO people_search (people_search) VALUES ('rebuild')")


def people_named(text: str, team: Team) -> list[int] | None:
    """Keys of the people that match `name_contains`, found with the index; None if there are many.

    On SQLite they can include people of other teams, because there is one index for all.
    """
    people = Person.objects.filter(name_contains(text)).values_list("pk", flat=True)
    words = _words(text)
    long = [word for word in words if len(word) >= _SHORTEST]
    is_in_index = bool(long) and connection.vendor == "sqlite"
    found = _having_all(long) if is_in_index else list(people.filter(team=team)[: _FEW + 1])
    if len(found) > _FEW:
        return None
    # Checking each person costs more than finding them, so only do it for words that are not indexed.
    return list(people.filter(InKeys("pk", found))) if is_in_index and len(long) < len(words) else found


def _having_all(words: list[str]) -> list[int]:
    phrases = " AND ".join('"{}"'.format(word.replace('"', '""')) for word in words)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rowid FROM people_search WHERE people_search MATCH %s LIMIT %s", [phrases, _FEW + 1]
        )
        return [key for (key,) in cursor.fetchall()]


def name_contains(text: str, of: str = "") -> Q:
    """A condition: name or company has every word. `of` leads to the person (`person__`).

    Words of one or two letters count only together with a longer one. Alone, the name must begin with them.
    """
    words, field = _words(text), f"{of}search_text"
    if not words:
        return Q(pk__in=[])
    if all(len(word) < _SHORTEST for word in words):
        return _beginning(words, field)
    condition = Q()
    for word in words:
        condition &= Q(**{f"{field}__contains": word})
    return condition


def name_begins(text: str) -> Q:
    """A condition: the name begins with the text. A text without a word matches nobody."""
    words = _words(text)
    return _beginning(words, "search_text") if words else Q(pk__in=[])


def _beginning(words: list[str], field: str) -> Q:
    start = " ".join(words)
    return Q(**{f"{field}__gte": start, f"{field}__lt": f"{start}\U0010ffff"})


def _words(text: str) -> list[str]:
    return fold(text).split()
