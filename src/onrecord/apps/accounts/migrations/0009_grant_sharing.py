"""The default sets may share, and manage sharing, from the start."""

from django.db import migrations

GRANTED = {"recording:share": ["Admin", "Manager"], "sharing:manage": ["Admin", "Compliance"]}


def grant(apps, schema_editor):
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="accounts", model="user"
    )
    sets = apps.get_model("auth", "Group").objects
    for codename, names in GRANTED.items():
        permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": codename}
        )
        for permission_set in sets.filter(name__in=names):
            permission_set.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_sharing"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
