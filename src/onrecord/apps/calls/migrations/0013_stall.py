from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0012_extension")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="stall_cause",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="call", name="stall_seq", field=models.PositiveIntegerField(default=0)
        ),
    ]
