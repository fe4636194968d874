"""What a notice says comes to stand in it: first room for it, then (0010) what is known, then (0011) always."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recordings", "0008_list_searches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="recording",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="recordings.recording",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="author",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(model_name="notice", name="at_ms", field=models.PositiveIntegerField(null=True)),
        migrations.AddField(
            model_name="notice", name="text", field=models.CharField(blank=True, max_length=200, default="")
        ),
        migrations.AddField(model_name="notice", name="created_at", field=models.DateTimeField(null=True)),
        migrations.AlterField(
            model_name="notice",
            name="comment",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notices",
                to="recordings.comment",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mention", "Mention"),
                    ("reply", "Reply"),
                    ("review_asked", "Review asked for"),
                    ("review_answered", "Review answered"),
                    ("scored", "Scored"),
                    ("score_answered", "Score answered"),
                ],
                max_length=20,
            ),
        ),
    ]
