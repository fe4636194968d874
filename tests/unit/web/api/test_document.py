"""The API's document is complete, because the frontend's types are generated from it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from ninja import NinjaAPI, Schema

from onrecord.web.api.document import Document
from onrecord.web.api.root import api

DOCUMENT = api.get_openapi_schema()


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in the document."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from parts(inner)


def test_every_reference_leads_to_a_schema_of_the_document() -> None:
    named = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    used = {part["$ref"] for part in parts(DOCUMENT) if isinstance(part.get("$ref"), str)}
    assert used
    assert used - named == set()


def test_every_field_of_every_schema_has_a_type() -> None:
    fields = {
        f"{name}.{field}": schema
        for name, one in DOCUMENT["components"]["schemas"].items()
        for field, schema in one.get("properties", {}).items()
    }
    untyped = {
        field
        for field, schema in fields.items()
        if not schema.keys() & {"$ref", "anyOf", "type"} or schema.get("type") == "object"
    }
    assert fields
    assert untyped == set()


def test_two_schemas_with_the_same_name_are_refused() -> None:
    def counts(field: str) -> type[Schema]:
        return type("CountsOut", (Schema,), {"__annotations__": {field: int}})

    twice = NinjaAPI(urls_namespace="twice")

    @twice.get("/first", response=counts("open"))
    def first(request: HttpRequest) -> None: ...

    @twice.get("/second", response=counts("reviews"))
    def second(request: HttpRequest) -> None: ...

    with pytest.raises(ValueError, match="Two schemas of the API are called CountsOut"):
        Document(twice, "")
