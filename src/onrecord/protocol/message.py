"""What web and media host say to each other, checked where it comes in."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class Message(BaseModel):
    """A value that cannot change. Fields that the contract does not know are ignored."""

    model_config = ConfigDict(
        frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )

    def document(self) -> dict[str, Any]:
        """As JSON has it: what was said, and no default."""
        return self.model_dump(mode="json", exclude_unset=True)


AnyMessage = TypeVar("AnyMessage", bound=Message)


class BadMessageError(ValueError):
    """What came is not as the contract says. The text has a sentence for each field that is wrong."""


def read(model: type[AnyMessage], said: bytes | Mapping[str, Any]) -> AnyMessage:
    """A message as it came: JSON, or what was read from it. Raises BadMessageError."""
    try:
        return model.model_validate_json(said) if isinstance(said, bytes) else model.model_validate(said)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        sentences = (_sentence(model, problem["loc"]) for problem in problems)
        raise BadMessageError(" ".join(dict.fromkeys(sentences))) from error


def field_words(model: type[Message]) -> dict[str, str]:
    """Each field of a message, and what it must be."""
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
    """The fields of an object, of a list's objects, of one that may be null."""
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
