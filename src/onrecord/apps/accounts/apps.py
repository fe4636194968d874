from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "onrecord.apps.accounts"

    def ready(self) -> None:
        post_migrate.connect(make_permission_sets, sender=self)


def make_permission_sets(**_: Any) -> None:
    """Create the permission sets that do not exist yet. A set that an admin has changed is left alone."""
    from django.contrib.auth.models import Group as PermissionSet
    from django.contrib.auth.models import Permission as Row

    from onrecord.apps.accounts.permissions import SETS

    for name, permissions in SETS.items():
        permission_set, is_new = PermissionSet.objects.get_or_create(name=name)
        if is_new:
            permission_set.permissions.set(
                Row.objects.filter(content_type__app_label="accounts", codename__in=permissions)
            )
