"""A list of calls as CSV (RFC 4180), written in batches: memory use does not depend on its length."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from onrecord.apps.accounts.models import User
from onrecord.apps.calls import recording_status
from onrecord.apps.calls.filters import CallFilter
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.queries import list_calls
from onrecord.apps.calls.status_words import STATUS_WORDS
from onrecord.apps.core.moments import in_readers_zone
from onrecord.apps.core.search_plan import SearchPlan
from onrecord.policy.reasons import read_by
from onrecord.protocol.call_status import Status

_BATCH = 500
#: Excel reads a file as UTF-8 only if it begins with this.
_MARK = "\ufeff"
#: Spreadsheets treat a cell that begins with one of these as a formula, and a caller's name may do so. Some
#: also accept the wide forms from East Asian keyboards.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: A phone number is not a formula. Programs that read the file need it unchanged.
_NUMBER = re.compile(r"\+\d{1,15}")
_SPACES = " \N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}"

COLUMNS = (
    "Call id", "Date", "Contact", "Company", "Number", "From", "Rep", "Status", "Duration (s)", "Disposition",
    "Sentiment", "Notes", "Recording", "Reason",
)  # fmt: skip


def csv_of(user: User, wanted: CallFilter, also: SearchPlan) -> Iterator[str]:
    """The calls that `user` may see and `wanted` matches, newest first: first the header, then batches.

    `also`: see `onrecord.apps.calls.search.searched`.
    """
    yield _MARK + _lines([COLUMNS])
    cursor: str | None = None
    while True:
        found = list_calls(user, wanted=wanted, also=also, cursor=cursor, size=_BATCH)
        yield _lines(_row(call, user) for call in found.rows)
        cursor = found.next_cursor
        if cursor is None:
            return


def safe(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would run it as a formula."""
    risky = text.lstrip(_SPACES).startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def _row(call: Call, reader: User) -> tuple[str, ...]:
    log, person, recording = call.log, call.person, call.recording
    cells = (
        call.pk,
        _moment(call.created_at),
        person.name if person else "",
        person.company if person else "",
        call.number,
        call.caller_number,
        call.user.name,
        STATUS_WORDS[Status(call.status)],
        str(call.duration_ms // 1000) if call.duration_ms is not None else "",
        log.disposition if log else "",
        log.sentiment if log else "",
        log.notes if log else "",
        recording_status.STATUS_WORDS[recording_status.RecordingStatus(recording.status)],
        _reason(call, reader),
    )
    return tuple(safe(cell) for cell in cells)


def _reason(call: Call, reader: User) -> str:
    fault, reason = call.recording.found_fault, call.recording.reason
    if fault:
        return fault.sentence
    return read_by(reason, is_rep=call.user == reader, rep=call.user.name)


def _moment(at: datetime) -> str:
    """ISO 8601, in the reader's time zone."""
    return in_readers_zone(at).isoformat(timespec="seconds")


def _lines(rows: "Iterator[tuple[str, ...]] | list[tuple[str, ...]]") -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
