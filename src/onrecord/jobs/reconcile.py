"""Finish calls and recordings that nobody reports on any more. Repeating it is safe."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from onrecord.apps.calls import actions
from onrecord.apps.calls.enforcement import remind, restrict_live_calls
from onrecord.apps.calls.models import DIALER, Call, Recording
from onrecord.apps.calls.recording_status import NoRecordingReason, RecordingStatus
from onrecord.apps.calls.switch_client import SYSTEM, SwitchClient, SwitchRefusedError, SwitchUnreachableError
from onrecord.apps.calls.switch_errors import switch
from onrecord.apps.integrations.dialers.kept import forget_old
from onrecord.apps.integrations.dialers.queue import enqueue_due
from onrecord.apps.recordings.upkeep import examine_stored
from onrecord.policy.mode import Mode
from onrecord.protocol.call_status import EndReason
from onrecord.protocol.commands import CallState

log = logging.getLogger(__name__)

#: A call that the switch has not known for this long is over. A restarted switch says how within seconds.
MISSING_FOR = timedelta(seconds=30)

#: How long a report may take. A journal is deleted only after its recording has been reported.
GONE_AFTER = timedelta(minutes=5)

#: A recording usually takes seconds, but the renderer may have been down for a while.
OVERDUE_AFTER = timedelta(hours=1)


def reconcile() -> None:
    """The periodic job."""
    restrict_live_calls()
    calls(switch(), timezone.now())
    recordings(timezone.now())
    journals(switch(), timezone.now())
    examine_stored()
    enqueue_due()
    forget_old()


def calls(client: SwitchClient, now: datetime) -> None:
    """Compare our live calls with those of the switch. If it does not answer, change nothing."""
    try:
        # Ask first: a call that is placed after this is live here and at worst missing for a moment.
        states = client.calls()
    except (SwitchUnreachableError, SwitchRefusedError) as error:
        log.warning("The switch did not list its calls: %s", error)
        return
    live = list(Call.objects.live())
    known = {state.call_id: state for state in states}
    # A restriction that never reached the switch.
    remind(call for call in live if call.pk in known and _allows_too_much(known[call.pk], call))
    for call in live:
        _compare(call, call.pk in known, now)
    ours = {call.pk for call in live}
    for state in states:
        if state.call_id not in ours and not state.status.is_final:
            _hang_up(client, state)


def _allows_too_much(state: CallState, call: Call) -> bool:
    looser = state.mode.strictness < Mode(call.mode).strictness
    return looser or (state.may_change and not call.may_change)


def _compare(call: Call, is_known: bool, now: datetime) -> None:
    if is_known:
        if call.missing_since is not None:
            actions.set_missing(call, since=None)
    elif call.missing_since is None:
        actions.set_missing(call, since=now)
    elif now - call.missing_since >= MISSING_FOR:
        log.error("call %s: unknown to the switch; ended as failed", call.pk)
        actions.give_up(call.pk, reason=EndReason.LOST, captured=None)


def _hang_up(client: SwitchClient, state: CallState) -> None:
    """The web does not consider this call live, so nobody could end it."""
    log.error("call %s: live on the switch but not here; hung up", state.call_id)
    try:
        client.hang_up(state.call_id, actor=SYSTEM)
    except (SwitchUnreachableError, SwitchRefusedError) as error:
        log.warning("call %s could not be hung up: %s", state.call_id, error)


def recordings(now: datetime) -> None:
    """Mark recordings as overdue that have been pending for too long."""
    waiting = Recording.objects.filter(
        status__in=[RecordingStatus.PENDING, RecordingStatus.PROCESSING],
        call__ended_at__isnull=False,
        changed_at__lt=now - OVERDUE_AFTER,
    )
    for recording in waiting.select_related("call"):
        log.error("call %s: its recording is overdue", recording.pk)
        actions.mark_overdue(recording.call)


def journals(client: SwitchClient, now: datetime) -> None:
    """Mark recordings as lost if they have no journal to render.

    If the switch does not answer, change nothing.
    """
    waiting = Recording.objects.filter(
        Q(status__in=[RecordingStatus.PENDING, RecordingStatus.PROCESSING])
        | Q(reason_code=NoRecordingReason.OVERDUE),
        source=DIALER,
        call__ended_at__lt=now - GONE_AFTER,
        changed_at__lt=now - GONE_AFTER,
    )
    found = list(waiting.select_related("call"))
    if not found:
        return
    try:
        there = client.journals()
    except (SwitchUnreachableError, SwitchRefusedError) as error:
        log.warning("The switch did not list its journals: %s", error)
        return
    for recording in found:
        if recording.pk not in there:
            log.error("call %s: its journal is gone, so there will be no recording", recording.pk)
            actions.mark_gone(recording.call)
