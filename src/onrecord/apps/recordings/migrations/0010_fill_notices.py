"""In a transaction of its own: PostgreSQL does not alter a table with checks that are still to be made."""

from typing import Any

from django.db import migrations


def fill(apps: Any, schema_editor: Any) -> None:
    for notice in apps.get_model("recordings", "Notice").objects.select_related("comment").iterator():
        said = notice.comment
        notice.recording_id, notice.author_id = said.recording_id, said.author_id
        notice.at_ms, notice.text, notice.created_at = said.at_ms, said.text[:200], said.created_at
        notice.save()


class Migration(migrations.Migration):
    dependencies = [("recordings", "0009_notices_of_more")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
