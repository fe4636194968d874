from typing import Any

import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import onrecord.apps.calls.models
import onrecord.apps.core.database.fields

#: Before the statement: the turn to write (`onrecord.apps.core.database.postgresql.base.TURN`) is held before
#: a row takes its number, even when an event is written outside a transaction.
NOTIFY = """
CREATE FUNCTION call_events_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(204390445);
    PERFORM pg_notify('call_events', '');
    RETURN NULL;
END $$;
CREATE TRIGGER call_events_notify BEFORE INSERT ON calls_callevent
    FOR EACH STATEMENT EXECUTE FUNCTION call_events_notify()
"""
QUIET = """
DROP TRIGGER call_events_notify ON calls_callevent;
DROP FUNCTION call_events_notify()
"""

#: Only a finished recording has a team (`Recording.call_team`). PostgreSQL takes two columns for independent of
#: each other, and so expects a third of the rows that there are.
KNOW = "CREATE STATISTICS recordings_finished ON call_team_id, status FROM calls_recording"
FORGET = "DROP STATISTICS recordings_finished"


def _on_postgresql(sql: str) -> Any:
    """SQLite notices events by itself (`onrecord.web.live.waker`), and needs no such statistics."""

    def execute(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return execute


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("governance", "0001_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CallLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("disposition", models.CharField(blank=True, max_length=50)),
                ("sentiment", models.CharField(blank=True, max_length=50)),
                ("notes", models.TextField(blank=True)),
                ("notes_revision", models.PositiveIntegerField(default=0)),
                ("logged_at", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="call_logs",
                        to="people.person",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_logs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=onrecord.apps.calls.models.new_call_id,
                        editable=False,
                        max_length=32,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("number", onrecord.apps.core.database.fields.BytewiseCharField(max_length=16)),
                ("extension", models.CharField(blank=True, default="", max_length=11)),
                (
                    "reversed_digits",
                    onrecord.apps.core.database.fields.DerivedCharField(
                        editable=False, max_length=15, source="_reversed_digits"
                    ),
                ),
                ("caller_number", models.CharField(blank=True, max_length=16)),
                (
                    "direction",
                    models.CharField(
                        choices=[("outbound", "Outbound"), ("inbound", "Inbound")],
                        default="outbound",
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("initiated", "initiated"),
                            ("ringing", "ringing"),
                            ("in-progress", "in-progress"),
                            ("completed", "completed"),
                            ("busy", "busy"),
                            ("no-answer", "no-answer"),
                            ("canceled", "canceled"),
                            ("failed", "failed"),
                        ],
                        default="initiated",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("duration_ms", models.PositiveIntegerField(null=True)),
                ("end_reason", models.CharField(blank=True, max_length=30)),
                ("end_is_guess", models.BooleanField(default=False)),
                ("captured", models.BooleanField(null=True)),
                ("drops", models.PositiveIntegerField(default=0)),
                ("decision", models.JSONField()),
                (
                    "mode",
                    models.CharField(
                        choices=[("both", "both"), ("one_sided", "one_sided"), ("none", "none")],
                        max_length=10,
                    ),
                ),
                ("record_at_start", models.BooleanField()),
                ("may_change", models.BooleanField()),
                ("inputs", models.JSONField(null=True)),
                ("restriction", models.JSONField(null=True)),
                (
                    "deciding_reason",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            django.db.models.fields.json.KeyTextTransform(
                                "sentence",
                                django.db.models.fields.json.KeyTextTransform(
                                    "0",
                                    django.db.models.fields.json.KeyTextTransform("reasons", "restriction"),
                                ),
                            ),
                            django.db.models.fields.json.KeyTextTransform(
                                "sentence",
                                django.db.models.fields.json.KeyTextTransform(
                                    "0", django.db.models.fields.json.KeyTextTransform("reasons", "decision")
                                ),
                            ),
                        ),
                        output_field=models.CharField(max_length=500),
                    ),
                ),
                (
                    "recording_state",
                    models.CharField(
                        choices=[("off", "off"), ("recording", "recording"), ("paused", "paused")],
                        default="off",
                        max_length=10,
                    ),
                ),
                ("recording_seq", models.PositiveIntegerField(default=0)),
                ("generation", models.PositiveIntegerField(default=0)),
                ("stall_cause", models.CharField(blank=True, default="", max_length=20)),
                ("stall_seq", models.PositiveIntegerField(default=0)),
                ("missing_since", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="calls",
                        to="people.person",
                    ),
                ),
                (
                    "policy_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.policyversion",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="accounts.team"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "log",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="calls",
                        to="calls.calllog",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Collaborator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="collaborators",
                        to="calls.call",
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
        ),
        migrations.CreateModel(
            name="NotesWord",
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
                        to="calls.calllog",
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
                        default="pending",
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
            name="AppliedEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source", models.CharField(max_length=10)),
                ("seq", models.PositiveIntegerField()),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="calls.call"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("call", "source", "seq"), name="each_event_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CallEvent",
            fields=[
                ("seq", models.BigAutoField(primary_key=True, serialize=False)),
                ("type", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("payload", models.JSONField(default=dict)),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="calls.call"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["call", "at", "seq"], name="events_of_call")],
            },
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["team", "-created_at", "-id", "user", "person", "number", "reversed_digits"],
                name="calls_of_team",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["team", "status", "-created_at", "-id", "user", "person"], name="calls_by_status"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("ended_at", None)),
                fields=["team", "ended_at", "-created_at", "-id", "user", "status"],
                name="calls_live",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["team", "user", "-created_at", "-id", "person"], name="calls_of_user"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["team", "user", "status", "-created_at", "-id", "person"],
                name="calls_of_user_by_status",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["team", "number", "-created_at", "-id", "user"], name="calls_forwards"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["team", "reversed_digits", "-created_at", "-id", "user"], name="calls_backwards"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["team", "person", "-created_at", "-id", "user"], name="calls_of_person"
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["team", "mode", "deciding_reason", "created_at", "user", "captured"],
                name="calls_for_report",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("user",), name="one_live_call_a_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="collaborator",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at", None)), fields=("user",), name="one_joined_call_a_user"
            ),
        ),
        migrations.AddIndex(
            model_name="notesword",
            index=models.Index(fields=["word", "written"], name="notes_by_word"),
        ),
        migrations.AddConstraint(
            model_name="notesword",
            constraint=models.UniqueConstraint(fields=("written", "word"), name="notes_word_once"),
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
        migrations.RunPython(_on_postgresql(NOTIFY), _on_postgresql(QUIET)),
        migrations.RunPython(_on_postgresql(KNOW), _on_postgresql(FORGET)),
    ]
