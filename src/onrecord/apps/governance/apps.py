from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GovernanceConfig(AppConfig):
    name = "onrecord.apps.governance"

    def ready(self) -> None:
        post_migrate.connect(make_first_policy, sender=self)


def make_first_policy(**_: Any) -> None:
    """Create the first policy. It records nothing: an admin has to decide otherwise."""
    from onrecord.apps.governance.models import PolicyVersion
    from onrecord.policy.document import Policy

    if not PolicyVersion.objects.exists():
        PolicyVersion.objects.create(number=1, document=Policy(version=1).to_json())
