"""Coming into a call that runs, coming back to it, and going out again while others stay."""

from contextlib import suppress

from onrecord.accounts.models import User
from onrecord.calls import actions
from onrecord.calls.models import Call
from onrecord.calls.switch_client import SwitchRefusedError, SwitchUnreachableError
from onrecord.calls.switching import asking, switch
from onrecord.errors import ApiError


def join(call: Call, *, sdp: str, acting_user: User) -> str:
    """Bring the user in. The answer to the browser's SDP offer. Raises ApiError."""
    try:
        # The row comes first, so that an event of the user's leaving finds it.
        is_new = actions.join(call, acting_user=acting_user)
    except actions.CallInProgressError as error:
        raise ApiError(
            409, "call_in_progress", "You are already on a call. Leave it before you join another."
        ) from error
    try:
        with asking():
            return switch().join(call.pk, sdp=sdp, user_id=str(acting_user.pk))
    except ApiError:
        if is_new:
            # The switch may have taken the user in and been too slow to say so.
            with suppress(SwitchUnreachableError, SwitchRefusedError):
                switch().leave(call.pk, user_id=str(acting_user.pk))
            actions.leave(call, acting_user=acting_user)
        raise


def come_back(call: Call, *, sdp: str, acting_user: User) -> str:
    """Take the browser's new connection, also after the switch has given the old one up. Raises ApiError."""
    with asking():
        try:
            return switch().attach(call.pk, sdp=sdp, user_id=str(acting_user.pk))
        except SwitchRefusedError as refusal:
            if refusal.code != "absent":
                raise
            return switch().join(call.pk, sdp=sdp, user_id=str(acting_user.pk))


def leave(call: Call, *, acting_user: User) -> None:
    """Take the user out. Being out already is as good. Raises ApiError."""
    with asking():
        try:
            switch().leave(call.pk, user_id=str(acting_user.pk))
        except SwitchRefusedError as refusal:
            if refusal.code not in {"absent", "no_such_call"}:
                raise
    actions.leave(call, acting_user=acting_user)
