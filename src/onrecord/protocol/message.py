"""The base of messages between web and media host, which are validated on receipt."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class Message(BaseModel):
    """An immutable message. Unknown fields are ignored."""

    model_config = ConfigDict(
        frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    def document(self) -> dict[str, Any]:
        """The message as JSON values, without fields that were not set."""
        return self.model_dump(mode="json", exclude_unset=True)


AnyMessage = TypeVar("AnyMessage", bound=Message)


class BadMessageError(ValueError):
    """The message is invalid. The text has a sentence for each invalid field."""


def read(model: type[AnyMessage], said: bytes | Mapping[str, Any]) -> AnyMessage:
    """Validate a message, given as JSON or parsed JSON. Raises BadMessageError."""
    try:
        return model.model_validate_json(said) if isinstance(said, bytes) else model.model_validate(said)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        sentences = (_sentence(model, problem["loc"]) for problem in problems)
        raise BadMessageError(" ".join(dict.fromkeys(sentences))) from error


def field_words(model: type[Message]) -> dict[str, str]:
    """Each field of a message, and a description of valid values."""
    schema = model.model_json_schema()
    return {name: _words(field, schema) for name, field in schema.get("properties", {}).items()}


def _sentence(model: type[Message], where: tuple[str | int, ...]) -> str:
    schema = field = model.model_json_schema()
    names: list[str] = []
    for step in where:
        inner = _inside(field, schema)
        if step in inner:
            names.append(str(step))
            field = inner[step]
    if not names:
        return "The body must be a JSON object."
    named = " of ".join(f"`{name}`" for name in reversed(names))
    return f"{named} must be {_words(field, schema)}."


def _inside(field: dict[str, Any], schema: dict[str, Any]) -> dict[str | int, Any]:
    """The fields of an object, of the objects in a list, or of an object that may be null."""
    for part in (field, field.get("items", {}), *field.get("anyOf", [])):
        if "properties" in (found := _resolved(part, schema)):
            properties: dict[str | int, Any] = found["properties"]
            return properties
    return {}


def _words(field: dict[str, Any], schema: dict[str, Any]) -> str:
    if "description" in field:
        return str(field["description"])
    if "anyOf" in field:
        return ", or ".join(_words(part, schema) for part in field["anyOf"])
    found = _resolved(field, schema)
    if choices := found.get("enum"):
        *some, last = (f"`{choice}`" for choice in choices)
        return f"{', '.join(some)} or {last}"
    if "properties" in found:
        return f"an object (`{found['title']}`)"
    if field["type"] == "array":
        return f"a list of `{_resolved(field['items'], schema)['title']}` objects"
    return {"boolean": "true or false", "null": "null"}[field["type"]]


def _resolved(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = field.get("$ref", "").removeprefix("#/$defs/")
    resolved: dict[str, Any] = schema["$defs"][name] if name else field
    return resolved
