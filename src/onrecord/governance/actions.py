"""Changing the policy: always by a new version."""

from dataclasses import replace

from django.db import transaction

from onrecord.accounts.models import User
from onrecord.audit.models import Action, record
from onrecord.governance.models import PolicyVersion
from onrecord.policy.document import Policy


@transaction.atomic
def publish(policy: Policy, *, acting_user: User) -> PolicyVersion:
    """Make `policy` the current one, under the next number: new calls are judged by it."""
    number = PolicyVersion.objects.latest("number").number + 1
    version = PolicyVersion.objects.create(
        number=number, author=acting_user, document=replace(policy, version=number).to_json()
    )
    record(Action.POLICY_PUBLISHED, version, acting_user=acting_user)
    return version
