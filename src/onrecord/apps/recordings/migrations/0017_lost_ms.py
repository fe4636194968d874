from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def add_up(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    recordings = apps.get_model("recordings", "Recording").objects.exclude(holes=[])
    for recording in recordings.only("holes").iterator():
        recording.lost_ms = sum(hole["end_ms"] - hole["start_ms"] for hole in recording.holes)
        recording.save(update_fields=["lost_ms"])


class Migration(migrations.Migration):
    dependencies = [("recordings", "0016_lost")]

    operations = [
        migrations.AddField(
            model_name="recording", name="lost_ms", field=models.PositiveIntegerField(default=0)
        ),
        migrations.RunPython(add_up, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=["call_team", "called_at", "rep", "lost_ms"],
                name="recordings_incomplete",
                condition=models.Q(lost_ms__gt=0),
            ),
        ),
    ]
