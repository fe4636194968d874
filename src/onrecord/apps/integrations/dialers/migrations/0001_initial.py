import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("calls", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("beginning", models.CharField(max_length=12)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("key", models.CharField(max_length=32, primary_key=True, serialize=False)),
                (
                    "provider",
                    models.CharField(
                        choices=[
                            ("aircall", "Aircall"),
                            ("dialpad", "Dialpad"),
                            ("justcall", "JustCall"),
                            ("zoom_phone", "Zoom Phone"),
                        ],
                        max_length=20,
                    ),
                ),
                ("secret", models.TextField()),
                ("api_key", models.TextField(blank=True)),
                ("announces", models.BooleanField()),
                ("channels", models.CharField(blank=True, max_length=20)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DialerUser",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider_user_id", models.CharField(max_length=100)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="users",
                        to="dialers.connection",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("connection", "provider_user_id"), name="dialer_user_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("account", models.CharField(blank=True, max_length=100)),
                ("provider_call_id", models.CharField(max_length=200)),
                ("recording_id", models.CharField(blank=True, max_length=200)),
                ("source", models.CharField(max_length=40)),
                ("record", models.JSONField()),
                ("authorization", models.TextField(blank=True)),
                ("file", models.CharField(blank=True, max_length=60)),
                ("file_kept_until", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("unknown_user", "Rep unknown"),
                            ("waiting", "Waiting for the recording"),
                            ("done", "Imported"),
                            ("refused", "Refused by policy"),
                            ("failed", "Failed"),
                            ("no_recording", "No recording sent"),
                        ],
                        max_length=12,
                    ),
                ),
                ("problem", models.TextField(blank=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                (
                    "call",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imported",
                        to="calls.call",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="dialers.connection",
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
                    models.Index(fields=["team", "-received_at", "-id"], name="imports_newest_first"),
                    models.Index(fields=["state", "next_try_at"], name="imports_to_try"),
                    models.Index(
                        condition=models.Q(("file_kept_until__isnull", False)),
                        fields=["file_kept_until"],
                        name="imports_with_original",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("team", "provider", "account", "provider_call_id", "recording_id"),
                        name="each_delivery_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("body", models.TextField()),
                ("problem", models.TextField()),
                ("received_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kept",
                        to="dialers.connection",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["received_at"], name="kept_by_age")],
                "constraints": [models.UniqueConstraint(fields=("connection", "digest"), name="kept_once")],
            },
        ),
    ]
