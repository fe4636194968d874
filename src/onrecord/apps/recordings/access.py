"""The access history of a recording, from the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from onrecord.apps.audit.models import Action, AuditEntry
from onrecord.apps.calls.models import Recording
from onrecord.apps.core.paging import page

_SENTENCES: dict[str, str] = {
    Action.RECORDING_COMMENTED: "Commented",
    Action.RECORDING_COMMENT_DELETED: "Deleted a comment",
    Action.RECORDING_LISTENED: "Listened",
    Action.RECORDING_MANIFEST_VIEWED: "Viewed the manifest",
    Action.RECORDING_SCORED: "Scored it",
    Action.REVIEW_ASKED: "Asked for a review",
    Action.REVIEW_SETTLED: "Answered a review",
    Action.REVIEW_WITHDRAWN: "Withdrew a request for a review",
    Action.SCORE_ANSWERED: "Answered a score",
    Action.RECORDING_VERIFIED: "Verified it",
    Action.SHARE_CREATED: "Created a public link",
    Action.SHARE_TRIED: "Tried a passcode for a public link",
    Action.SHARE_OPENED: "Opened a public link",
    Action.SHARE_PLAYED: "Listened through a public link",
    Action.SHARE_REFUSED: "Entered a wrong passcode for a public link",
    Action.SHARE_REVOKED: "Revoked a public link",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    at: datetime
    actor: str
    sentence: str


def access_history(recording: Recording, cursor: str | None) -> tuple[list[Access], str | None]:
    """A page of the recording's audit rows, newest first, and the cursor of the next page."""
    rows = AuditEntry.objects.filter(object_kind="recording", object_id=recording.pk).select_related("actor")
    found = page(rows, by="-at", cursor=cursor, size=20)
    shown = [Access(at=row.at, actor=_actor(row), sentence=_sentence(row)) for row in found.rows]
    return shown, found.next_cursor


def _actor(row: AuditEntry) -> str:
    if row.actor_id is not None:
        return str(row.actor)
    address = row.details.get("address")
    return f"Someone at {address}" if address else "OnRecord"


def _sentence(row: AuditEntry) -> str:
    if row.action == Action.RECORDING_DOWNLOADED:
        return f"Downloaded as {row.details.get('format', 'Ogg')}"
    return _SENTENCES.get(row.action, row.action)
