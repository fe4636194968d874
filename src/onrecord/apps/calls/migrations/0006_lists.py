from typing import Any

from django.db import migrations, models

from onrecord.apps.core.database.fields import DerivedCharField


def reverse_digits(apps: Any, schema_editor: Any) -> None:
    """What later calls bring along."""
    calls = apps.get_model("calls", "Call").objects
    numbers = calls.order_by().values_list("number", flat=True).distinct()
    for number in numbers.iterator():
        calls.filter(number=number).update(reversed_digits=number[:0:-1])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_grant_sharing"),
        ("calls", "0005_logging"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="call", name="calls_newest_first"),
        migrations.RemoveIndex(model_name="call", name="calls_of_person"),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["team", "person", "-created_at", "-id"], name="calls_of_person"),
        ),
        migrations.AddField(
            model_name="call",
            name="reversed_digits",
            field=DerivedCharField(default="", editable=False, max_length=15, source="_reversed_digits"),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["team", "number"], name="calls_forwards"),
        ),
        migrations.RunPython(reverse_digits, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["team", "reversed_digits"], name="calls_backwards"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["team", "-created_at", "-id", "user"], name="calls_of_team"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["team", "status", "-created_at", "-id", "user"], name="calls_by_status"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["team", "-created_at", "-id"], condition=models.Q(ended_at=None), name="calls_live"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["user", "status", "-created_at", "-id"], name="calls_of_user_by_status"
            ),
        ),
    ]
