"""The audit trail."""

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models


class Action(StrEnum):
    """Things people do that must be traceable later."""

    ANNOUNCEMENT_ADDED = "announcement.added"
    ANNOUNCEMENT_REMOVED = "announcement.removed"
    API_TOKEN_CREATED = "api_token.created"  # noqa: S105 - an action
    API_TOKEN_REVOKED = "api_token.revoked"  # noqa: S105 - an action
    CALLS_EXPORTED = "calls.exported"
    CALL_DIALED = "call.dialed"
    CALL_HUNG_UP = "call.hung_up"
    CALL_IMPORTED = "call.imported"
    CALL_JOINED = "call.joined"
    CALL_LEFT = "call.left"
    CALL_LOGGED = "call.logged"
    CLIP_ADDED = "clip.added"
    CLIP_CUT = "clip.cut"
    CLIP_MOVED = "clip.moved"
    CLIP_REMOVED = "clip.removed"
    DIALER_CONNECTED = "dialer.connected"
    DIALER_DISCONNECTED = "dialer.disconnected"
    DIALER_USER_LINKED = "dialer.user_linked"
    DO_NOT_RECORD_CHANGED = "person.do_not_record_changed"
    NOTES_BEGUN = "call.notes_begun"
    DISPOSITIONS_CHANGED = "dispositions.changed"
    PACKAGE_SWITCHED = "package.switched"
    PASSWORDS_SPRAYED = "sign_in.passwords_sprayed"
    PERMISSION_SET_ASSIGNED = "permission_set.assigned"
    PERMISSION_SET_CHANGED = "permission_set.changed"
    PERMISSION_SET_CREATED = "permission_set.created"
    PERMISSION_SET_DELETED = "permission_set.deleted"
    PERMISSION_SET_RENAMED = "permission_set.renamed"
    PLAYLIST_CHANGED = "playlist.changed"
    PLAYLIST_DELETED = "playlist.deleted"
    POLICY_DRAFT_DISCARDED = "policy.draft_discarded"
    POLICY_PUBLISHED = "policy.published"
    RECORDING_CHANGE_REQUESTED = "recording.change_requested"
    RECORDING_CHANGE_REFUSED = "recording.change_refused"
    RECORDING_COMMENTED = "recording.commented"
    RECORDING_COMMENT_DELETED = "recording.comment_deleted"
    RECORDING_DOWNLOADED = "recording.downloaded"
    RECORDING_LISTENED = "recording.listened"
    RECORDING_MANIFEST_VIEWED = "recording.manifest_viewed"
    RECORDING_REQUEST_ANSWERED = "recording.request_answered"
    RECORDING_REQUEST_ASKED = "recording.request_asked"
    RECORDING_REQUEST_CLOSED = "recording.request_closed"
    RECORDING_SCORED = "recording.scored"
    RECORDING_VERIFIED = "recording.verified"
    RECORD_NEXT_CALL_CHOSEN = "recording.next_call_chosen"

    REVIEW_ASKED = "review.asked"
    REVIEW_SETTLED = "review.settled"
    REVIEW_WITHDRAWN = "review.withdrawn"
    SCORE_ANSWERED = "recording.score_answered"
    SCORECARD_CHANGED = "scorecard.changed"
    SHARE_CREATED = "share.created"
    SHARE_TRIED = "share.passcode_tried"
    SHARE_OPENED = "share.opened"
    SHARE_PLAYED = "share.played"
    SHARE_REFUSED = "share.refused"
    SHARE_REVOKED = "share.revoked"
    SHARES_REVOKED = "shares.revoked"
    SHARING_RULES_CHANGED = "sharing.rules_changed"


class AuditEntry(models.Model):
    #: None if the system acted.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    #: An Action. Without `choices`: no form offers it, and each new action would need a migration.
    action = models.CharField(max_length=40)
    #: Kind and id of the object. Not a foreign key, because the row outlives the object.
    object_kind = models.CharField(max_length=30)
    object_id = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["object_kind", "object_id", "id"], name="audit_of_object"),
            models.Index(fields=["actor", "action", "at"], name="audit_of_actor"),
            models.Index(fields=["action", "at"], name="audit_of_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind} {self.object_id}"


def record(
    action: Action, subject: models.Model, *, acting_user: models.Model | None, **details: Any
) -> AuditEntry:
    """Add a row about `subject`. Call it inside the transaction that makes the change."""
    return AuditEntry.objects.create(
        action=action,
        actor_id=acting_user.pk if acting_user is not None else None,
        object_kind=subject._meta.model_name or "",
        object_id=str(subject.pk),
        details=details,
    )
