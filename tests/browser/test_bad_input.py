"""Each mistake gets a plain message, and afterwards nothing is lost and nothing is stuck."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from harness.browser import Dialer, browser, sign_in
from harness.installation import Installation, eventually
from harness.peer import Peers
from harness.people import STEADY, STRANGER
from harness.web import SETTLED, User

SignIn = Callable[[str], User]


@pytest.mark.parametrize(
    "sdp",
    ["hello", "v=0\r\n", "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n"],
)
def test_a_malformed_offer_is_refused_and_leaves_no_call(signed_in: SignIn, sdp: str) -> None:
    ana = signed_in("ana")
    answer = ana.send("POST", "/calls", to=STEADY, sdp=sdp)

    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_sdp"
    assert ana.current() is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("call me", "bad_number"),
        ("12", "bad_number"),
        ("+1 415 555", "bad_number"),
        ("", "bad_number"),
        ("911", "emergency_number"),
        ("112", "emergency_number"),
    ],
)
def test_a_number_that_cannot_be_called_is_refused_with_a_sentence(
    signed_in: SignIn, peers: Peers, number: str, code: str
) -> None:
    ana = signed_in("ana")
    answer = ana.send("POST", "/calls", to=number, sdp=peers.offer().sdp)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["message"].endswith(".")
    assert ana.current() is None


def test_the_dialer_says_before_the_call_that_911_is_not_for_it(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    dialer.type("911")

    expect(dialer.preview).to_contain_text("emergency", ignore_case=True)
    expect(dialer.call_button).to_have_attribute("aria-disabled", "true")


def test_a_second_call_is_refused_and_the_first_goes_on(signed_in: SignIn, peers: Peers) -> None:
    ana = signed_in("ana")
    peer = peers.offer()
    call, sdp = ana.call(STEADY, peer.sdp)
    peer.accept(sdp)
    ana.until_answered(call["id"])
    second = ana.send("POST", "/calls", to=STEADY, sdp=peers.offer().sdp)

    assert (second.status_code, second.json()["code"]) == (409, "call_in_progress")
    current = ana.current()
    assert current
    assert (current["id"], current["status"]) == (call["id"], "in-progress")
    ana.hang_up(call["id"])
    eventually(lambda: ana.current() is None, "the first call could be ended")


def test_a_blocked_microphone_is_explained_and_no_call_is_made(
    installation: Installation, playwright: Playwright, tmp_path: Path
) -> None:
    with browser(playwright, tmp_path / "deaf", microphone=False) as context:
        page = context.pages[0]
        sign_in(page, installation, "ana")
        dialer = Dialer(page)
        dialer.type(STEADY)
        dialer.call_button.click()

        expect(dialer.problem).to_contain_text("microphone")
        expect(dialer.call_button).to_be_visible()
        answer = page.request.get(f"{installation.url}/api/v2/calls/current")
        assert answer.json()["call"] is None


def test_an_expired_session_does_not_lose_the_call(
    installation: Installation, chromium: BrowserContext, signed_in: SignIn
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "mateo")
    dialer = Dialer(page)
    call_id = dialer.call(STEADY)
    dialer.at("00:02")
    chromium.clear_cookies()
    # The call's ticket outlives the session, but it only makes the call stricter.
    dialer.press_record("Pause Call Recording", "Resume Call Recording")
    dialer.record.click()

    expect(dialer.problem).to_contain_text("session has expired")
    expect(dialer.status).to_have_text("On call")
    again = signed_in("mateo")
    current = again.current()
    assert current
    assert (current["id"], current["status"]) == (call_id, "in-progress")
    again.hang_up(call_id)
    eventually(lambda: again.call_of(call_id)["recording"]["status"] in SETTLED, "the recording was made")
    assert again.call_of(call_id)["recording"]["status"] == "completed"


def test_a_stranger_is_called_but_not_recorded(signed_in: SignIn, peers: Peers) -> None:
    ana = signed_in("ana")
    peer = peers.offer()
    call, sdp = ana.call(STRANGER, peer.sdp)
    peer.accept(sdp)
    ana.until_answered(call["id"])
    refused = ana.send("POST", f"/calls/{call['id']}/record", generation=0)
    ana.hang_up(call["id"])
    ended = eventually(
        lambda: (found := ana.call_of(call["id"]))["recording"]["status"] in SETTLED and found, "it settled"
    )

    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert ended["recording"]["status"] == "not_recorded"
    assert ended["recording"]["reason_code"] == "not_a_person"
