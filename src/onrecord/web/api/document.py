"""The API's OpenAPI 3.1 document, from which the frontend's types are generated (scripts/api_types.py)."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.schema import NinjaGenerateJsonSchema
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from onrecord.protocol.commands import RecordingResponse
from onrecord.web.api.call_schemas import CallEventOut, HangUpReply
from onrecord.web.integrations import INTEGRATIONS

#: Schemas outside of operations: bodies and answers that ninja does not read or write itself.
_BESIDE: list[tuple[type[BaseModel], JsonSchemaMode]] = [
    (CallEventOut, "serialization"),
    (HangUpReply, "serialization"),
    (RecordingResponse, "serialization"),
    *((schema, "validation") for integration in INTEGRATIONS for schema in integration.bodies),
]

#: The JSON of an `ApiError`.
_ERROR = {
    "title": "Error",
    "type": "object",
    "required": ["code", "message"],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "string", "description": "For programs."},
        "message": {"type": "string", "description": "For people: what is wrong and what to do."},
    },
}


class Document(OpenAPISchema):
    """Checks that schema names are unique, and adds the common errors to every operation."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        super().__init__(api, path_prefix)
        _, beside = models_json_schema(
            _BESIDE, ref_template=REF_TEMPLATE, schema_generator=NinjaGenerateJsonSchema
        )
        self.add_schema_definitions(beside["$defs"] | {"Error": _ERROR})
        for operations in self["paths"].values():
            for operation in operations.values():
                operation["responses"] |= {"4XX": _refusal("What was wrong"), "503": _refusal("Not now")}

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Raises ValueError if two schemas have the same name. ninja would silently replace the first."""
        for name, definition in definitions.items():
            if self.schemas.setdefault(name, definition) != definition:
                raise ValueError(f"Two schemas of the API are called {name}. Rename one of them.")


def _refusal(description: str) -> dict[str, Any]:
    schema = {"$ref": REF_TEMPLATE.format(model="Error")}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
