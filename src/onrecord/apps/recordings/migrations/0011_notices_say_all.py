import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recordings", "0010_fill_notices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="recording",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="recordings.recording"
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="notice", name="text", field=models.CharField(blank=True, max_length=200)
        ),
        migrations.AlterField(
            model_name="notice", name="created_at", field=models.DateTimeField(auto_now_add=True)
        ),
    ]
