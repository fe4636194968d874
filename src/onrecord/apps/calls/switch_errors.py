"""The switch that this web uses, and what its errors mean for a rep."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from onrecord.apps.calls.switch_client import SwitchClient, SwitchRefusedError, SwitchUnreachableError
from onrecord.apps.core.api_error import ApiError
from onrecord.config import host_config
from onrecord.protocol.error_codes import ErrorCode

log = logging.getLogger(__name__)

_REFUSALS: Mapping[str, str] = {
    ErrorCode.BAD_SDP: "The browser's connection offer is not valid. Reload the page and try again.",
    ErrorCode.NO_SUCH_CALL: "The call has ended.",
    ErrorCode.STOPPING: "OnRecord is about to restart and is not accepting new calls. Try again in a "
    "few minutes.",
    ErrorCode.STALE: "The recording was paused or restricted in the meantime. Check its state and try again.",
}


@cache
def switch() -> SwitchClient:
    return SwitchClient(host_config().switch_address, host_config().secrets.switch_secret)


@contextmanager
def asking() -> Iterator[None]:
    """Convert errors from the switch to ApiError."""
    try:
        yield
    except SwitchUnreachableError as error:
        log.warning("The switch cannot be reached: %s", error)
        raise unreachable() from error
    except SwitchRefusedError as error:
        message = _REFUSALS.get(error.code, error.message)
        raise ApiError(error.status, error.code, message) from error


def unreachable() -> ApiError:
    return ApiError(503, "switch_unreachable", "The phone system cannot be reached. Try again in a moment.")
