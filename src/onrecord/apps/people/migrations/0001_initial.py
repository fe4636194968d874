import django.db.models.deletion
from django.db import migrations, models

import onrecord.apps.core.database.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("company", models.CharField(blank=True, max_length=200)),
                ("title", models.CharField(blank=True, max_length=200)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("subdivision", models.CharField(blank=True, max_length=6)),
                ("do_not_record", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "search_text",
                    onrecord.apps.core.database.fields.DerivedCharField(
                        editable=False, max_length=420, source="_search_text"
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="people", to="accounts.team"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhoneNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("e164", onrecord.apps.core.database.fields.BytewiseCharField(max_length=16)),
                (
                    "kind",
                    models.CharField(
                        choices=[("phone", "Phone"), ("mobile", "Mobile"), ("home", "Home")],
                        default="phone",
                        max_length=10,
                    ),
                ),
                (
                    "reversed_digits",
                    onrecord.apps.core.database.fields.DerivedCharField(
                        editable=False, max_length=15, source="_reversed_digits"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="numbers",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["team", "search_text", "id"], name="people_by_text"),
        ),
        migrations.AddIndex(
            model_name="phonenumber",
            index=models.Index(fields=["e164", "person"], name="number_forwards"),
        ),
        migrations.AddIndex(
            model_name="phonenumber",
            index=models.Index(fields=["reversed_digits", "person"], name="number_backwards"),
        ),
        migrations.AddConstraint(
            model_name="phonenumber",
            constraint=models.UniqueConstraint(fields=("person", "e164"), name="number_once_a_person"),
        ),
    ]
