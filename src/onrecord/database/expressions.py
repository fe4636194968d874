"""What Django's expressions lack."""

from typing import Any

from django.db.models import Func


class Plain(Func):
    """A column without its indexes: SQLite's own way to say that a search must not begin with it.

    Its planner knows no numbers of the data, and where two indexes could serve it may well enter the wider
    one (www.sqlite.org/optoverview.html, section 7.1). PostgreSQL counts, and needs no telling.
    """

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)
