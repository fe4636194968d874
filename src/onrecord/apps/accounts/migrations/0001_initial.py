import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import onrecord.apps.accounts.models
import onrecord.apps.accounts.packages


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("packages", models.JSONField(default=onrecord.apps.accounts.packages.included_packages)),
            ],
        ),
        migrations.CreateModel(
            name="PermissionSet",
            fields=[],
            options={
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("auth.group",),
        ),
        migrations.CreateModel(
            name="Group",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="groups", to="accounts.team"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[onrecord.apps.accounts.models.check_time_zone],
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=2)),
                ("subdivision", models.CharField(blank=True, max_length=6)),
                ("caller_number", models.CharField(blank=True, max_length=16)),
                ("record_next_call", models.BooleanField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="accounts.group",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="users", to="accounts.team"
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("calls:import", "calls:import"),
                    ("calls:log", "calls:log"),
                    ("calls:place", "calls:place"),
                    ("calls:view:group", "calls:view:group"),
                    ("calls:view:own", "calls:view:own"),
                    ("calls:view:team", "calls:view:team"),
                    ("coaching:score", "coaching:score"),
                    ("dispositions:change", "dispositions:change"),
                    ("integrations:manage", "integrations:manage"),
                    ("packages:change", "packages:change"),
                    ("people:view", "people:view"),
                    ("permission_sets:change", "permission_sets:change"),
                    ("recording:control", "recording:control"),
                    ("recording:download", "recording:download"),
                    ("recording:listen", "recording:listen"),
                    ("recording:manifest:view", "recording:manifest:view"),
                    ("recording:report:view", "recording:report:view"),
                    ("recording:requests:answer", "recording:requests:answer"),
                    ("recording:settings:change", "recording:settings:change"),
                    ("recording:share", "recording:share"),
                    ("recording:turn_on", "recording:turn_on"),
                    ("scorecards:change", "scorecards:change"),
                    ("sharing:manage", "sharing:manage"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(fields=("team", "name"), name="one_group_of_a_name"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="email_is_lower_case",
            ),
        ),
    ]
