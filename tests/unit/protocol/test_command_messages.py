"""A command that is wrong is refused with a sentence for each field."""

import base64
import json
from typing import Any

import pytest

from onrecord.policy.mode import Mode
from onrecord.protocol.commands import AnnouncementAudio, Pause, PlaceCall, RecordingDecision, Restrict
from onrecord.protocol.message import BadMessageError, read

PLACED = PlaceCall(
    call_id="0" * 32,
    to="+12025550123",
    caller="+12025550100",
    sdp="v=0",
    user_id="7",
    controls=True,
    decision=RecordingDecision(mode=Mode.BOTH, record_at_start=True, may_change=False, policy_version=7),
    announcement=AnnouncementAudio(pcmu=bytes(range(256))),
    beep_every_s=15,
)
BODY: dict[str, Any] = json.loads(PLACED.model_dump_json())


def test_a_command_is_read_as_it_was_written() -> None:
    assert read(PlaceCall, PLACED.model_dump_json().encode()) == PLACED
    assert BODY["from"] == "+12025550100"
    # In the standard alphabet: others are refused.
    assert base64.b64decode(BODY["announcement"]["pcmu"], validate=True) == bytes(range(256))


def test_what_may_be_left_out_may_be() -> None:
    needed = {name: BODY[name] for name in BODY if name not in ("from", "announcement", "beep_every_s")}
    call = read(PlaceCall, json.dumps(needed).encode())
    assert (call.caller, call.announcement, call.beep_every_s) == (None, None, None)


def test_a_field_of_a_newer_web_does_not_hold_up_a_pause() -> None:
    assert read(Pause, b'{"actor": "7", "press": "one", "why": "asked to"}') == Pause(actor="7", press="one")


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        ({"to": "12025550190"}, "`to` must be a number in E.164, such as +12025550123."),
        ({"call_id": "../../etc/passwd"}, "`call_id` must be 32 lowercase hexadecimal digits."),
        ({"sdp": ""}, "`sdp` must be text that is not empty."),
        ({"controls": "yes"}, "`controls` must be true or false."),
        ({"decision": None}, "`decision` must be an object (`RecordingDecision`)."),
        (
            {"decision": BODY["decision"] | {"mode": "all", "policy_version": True}},
            "`mode` of `decision` must be `both`, `one_sided` or `none`. "
            "`policy_version` of `decision` must be a whole number from 0 to 2,147,483,647.",
        ),
        (
            {"announcement": {"pcmu": "no base64!"}},
            "`pcmu` of `announcement` must be base64 of PCMU at 8 kHz, at most 30 s.",
        ),
        ({"beep_every_s": 301}, "`beep_every_s` must be a whole number from 1 to 300, or null."),
    ],
)
def test_each_wrong_field_has_its_sentence(change: dict[str, Any], sentences: str) -> None:
    with pytest.raises(BadMessageError) as refused:
        read(PlaceCall, json.dumps(BODY | change).encode())
    assert str(refused.value) == sentences


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"null", b"[" * 10_000, b'{"actor": "\\ud800"}'])
def test_a_body_that_is_not_a_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessageError, match=r"The body must be a JSON object\."):
        read(Pause, body)


def test_no_value_is_taken_for_another() -> None:
    for wrong in ({"may_change": 1}, {"policy_version": "7"}, {"policy_version": 7.0}, {"mode": "BOTH"}):
        body = {"mode": "none", "may_change": False, "policy_version": 7} | wrong
        with pytest.raises(BadMessageError):
            read(Restrict, json.dumps(body).encode())
