"""What an upgrade does to the rows of a database of an earlier release.

`python -m harness.upgrade` migrates the empty database of ONRECORD_DATABASE_URL to `RELEASED`, fills
every table, migrates on to today, and prints, as JSON, the tables it filled and what has changed in them.
"""

import json
from datetime import UTC, datetime
from typing import Any

#: The last migration of each app then; those of other apps have not changed since.
RELEASED = {
    "people": "0003_list_searches",
    "calls": "0010_digits_on_the_way",
    "recordings": "0013_digits_on_the_way",
    "dialers": "0001_initial",
}
#: Columns that a migration computes anew or gives up on purpose.
COMPUTED = {"people_person.search_text", "calls_call.command_seq"}
ROWS = 3
MOMENT = datetime(2026, 5, 4, 3, 2, 1, 987654, UTC)


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    # Not the command: what it does afterwards is written for the tables of today.
    executor = MigrationExecutor(connection)
    others = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in RELEASED]
    executor.migrate([*RELEASED.items(), *others])
    tables = fill()
    before = {table: rows(table, key) for table, key in tables.items()}
    call_command("migrate", verbosity=0)
    connection.check_constraints()
    after = {table: rows(table, key) for table, key in tables.items()}
    changed = [
        f"{table}.{column} of {key}: {value} became {after[table].get(key, {}).get(column)}"
        for table, kept in before.items()
        for key, row in kept.items()
        for column, value in row.items()
        if after[table].get(key, {}).get(column) != value and f"{table}.{column}" not in COMPUTED
    ]
    print(json.dumps({"filled": sorted(tables), "changed": changed}))


def fill() -> dict[str, str]:
    """Rows in every table of ours, as the models then were. Returns the key's column of each table."""
    from django.apps import apps as today
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    then = loader.project_state(list(loader.applied_migrations)).apps
    ours = {config.label for config in today.get_app_configs() if config.name.startswith("onrecord.")}
    waiting = [
        model
        for model in then.get_models()
        if (model._meta.app_label in ours or model._meta.label == "auth.Group") and not model._meta.proxy
    ]
    keys: dict[Any, list[Any]] = {}
    while waiting:
        ready = [model for model in waiting if needed(model) <= {model, *keys}]
        for model in ready:
            keys[model] = [insert(model, number, keys) for number in range(ROWS)]
            waiting.remove(model)
    return {model._meta.db_table: model._meta.pk.column for model in keys}


def needed(model: Any) -> set[Any]:
    return {field.related_model for field in model._meta.local_fields if field.is_relation and not field.null}


def insert(model: Any, number: int, keys: dict[Any, list[Any]]) -> Any:
    """By SQL: what the models of today compute when they are saved is beside the point. Returns the key."""
    from django.db import connection

    values = {
        field: keys[field.related_model][number] if field.is_relation else value(field, number)
        for field in model._meta.local_fields
        if not field.generated and (not field.is_relation or field.related_model in keys)
    }
    columns = ", ".join(connection.ops.quote_name(field.column) for field in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(values))})",
            [field.get_db_prep_save(given, connection) for field, given in values.items()],
        )
    return values[model._meta.pk]


def value(field: Any, number: int) -> Any:
    """Something that a column can hold, another for each row."""
    kind = field.get_internal_type()
    known = {
        "JSONField": {"row": number},
        "DateTimeField": MOMENT,
        "BooleanField": bool(number % 2),
        "BinaryField": bytes([number]),
    }
    if field.choices:
        return field.choices[0][0]
    if kind in {"CharField", "TextField", "EmailField", "SlugField"}:
        return f"{number}łé{'x' * 60}"[: field.max_length or 60]
    return known.get(kind, 1000 + number)


def rows(table: str, key: str) -> dict[str, dict[str, str]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        columns = [column[0] for column in cursor.description]
        found = [dict(zip(columns, map(str, row), strict=True)) for row in cursor.fetchall()]
    return {row[key]: row for row in found}


if __name__ == "__main__":
    main()
