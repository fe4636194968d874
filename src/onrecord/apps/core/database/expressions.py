"""Query expressions that Django does not have."""

import json
from typing import Any

from django.db.models import BooleanField, Func


class NoIndex(Func):
    """A column whose indexes SQLite does not use.

    Without statistics, SQLite's planner often picks the less selective of two indexes
    (www.sqlite.org/optoverview.html, section 7.1). PostgreSQL has statistics: there it is the plain column.
    """

    template = "%(expressions)s"
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


class InKeys(Func):
    """Whether a column has one of very many keys, sent as one parameter. Django's `in` sends one per key.

    With thousands of keys, Django takes longer to build such a query than the database takes to answer it.
    """

    arity = 1
    output_field = BooleanField()

    def __init__(self, column: str | NoIndex, keys: list[int] | list[str]) -> None:
        super().__init__(column)
        self.keys = keys

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "%(expressions)s IN (SELECT value FROM json_each(%%s))"
        sql, params = self.as_sql(compiler, connection, template=template)
        return sql, [*params, json.dumps(self.keys)]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Cast to the column's own type, or PostgreSQL scans the array for every row instead of hashing it.
        (column,) = self.get_source_expressions()
        template = f"%(expressions)s = ANY(%%s::{column.output_field.db_type(connection)}[])"
        sql, params = self.as_sql(compiler, connection, template=template)
        # We build the array literal ourselves, in half the time. Keys are numbers or hex digits: no quoting.
        return sql, [*params, "{" + ",".join(map(str, self.keys)) + "}"]
