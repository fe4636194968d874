"""Settings > Integrations."""

import re

import pytest
from django.test import Client

from factories import PersonFactory, UserFactory, allow_recording
from harness import dialer_webhooks as webhooks
from onrecord.apps.accounts.models import User
from onrecord.apps.audit.models import AuditEntry
from onrecord.apps.calls.models import Call
from onrecord.apps.integrations.dialers import connections, results
from onrecord.apps.integrations.dialers.models import ApiToken, Connection, ImportedCall

PAGE = "/settings/integrations"


@pytest.fixture
def jo(db: None) -> User:
    """The user that the deliveries name, in a team that records."""
    allow_recording()
    return UserFactory(name="Jo")


@pytest.fixture
def ana(jo: User) -> User:
    return UserFactory(name="Ana", permission_set="Admin")


@pytest.fixture
def browser(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


def text(client: Client) -> str:
    return client.get(PAGE).content.decode()


def test_a_token_is_shown_once_and_can_be_revoked(browser: Client) -> None:
    answer = browser.post(f"{PAGE}/tokens", {"name": "Kixie"})
    (token,) = re.findall(r'value="(onr_[\w-]{43})"', answer.content.decode())
    assert answer["Cache-Control"] == "no-store"
    stored = ApiToken.objects.get()
    assert stored.digest == connections.digest(token)
    assert token not in text(browser)
    assert "Kixie" in text(browser)
    browser.post(f"{PAGE}/tokens/{stored.pk}/revoke")
    assert "Kixie" not in text(browser)
    actions_done = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"api_token.created", "api_token.revoked"} <= actions_done


def test_a_dialer_is_connected_with_its_webhook_and_disconnected(browser: Client) -> None:
    values = {
        "provider": "zoom_phone",
        "secret": "a-secret-of-zoom",
        "api_key": "a-key-of-zoom",
        "channels": "user,person",
    }
    assert browser.post(f"{PAGE}/dialers", values).status_code == 302
    one = Connection.objects.get()
    assert f"/webhooks/{one.key}" in text(browser)
    kept = f"{one.secret}{one.api_key}{text(browser)}"
    assert "a-secret-of-zoom" not in kept
    assert "a-key-of-zoom" not in kept
    browser.post(f"{PAGE}/dialers/{one.key}/remove")
    one.refresh_from_db()
    assert (one.secret, one.api_key) == ("", "")
    assert f"/webhooks/{one.key}" not in text(browser)


@pytest.mark.parametrize("change", [{"provider": "unknown"}, {"secret": " "}, {"channels": "left"}])
def test_a_dialer_without_its_secret_is_not_connected(browser: Client, change: dict[str, str]) -> None:
    values = {"provider": "aircall", "secret": "a-secret-of-zoom", "channels": ""} | change
    assert browser.post(f"{PAGE}/dialers", values).status_code == 422
    assert Connection.objects.count() == 0


def test_each_delivery_shows_its_result(browser: Client, ana: User, jo: User) -> None:
    connection = connections.connect(
        "aircall", secret=webhooks.SECRET, api_key="", announces=False, channels="", acting_user=ana
    )

    def deliver(**data: object) -> ImportedCall:
        body, _ = webhooks.aircall("https://recordings.example/r.mp3", **data)
        browser.post(f"/webhooks/{connection.key}", body, content_type="application/json")
        return ImportedCall.objects.latest("pk")

    deliver()
    assert "is not in People" in text(browser)
    PersonFactory(number="+14045550100")
    waiting = deliver(id=813, user={"id": 9, "name": "Someone <b>", "email": "someone@else.example"})
    assert "Whose call is it?" in text(browser)
    assert "Someone &lt;b&gt;" in text(browser)
    assert browser.post(f"{PAGE}/deliveries/{waiting.pk}/user", {"user": "x"}).status_code == 422
    assert browser.post(f"{PAGE}/deliveries/{waiting.pk}/user", {"user": jo.pk}).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert Call.objects.filter(user=jo).count() == 2

    assert browser.post(f"{PAGE}/deliveries/{waiting.pk}/retry").status_code == 422
    results.fail(waiting, "It answered 404.")
    assert "It answered 404." in text(browser)
    assert browser.post(f"{PAGE}/deliveries/{waiting.pk}/retry").status_code == 302
    # The next delivery of the same user needs nobody.
    assert deliver(id=814, user={"id": 9}).state == "waiting"


def test_calls_that_the_admin_may_not_see_are_not_linked(browser: Client, ana: User) -> None:
    connection = connections.connect(
        "aircall", secret=webhooks.SECRET, api_key="", announces=False, channels="", acting_user=ana
    )
    body, _ = webhooks.aircall(None)
    browser.post(f"/webhooks/{connection.key}", body, content_type="application/json")
    call = Call.objects.get()
    assert f'href="/calls/{call.pk}"' in text(browser)
    from onrecord.apps.accounts.models import PermissionSet

    keeper = PermissionSet.objects.create(name="Keeper")
    from django.contrib.auth.models import Permission as Row

    keeper.permissions.add(Row.objects.get(codename="integrations:manage"))
    other = UserFactory(permission_set="Keeper")
    client = Client()
    client.force_login(other)
    assert f'href="/calls/{call.pk}"' not in text(client)


def test_an_unusable_delivery_is_shown_with_its_reason_and_can_be_retried(browser: Client, ana: User) -> None:
    connection = connections.connect(
        "aircall", secret=webhooks.SECRET, api_key="", announces=False, channels="", acting_user=ana
    )
    body, _ = webhooks.aircall(None, id=None)
    Client().post(f"/webhooks/{connection.key}", body, content_type="application/json")
    page = text(browser)
    assert "1 could not be used" in page
    assert "The call ID is missing" in page
    (path,) = re.findall(rf'action="({PAGE}/kept/\d+/retry)"', page)
    answer = browser.post(path)
    assert answer.status_code == 422
    assert "It still cannot be used. The call ID is missing" in answer.content.decode()

    other = Client()
    other.force_login(UserFactory(permission_set="Rep"))
    assert other.post(path).status_code == 403
