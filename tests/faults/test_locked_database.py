"""A database that is kept locked, a web or a switch that is silent: what works, and what is said."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from harness.browser import Dialer, sign_in
from harness.databases import audited, locked
from harness.installation import Installation, eventually
from harness.peer import Peers
from harness.people import STEADY
from harness.web import User
from onrecord.apps.calls.switch_client import SwitchClient
from onrecord.media.capture.reader import JournalReader

#: What a web process does whose database is locked when it has just published a policy.
PUBLISH = """
from dataclasses import replace
import django
django.setup()
from onrecord.apps.accounts.models import User
from onrecord.apps.governance.actions import publish
from onrecord.apps.governance.decisions import current_policy
from onrecord.policy.document import Setting
policy = replace(current_policy(), team=Setting(record={record}, locked={locked}))
publish(policy, acting_user=User.objects.first())
"""
ENFORCE = """
from django.conf import settings
import django
settings.DATABASES["default"]["OPTIONS"]["timeout"] = 0.1
django.setup()
from onrecord.apps.calls.enforcement import restrict_live_calls
assert restrict_live_calls() == {calls}
"""

PAUSE, RESUME = "Pause Call Recording", "Resume Call Recording"


@pytest.fixture
def recorded(installation: Installation, chromium: BrowserContext) -> Dialer:
    """Ana's dialer, on a call that is being recorded."""
    page = chromium.pages[0]
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    dialer.call(STEADY)
    expect(dialer.record).to_have_accessible_name(PAUSE)
    return dialer


def test_with_the_database_locked_pause_ends_the_captured_sound_and_hang_up_the_call(
    installation: Installation, recorded: Dialer
) -> None:
    call_id = recorded.current()
    journal = installation.keep_journal(call_id)

    with locked(installation.home / "db.sqlite3"):
        recorded.record.click()
        expect(recorded.record).to_have_accessible_name(RESUME)
        recorded.hang_up()

    chunks = list(JournalReader(journal, installation.config.secrets.master_key).poll())
    clock = {control.type: control.clock for chunk in chunks for control in chunk.controls()}
    media = [header["clock"] for chunk in chunks for header in chunk.media().headers]
    assert max(media) <= clock["pause"] < clock["end"]
    done = ["recording.change_requested", "call.hung_up"]
    eventually(
        lambda: audited(installation.config.database_url, call_id)[-2:] == done, "both are audited, once"
    )


def test_while_nobody_confirms_a_press_the_page_says_that_recording_may_still_be_running(
    installation: Installation, recorded: Dialer
) -> None:
    switch = installation.pid("switch")

    os.kill(switch, signal.SIGSTOP)
    try:
        recorded.record.click()
        expect(recorded.state).to_have_text("Pause not confirmed: recording may still be on")
    finally:
        os.kill(switch, signal.SIGCONT)
    expect(recorded.record).to_have_accessible_name(RESUME)
    expect(recorded.state).to_have_text("Paused by you")
    recorded.hang_up()


def test_pause_and_hang_up_need_no_web_at_all(installation: Installation, recorded: Dialer) -> None:
    web = installation.pid("web")

    os.kill(web, signal.SIGSTOP)
    try:
        recorded.record.click()
        expect(recorded.record).to_have_accessible_name(RESUME)
        recorded.hang_up()
    finally:
        os.kill(web, signal.SIGCONT)


def run(installation: Installation, code: str) -> None:
    """Python beside the web, with the same settings."""
    environ = installation.environ | {"DJANGO_SETTINGS_MODULE": "onrecord.web.settings"}
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)


def test_a_policy_closes_gates_while_the_database_is_locked_and_says_why_afterwards(
    installation: Installation, signed_in: Callable[[str], User], peers: Peers
) -> None:
    ana, peer = signed_in("ana"), peers.offer()
    call, sdp = ana.call(STEADY, peer.sdp)
    peer.accept(sdp)
    ana.until_answered(call["id"])
    run(installation, PUBLISH.format(record=False, locked=True))

    with locked(installation.home / "db.sqlite3"):
        run(installation, ENFORCE.format(calls=1))
        switch = SwitchClient(installation.config.switch_address, installation.config.secrets.switch_secret)
        state = next(state for state in switch.calls() if state.call_id == call["id"])
        assert (state.mode, state.recording, state.may_change) == ("none", "paused", False)

    run(installation, ENFORCE.format(calls=1))
    run(installation, ENFORCE.format(calls=0))
    assert "your team does not record" in ana.current()["recording"]["reason"]
    ana.hang_up(call["id"])
    run(installation, PUBLISH.format(record=True, locked=False))
