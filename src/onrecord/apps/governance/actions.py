"""Change the policy. Changes are made in a draft, which is then published as a whole."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction

from onrecord.apps.accounts.models import Group, User
from onrecord.apps.audit.models import Action, record
from onrecord.apps.governance.announcements import CLIPS, unknown_announcements
from onrecord.apps.governance.decisions import policy_of
from onrecord.apps.governance.models import Announcement, Draft, PolicyVersion, new_revision
from onrecord.policy.diff import diff
from onrecord.policy.document import Policy, PolicyError
from onrecord.policy.parser import read_policy


class StaleRevisionError(Exception):
    """Somebody else changed the draft in the meantime. Nothing was changed. The text says who and what."""


@transaction.atomic
def publish(policy: Policy, *, acting_user: User) -> PolicyVersion:
    """Make `policy` the current version, with the next number. It decides all new calls."""
    before = PolicyVersion.objects.latest("number")
    number = before.number + 1
    policy = replace(policy, version=number)
    version = PolicyVersion.objects.create(
        number=number,
        author=acting_user,
        document=policy.to_json(),
        changes=changes_between(policy_of(before), policy),
    )
    record(Action.POLICY_PUBLISHED, version, acting_user=acting_user)
    return version


@transaction.atomic
def publish_draft(revision: str, *, acting_user: User) -> PolicyVersion:
    """Publish the draft if it is still as the user saw it. Raises StaleRevisionError, PolicyError."""
    draft = _draft_of(revision, acting_user)
    current = PolicyVersion.objects.latest("number")
    if draft is None:
        raise StaleRevisionError(f"There is no draft to publish: {_published(current)}")
    if draft.base_id != current.number:
        raise StaleRevisionError(
            f"The draft was started from version {draft.base_id}, but {_published(current)} "
            "Your draft was kept. Update it, check its changes again, then publish."
        )
    policy = read_policy(draft.document)
    if unknown := unknown_announcements(rule.announcement for rule in policy.rules if rule.announcement):
        raise PolicyError([f"There is no announcement '{name}'. Choose another one." for name in unknown])
    draft.delete()
    return publish(policy, acting_user=acting_user)


@transaction.atomic
def edit(change: Callable[[Policy], Policy], *, revision: str, acting_user: User) -> Draft:
    """Change the draft, or start one from the current version. Raises StaleRevisionError, PolicyError."""
    draft = _draft_of(revision, acting_user)
    base = draft.base if draft else PolicyVersion.objects.latest("number")
    document = change(read_policy(draft.document) if draft else policy_of(base)).to_json()
    return _keep(document, base=base, acting_user=acting_user)


@transaction.atomic
def copy_version(number: int, *, revision: str, acting_user: User) -> Draft:
    """Set the draft to an old version. Raises StaleRevisionError, PolicyVersion.DoesNotExist."""
    draft = _draft_of(revision, acting_user)
    old = PolicyVersion.objects.get(number=number)
    base = draft.base if draft else PolicyVersion.objects.latest("number")
    document = replace(policy_of(old), version=base.number).to_json()
    return _keep(document, base=base, acting_user=acting_user)


@transaction.atomic
def bring_up_to_date(revision: str, *, acting_user: User) -> None:
    """Base the draft on the version that is now current. Raises StaleRevisionError."""
    draft = _draft_of(revision, acting_user)
    if draft is not None:
        base = PolicyVersion.objects.latest("number")
        document = replace(read_policy(draft.document), version=base.number).to_json()
        _keep(document, base=base, acting_user=acting_user)


@transaction.atomic
def discard(revision: str, *, acting_user: User) -> None:
    """Delete the draft. The audit trail keeps what it changed. Raises StaleRevisionError."""
    draft = _draft_of(revision, acting_user)
    if draft is not None:
        changes = changes_between(policy_of(draft.base), read_policy(draft.document))
        record(Action.POLICY_DRAFT_DISCARDED, draft, acting_user=acting_user, changes=changes)
        draft.delete()


@transaction.atomic
def add_announcement(name: str, pcmu: bytes, *, acting_user: User) -> Announcement:
    """Store an announcement that rules can use. Raises PolicyError if the name is taken."""
    taken = PolicyError([f"There is already an announcement '{name}'. Choose another name."])
    if name in CLIPS:
        raise taken
    try:
        with transaction.atomic():
            announcement = Announcement.objects.create(name=name, pcmu=pcmu, author=acting_user)
    except IntegrityError as error:
        raise taken from error
    record(Action.ANNOUNCEMENT_ADDED, announcement, acting_user=acting_user, bytes=len(pcmu))
    return announcement


@transaction.atomic
def remove_announcement(announcement: Announcement, *, acting_user: User) -> None:
    """Delete an announcement that no rule uses. Raises PolicyError.

    A rule that was ever published counts: past decisions refer to it, and an old version can be restored.
    """
    name = announcement.name
    if any(_names(document, name) for document in Draft.objects.values_list("document", flat=True)):
        raise PolicyError([f"A rule of the draft names '{name}'. Choose another one in that rule first."])
    versions = PolicyVersion.objects.order_by("-number").values_list("number", "document")
    for number, document in versions.iterator(chunk_size=100):
        if _names(document, name):
            raise PolicyError(
                [f"'{name}' cannot be removed: policy version {number} uses it, and versions never change."]
            )
    record(Action.ANNOUNCEMENT_REMOVED, announcement, acting_user=acting_user, bytes=len(announcement.pcmu))
    announcement.delete()


def _names(document: dict[str, Any], announcement: str) -> bool:
    return any(rule["announcement"] == announcement for rule in document["rules"])


def changes_between(before: Policy, after: Policy) -> list[str]:
    """The differences as sentences, with the names of groups and users."""
    return diff(
        before,
        after,
        group_names={str(key): name for key, name in Group.objects.values_list("pk", "name")},
        user_names={str(key): name for key, name in User.objects.values_list("pk", "name")},
    )


def revision_of(draft: Draft | None, current: PolicyVersion) -> str:
    """What a form must send back to make a change: identifies the draft it showed, or that there was none."""
    return draft.revision if draft else f"version-{current.number}"


def _draft_of(revision: str, user: User) -> Draft | None:
    """The team's draft, if it is the one that the form showed. Raises StaleRevisionError."""
    draft = Draft.objects.select_related("base", "author").filter(team_id=user.team_id).first()
    current = PolicyVersion.objects.latest("number")
    if revision == revision_of(draft, current):
        return draft
    if draft is not None:
        raise StaleRevisionError(
            f"{_name(draft.author, user)} changed the draft after you opened this page, so your changes "
            "were not saved. Check the current draft, then make your change again."
        )
    raise StaleRevisionError(
        f"The draft that you saw no longer exists: {_published(current)} Check the version in force, then "
        "make your change again if it is still needed."
    )


def _published(version: PolicyVersion) -> str:
    return f"{version.author or 'the installation'} published version {version.number} in the meantime."


def _name(author: User, user: User) -> str:
    return "You" if author == user else author.name


def _keep(document: dict[str, object], *, base: PolicyVersion, acting_user: User) -> Draft:
    draft, _ = Draft.objects.update_or_create(
        team_id=acting_user.team_id,
        defaults={"base": base, "author": acting_user, "document": document, "revision": new_revision()},
    )
    return draft
