from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0010_digits_on_the_way")]

    operations = [
        migrations.RemoveField(model_name="call", name="command_seq"),
        migrations.AddField(
            model_name="call", name="generation", field=models.PositiveIntegerField(default=0)
        ),
    ]
