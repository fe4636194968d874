"""Reading JSON that comes from outside."""

import json
import math
from typing import Any

from onrecord.apps.core.text import cleaned

#: How deep arrays and objects may be nested. JSON that goes deeper cannot be stored again.
_DEEPEST = 32


class JsonError(ValueError):
    """The input is not usable JSON. The text says why."""


def read_json(body: bytes | str) -> Any:
    """The parsed JSON, with every string `cleaned`. Raises JsonError."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise JsonError("The body is not valid JSON.") from error
    return _usable(content, _DEEPEST)


def _usable(value: Any, depth: int) -> Any:
    match value:
        case str():
            return cleaned(value)
        case float() if not math.isfinite(value):
            raise JsonError("The JSON contains a number that is not finite.")
        case list() | dict() if not depth:
            raise JsonError(f"The JSON is nested too deeply: {_DEEPEST} levels are allowed.")
        case list():
            return [_usable(one, depth - 1) for one in value]
        case dict():
            return {cleaned(name): _usable(one, depth - 1) for name, one in value.items()}
    return value
