from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("coaching", "0001_initial")]

    operations = [
        migrations.AddField(model_name="assessment", name="read_at", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="assessment", name="reply", field=models.CharField(blank=True, max_length=500)
        ),
        migrations.AddField(model_name="review", name="at_ms", field=models.PositiveIntegerField(null=True)),
        migrations.AlterField(
            model_name="review",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("done", "Reviewed"),
                    ("declined", "Declined"),
                    ("withdrawn", "Withdrawn"),
                ],
                default="open",
                max_length=10,
            ),
        ),
    ]
