"""The API matches its OpenAPI document for any input: schemathesis walks the document."""

import os
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.schemas import APIOperation

from factories import CallFactory, UserFactory, allow_recording
from harness.everything import make_everything
from onrecord.apps.accounts.models import User
from onrecord.apps.integrations.dialers import connections
from onrecord.apps.recordings.opening import blob_store
from onrecord.web.api.root import api

pytestmark = pytest.mark.django_db

DOCUMENT = "/api/v2/openapi.json"
#: Of each operation. The bench asks for more (bench/incoming.py).
EXAMPLES = int(os.environ.get("ONRECORD_TEST_EXAMPLES", "200")) // 25
#: Nobody listens at the switch's address.
WANTS_SWITCH = 503


@pytest.fixture
def ana() -> User:
    allow_recording()
    return UserFactory(name="Ana", permission_set="Admin")


@pytest.fixture
def ids(ana: User) -> Iterator[dict[str, str]]:
    made = make_everything(ana)
    yield made
    blob_store().erase(made["<str:call_id>"])


@pytest.fixture
def headers(ana: User) -> dict[str, str]:
    """Headers with a session, and headers with an API token."""
    browser = Client()
    browser.force_login(ana)
    csrf = "a" * 32
    _, token = connections.create_token("Kixie", acting_user=ana)
    return {
        "Cookie": f"sessionid={browser.cookies['sessionid'].value}; csrftoken={csrf}",
        "X-CSRFToken": csrf,
        "Authorization": f"Bearer {token}",
    }


@pytest.fixture
def kept_connection() -> Iterator[None]:
    """One connection, in the test's transaction, as with Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("kept_connection")
def test_the_api_matches_its_document(
    ana: User, ids: dict[str, str], headers: dict[str, str], subtests: pytest.Subtests
) -> None:
    live = CallFactory(user=ana)
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, get_wsgi_application())
    for operation in (result.ok() for result in schema.get_all_operations()):
        call_id = live.pk if "/calls/" in operation.path else ids["<call_id>"]
        with subtests.test(operation.label):
            ask(operation, call_id, headers)


def ask(operation: APIOperation, call_id: str, headers: dict[str, str]) -> None:
    """Send requests that the document allows and forbids, sometimes about a call that exists."""

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode]), st.booleans())
    def as_documented(case: Case, is_there: bool) -> None:
        if is_there and "call_id" in case.path_parameters:
            case.path_parameters["call_id"] = call_id
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        checks = [content_type_conformance, response_schema_conformance, status_code_conformance]
        if answer.status_code != WANTS_SWITCH:
            checks.append(not_a_server_error)
        case.validate_response(answer, checks=checks)

    as_documented()


def test_the_document_describes_errors() -> None:
    for operations in api.get_openapi_schema()["paths"].values():
        for operation in operations.values():
            assert {"4XX", "503"} <= {str(status) for status in operation["responses"]}
