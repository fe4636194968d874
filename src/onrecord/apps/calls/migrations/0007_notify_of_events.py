from typing import Any

from django.db import migrations

# Before the statement, so that the turn to write (`onrecord.apps.core.database.postgresql.base.TURN`) is held before a row
# takes its number, also by who writes an event outside a transaction.
NOTIFY = """
CREATE FUNCTION call_events_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(204390445);
    PERFORM pg_notify('call_events', '');
    RETURN NULL;
END $$;
CREATE TRIGGER call_events_notify BEFORE INSERT ON calls_callevent
    FOR EACH STATEMENT EXECUTE FUNCTION call_events_notify()
"""
QUIET = """
DROP TRIGGER call_events_notify ON calls_callevent;
DROP FUNCTION call_events_notify()
"""


def _on_postgresql(sql: str) -> Any:
    """SQLite tells by itself (`onrecord.web.live.waker`)."""

    def execute(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return execute


class Migration(migrations.Migration):
    dependencies = [("calls", "0006_lists")]

    operations = [migrations.RunPython(_on_postgresql(NOTIFY), _on_postgresql(QUIET))]
