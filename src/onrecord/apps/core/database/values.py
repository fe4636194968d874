"""The distinct values of a column in a long table."""

from typing import Any

from django.db import connection
from django.db.models import Model

#: One step in the index for each value; DISTINCT reads every row.
_STEPS = """
WITH RECURSIVE step (value) AS (
    SELECT MIN({column}) FROM {table} WHERE {equal} AND {column} > ''
    UNION ALL
    SELECT (SELECT MIN({column}) FROM {table} WHERE {equal} AND {column} > step.value)
    FROM step WHERE step.value IS NOT NULL
)
SELECT value FROM step WHERE value IS NOT NULL
"""


def distinct_values(model: type[Model], field: str, **equal: Any) -> list[str]:
    """Those of a text field that are not empty, in order, of the rows whose columns are `equal` to something.

    An index has to begin with these columns, in their order, and then the field.
    """
    quoted = connection.ops.quote_name
    columns = {one.name: quoted(one.column) for one in model._meta.concrete_fields if one.column}
    query = _STEPS.format(
        column=columns[field],
        table=quoted(model._meta.db_table),
        equal=" AND ".join(f"{columns[name]} = %s" for name in equal),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [*equal.values(), *equal.values()])
        return [value for (value,) in cursor.fetchall()]
