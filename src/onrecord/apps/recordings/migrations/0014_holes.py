from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recordings", "0013_digits_on_the_way"),
    ]

    operations = [
        migrations.AddField(
            model_name="recording",
            name="holes",
            field=models.JSONField(default=list),
        ),
    ]
