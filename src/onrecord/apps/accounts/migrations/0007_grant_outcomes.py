"""Admins may change the lists of outcomes from the start."""

from django.db import migrations


def grant(apps, schema_editor):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="accounts", model="user"
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename="outcomes:change", defaults={"name": "outcomes:change"}
    )
    for permission_set in apps.get_model("auth", "Group").objects.filter(name="Admin"):
        permission_set.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_outcomes"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
