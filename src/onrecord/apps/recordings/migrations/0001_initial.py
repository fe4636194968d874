from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import onrecord.apps.calls.recording_status
import onrecord.apps.core.database.fields

# Only a finished recording has a team (`Recording.call_team`). PostgreSQL takes two columns for independent of one
# another, and so expects a third of the rows that there are.
KNOW = "CREATE STATISTICS recordings_finished ON call_team_id, status FROM recordings_recording"
FORGET = "DROP STATISTICS recordings_finished"


def _on_postgresql(sql: str) -> Any:
    def execute(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return execute


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("calls", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at_ms", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="recordings.comment",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Recording",
            fields=[
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="recording",
                        serialize=False,
                        to="calls.call",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("not_recorded", "not_recorded"),
                            ("pending", "pending"),
                            ("processing", "processing"),
                            ("completed", "completed"),
                            ("failed", "failed"),
                        ],
                        default=onrecord.apps.calls.recording_status.RecordingStatus["PENDING"],
                        max_length=12,
                    ),
                ),
                (
                    "reason_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("do_not_record", "do_not_record"),
                            ("failed", "failed"),
                            ("gone", "gone"),
                            ("group_off", "group_off"),
                            ("import_failed", "import_failed"),
                            ("lost", "lost"),
                            ("never_answered", "never_answered"),
                            ("nothing_captured", "nothing_captured"),
                            ("not_announced", "not_announced"),
                            ("not_a_person", "not_a_person"),
                            ("not_supplied", "not_supplied"),
                            ("overdue", "overdue"),
                            ("rep_off", "rep_off"),
                            ("rule", "rule"),
                            ("sides_mixed", "sides_mixed"),
                            ("team_off", "team_off"),
                            ("unknown_area", "unknown_area"),
                            ("user_off", "user_off"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("source", models.CharField(default="Dialer", max_length=40)),
                (
                    "rendering",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("processing", "processing"),
                            ("empty", "empty"),
                            ("failed", "failed"),
                            ("lost", "lost"),
                            ("completed", "completed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("completed_at", models.DateTimeField(null=True)),
                ("duration_ms", models.PositiveIntegerField(null=True)),
                ("bytes", models.PositiveBigIntegerField(null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("manifest_sha256", models.CharField(blank=True, max_length=64)),
                ("key_commitment", models.CharField(blank=True, max_length=64)),
                (
                    "fault",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("missing", "missing"),
                            ("no_key", "no_key"),
                            ("other_key", "other_key"),
                            ("replaced", "replaced"),
                            ("damaged", "damaged"),
                        ],
                        max_length=12,
                    ),
                ),
                ("examined_at", models.DateTimeField(null=True)),
                ("spans", models.JSONField(default=list)),
                ("holes", models.JSONField(default=list)),
                ("lost_ms", models.PositiveIntegerField(default=0)),
                ("damaged", models.BooleanField(default=False)),
                ("thumbnail", models.JSONField(default=dict)),
                ("talk_ratio", models.FloatField(null=True)),
                ("talk", models.JSONField(null=True)),
                ("called_at", models.DateTimeField(null=True)),
                ("number", onrecord.apps.core.database.fields.BytewiseCharField(blank=True, max_length=16)),
                (
                    "reversed_digits",
                    onrecord.apps.core.database.fields.BytewiseCharField(blank=True, max_length=15),
                ),
                ("disposition", models.CharField(blank=True, max_length=50)),
                ("sentiment", models.CharField(blank=True, max_length=50)),
                ("has_notes", models.BooleanField(default=False)),
                (
                    "call_team",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recordings",
                        to="accounts.team",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="recordings",
                        to="people.person",
                    ),
                ),
                (
                    "rep",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recordings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("at_ms", models.PositiveIntegerField(null=True)),
                ("text", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("seen_at", models.DateTimeField(null=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "comment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="recordings.comment",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="recordings.recording",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="comment",
            name="recording",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comments",
                to="recordings.recording",
            ),
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("query", models.TextField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("requested_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("passed", models.BooleanField(null=True)),
                ("checks", models.JSONField(default=list)),
                ("problem", models.TextField(blank=True)),
                (
                    "recording",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verifications",
                        to="recordings.recording",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CommentWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", onrecord.apps.core.database.fields.BytewiseCharField(max_length=40)),
                (
                    "written",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="words",
                        to="recordings.comment",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["word", "written"], name="comments_by_word")],
                "constraints": [
                    models.UniqueConstraint(fields=("written", "word"), name="comment_word_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(fields=["status"], name="recordings_by_status"),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(fields=["reason_code"], name="recordings_by_reason"),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                condition=models.Q(("lost_ms__gt", 0)),
                fields=["call_team", "called_at", "rep", "lost_ms"],
                name="recordings_incomplete",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                condition=models.Q(("fault", ""), _negated=True),
                fields=["examined_at"],
                name="recordings_at_fault",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(fields=["status", "fault", "examined_at"], name="recordings_to_examine"),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=[
                    "call_team",
                    "status",
                    "-called_at",
                    "-call",
                    "rep",
                    "person",
                    "duration_ms",
                    "number",
                    "reversed_digits",
                ],
                name="recordings_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=["call_team", "status", "rep", "-called_at", "-call", "person", "duration_ms"],
                name="recordings_by_rep",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=["call_team", "status", "person", "-called_at", "-call", "rep", "duration_ms"],
                name="recordings_by_person",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=[
                    "call_team",
                    "status",
                    "source",
                    "-called_at",
                    "-call",
                    "rep",
                    "person",
                    "duration_ms",
                ],
                name="recordings_by_source",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=[
                    "call_team",
                    "status",
                    "disposition",
                    "-called_at",
                    "-call",
                    "rep",
                    "person",
                    "duration_ms",
                ],
                name="recordings_by_disposition",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=[
                    "call_team",
                    "status",
                    "sentiment",
                    "-called_at",
                    "-call",
                    "rep",
                    "person",
                    "duration_ms",
                ],
                name="recordings_by_sentiment",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=[
                    "call_team",
                    "status",
                    "has_notes",
                    "-called_at",
                    "-call",
                    "rep",
                    "person",
                    "duration_ms",
                ],
                name="recordings_by_has_notes",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=[
                    "call_team",
                    "status",
                    "number",
                    "-called_at",
                    "-call",
                    "rep",
                    "person",
                    "duration_ms",
                ],
                name="recordings_forwards",
            ),
        ),
        migrations.AddIndex(
            model_name="recording",
            index=models.Index(
                fields=[
                    "call_team",
                    "status",
                    "reversed_digits",
                    "-called_at",
                    "-call",
                    "rep",
                    "person",
                    "duration_ms",
                ],
                name="recordings_backwards",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["user", "-id"], name="notifications_newest_first"),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                fields=("user", "comment"), name="one_notification_per_comment"
            ),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["recording", "at_ms", "id"], name="comments_of_recording"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("user", "name"), name="one_view_of_a_name"),
        ),
        migrations.AddIndex(
            model_name="verification",
            index=models.Index(fields=["recording", "-id"], name="verifications_newest_first"),
        ),
        migrations.RunPython(_on_postgresql(KNOW), _on_postgresql(FORGET)),
    ]
