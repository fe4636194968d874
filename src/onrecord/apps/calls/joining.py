"""Joining a live call, and returning to it."""

from contextlib import suppress

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.calls import actions
from onrecord.apps.calls.models import Call
from onrecord.apps.calls.switch_client import SwitchRefusedError, SwitchUnreachableError
from onrecord.apps.calls.switch_errors import asking, switch
from onrecord.apps.core.api_error import ApiError
from onrecord.protocol.error_codes import ErrorCode


def join(call: Call, *, sdp: str, acting_user: User) -> str:
    """Add the user to the call. Returns the answer to the browser's SDP offer. Raises ApiError."""
    try:
        # Store the row first, so that the event of the user's leaving finds it.
        is_new = actions.join(call, acting_user=acting_user)
    except actions.CallInProgressError as error:
        raise ApiError(
            409, "call_in_progress", "You are already on a call. Leave it before you join another."
        ) from error
    controls = acting_user.may(Permission.RECORDING_CONTROL)
    try:
        with asking():
            return switch().join(call.pk, sdp=sdp, user_id=str(acting_user.pk), controls=controls)
    except ApiError:
        if is_new:
            # The switch may have added the user but answered too late.
            with suppress(SwitchUnreachableError, SwitchRefusedError):
                switch().leave(call.pk, user_id=str(acting_user.pk))
            actions.leave(call, acting_user=acting_user)
        raise


def reattach(call: Call, *, sdp: str, acting_user: User) -> str:
    """Connect the browser again, even if the switch has dropped its old leg. Raises ApiError."""
    user_id, controls = str(acting_user.pk), acting_user.may(Permission.RECORDING_CONTROL)
    with asking():
        try:
            return switch().attach(call.pk, sdp=sdp, user_id=user_id, controls=controls)
        except SwitchRefusedError as refusal:
            if refusal.code != ErrorCode.ABSENT:
                raise
            return switch().join(call.pk, sdp=sdp, user_id=user_id, controls=controls)
