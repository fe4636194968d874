"""The switch's errors for refused commands."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class ErrorCode(StrEnum):
    """The code of an error."""

    BAD_REQUEST = "bad_request"
    BAD_SDP = "bad_sdp"
    UNAUTHORIZED = "unauthorized"
    ABOVE_CEILING = "above_ceiling"
    NOT_CHANGEABLE = "not_changeable"
    NOT_PERMITTED = "not_permitted"
    NO_SUCH_CALL = "no_such_call"
    ABSENT = "absent"
    EXISTS = "exists"
    FULL = "full"
    STALE = "stale"
    STOPPING = "stopping"


#: The HTTP status of each.
STATUS: Mapping[ErrorCode, int] = MappingProxyType(
    {
        ErrorCode.BAD_REQUEST: 400,
        ErrorCode.BAD_SDP: 400,
        ErrorCode.UNAUTHORIZED: 401,
        ErrorCode.ABOVE_CEILING: 403,
        ErrorCode.NOT_CHANGEABLE: 403,
        ErrorCode.NOT_PERMITTED: 403,
        ErrorCode.NO_SUCH_CALL: 404,
        ErrorCode.ABSENT: 409,
        ErrorCode.EXISTS: 409,
        ErrorCode.FULL: 409,
        ErrorCode.STALE: 409,
        ErrorCode.STOPPING: 503,
    }
)
