from typing import Any

import django.db.models.deletion
import django.db.models.fields.json
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import onrecord.apps.calls.models
import onrecord.apps.calls.state
import onrecord.apps.core.database.fields

# Before the statement, so that the turn to write (`onrecord.apps.core.database.postgresql.base.TURN`) is held before a row
# takes its number, also by who writes an event outside a transaction.
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


def _on_postgresql(sql: str) -> Any:
    """SQLite tells by itself (`onrecord.web.live.waker`)."""

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
                        default=onrecord.apps.calls.state.Status["INITIATED"],
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
                        default=onrecord.apps.calls.state.RecordingState["OFF"],
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
        migrations.RunPython(_on_postgresql(NOTIFY), _on_postgresql(QUIET)),
    ]
