"""The distinct values of a column in a long table."""

from typing import Any

from django.db import connection
from django.db.models import Model

#: One index lookup per distinct value. DISTINCT would read every row.
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
    """The distinct non-empty values of a text field, sorted, in the rows whose columns match `equal`.

    This needs an index that begins with the columns of `equal`, in order, followed by the field.
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
