from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0011_generation")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="extension",
            field=models.CharField(blank=True, default="", max_length=11),
        ),
    ]
