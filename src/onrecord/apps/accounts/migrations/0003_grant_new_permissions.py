"""Give the sets of an existing installation the permissions that came with this version.

A new installation has no sets yet: it gets them, whole, after its migrations. What an admin has changed since is
not touched, which is why this is done once and not at every start.
"""

from django.db import migrations

GRANTED = {
    "packages:change": ["Admin"],
    "permission_sets:change": ["Admin"],
    "recording:report:view": ["Admin", "Compliance", "Manager"],
    "recording:requests:answer": ["Admin", "Compliance"],
}


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
        ("accounts", "0002_packages_and_permission_sets"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
