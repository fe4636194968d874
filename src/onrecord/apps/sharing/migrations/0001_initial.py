import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import onrecord.apps.sharing.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("calls", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SharingSettings",
            fields=[
                (
                    "team",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sharing_settings",
                        serialize=False,
                        to="accounts.team",
                    ),
                ),
                ("allowed", models.BooleanField()),
                ("longest_days", models.PositiveSmallIntegerField()),
                ("passcode_required", models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name="ShareLink",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=onrecord.apps.sharing.models.new_link_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("passcode", models.CharField(blank=True, max_length=200)),
                ("shows_contact", models.BooleanField(default=False)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("opened", models.PositiveIntegerField(default=0)),
                ("last_opened_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="links",
                        to="calls.recording",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["recording", "-created_at"], name="links_of_recording"),
                    models.Index(fields=["team", "-created_at", "-id"], name="links_of_team"),
                ],
            },
        ),
    ]
