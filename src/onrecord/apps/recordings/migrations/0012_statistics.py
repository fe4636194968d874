from typing import Any

from django.db import migrations

# Only a finished recording has a team (`Recording.call_team`). PostgreSQL takes two columns for independent of one
# another, and so expects a third of the rows that there are.
KNOW = "CREATE STATISTICS recordings_finished ON call_team_id, status FROM recordings_recording"
FORGET = "DROP STATISTICS recordings_finished"


def _on_postgresql(sql: str) -> Any:
    def execute(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return execute


class Migration(migrations.Migration):
    dependencies = [("recordings", "0011_notices_say_all")]

    operations = [migrations.RunPython(_on_postgresql(KNOW), _on_postgresql(FORGET))]
