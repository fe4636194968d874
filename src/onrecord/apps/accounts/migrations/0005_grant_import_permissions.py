"""Give the sets of an existing installation the permissions of third-party dialers (see 0003)."""

from django.db import migrations

GRANTED = {"calls:import": ["Admin"], "integrations:manage": ["Admin"]}


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
        ("accounts", "0004_import_permissions"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
