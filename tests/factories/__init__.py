"""People of a small company, made as they are needed.

Names are given where a test reads better with them; everything else has a sensible value of its own.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import factory
from django.contrib.auth.models import Group as PermissionSet
from django.contrib.auth.models import Permission as PermissionRow
from factory.django import DjangoModelFactory

from onrecord.apps.accounts.models import Group, Team, User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.calls.models import Call, CallLog, Recording
from onrecord.apps.governance.actions import publish
from onrecord.apps.people.models import Person, PhoneNumber
from onrecord.policy.document import Policy, Setting
from onrecord.policy.mode import Mode

PASSWORD = "correct horse battery"


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team
        django_get_or_create = ("name",)

    name = "Northwind"


class GroupFactory(DjangoModelFactory[Group]):
    class Meta:
        model = Group
        django_get_or_create = ("team", "name")

    team = factory.SubFactory(TeamFactory)
    name = "East"


class UserFactory(DjangoModelFactory[User]):
    """A Rep of group East, unless told otherwise: `UserFactory(name="Max", permission_set="Manager")`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda number: f"Rep {number}")
    email = factory.LazyAttribute(lambda user: f"{user.name.lower().replace(' ', '.')}@northwind.example")
    team = factory.SubFactory(TeamFactory)
    group = factory.SubFactory(GroupFactory)
    country = "US"
    subdivision = "US-NY"
    time_zone = "America/New_York"
    caller_number = "+12125550100"

    @factory.post_generation
    def permission_set(self, create: bool, name: str | None, **_: Any) -> None:
        if name != "":
            self.groups.add(PermissionSet.objects.get(name=name or "Rep"))

    @factory.post_generation
    def password(self, create: bool, password: str | None, **_: Any) -> None:
        if password:
            self.set_password(password)
            self.save()


def permit_only(user: User, permissions: Iterable[Permission]) -> None:
    """Give the user a set of their own instead of what they have."""
    own = PermissionSet.objects.create(name=f"Set of {user.pk}")
    own.permissions.set(PermissionRow.objects.filter(codename__in=permissions))
    user.groups.set([own])


class PersonFactory(DjangoModelFactory[Person]):
    """Somebody with one number, in New York: `PersonFactory(number="+13125550123")`."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    team = factory.SubFactory(TeamFactory)
    name = factory.Sequence(lambda number: f"Person {number:04}")
    company = "Contoso"
    country = "US"
    subdivision = "US-NY"

    @factory.post_generation
    def number(self, create: bool, e164: str | None, **_: Any) -> None:
        if e164 != "":
            PhoneNumber.objects.create(person=self, e164=e164 or f"+1212555{1000 + self.pk:04}")


#: A decision as it is stored.
ALLOWED = {
    "mode": "both",
    "record_at_start": True,
    "may_change": True,
    "may_choose": True,
    "reasons": [{"code": "team", "sentence": "On: your team records calls by default."}],
    "announcements": [],
    "policy_version": 1,
    "sentence": "On: your team records calls by default.",
}


class CallFactory(DjangoModelFactory[Call]):
    """A call that has just been placed, with its recording pending."""

    class Meta:
        model = Call
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)
    team = factory.SelfAttribute("user.team")
    number = "+13125550123"
    caller_number = "+12125550100"
    created_at = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
    decision = ALLOWED
    mode = Mode.BOTH
    record_at_start = True
    may_change = True
    policy_version_id = 1

    @factory.post_generation
    def recording(self, create: bool, values: Any, **fields: Any) -> None:
        Recording.objects.create(call=self, **fields)


def logged_call(user: User, person: Person | None, **fields: Any) -> Call:
    """A past call that was logged to `person`; `notes`, `disposition` and `sentiment` are of the log."""
    said = {name: fields.pop(name) for name in ("notes", "disposition", "sentiment") if name in fields}
    log = CallLog.objects.create(user=user, person=person, logged_at="2026-03-02T15:02:00Z", **said)
    ended: dict[str, Any] = {"ended_at": "2026-03-02T15:01:00Z", "status": "completed"}
    call: Call = CallFactory(user=user, person=person, log=log, **(ended | fields))
    return call


def allow_recording(**changes: Any) -> None:
    """Make a policy current under which calls record by default; `changes` are fields of Policy."""
    fields: dict[str, Any] = {"team": Setting(record=True), "unknown_area": Mode.BOTH} | changes
    publish(Policy(version=1, **fields), acting_user=UserFactory(permission_set="Admin"))
