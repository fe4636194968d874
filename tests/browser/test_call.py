"""The main job, as a rep does it: call, record, pause, resume, hang up, listen."""

from typing import NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from harness import sound
from harness.browser import Dialer, browser, requests_of, sign_in
from harness.installation import Installation
from harness.people import ONE_SIDED, STEADY
from onrecord.audio.g711 import PCMU, decode
from onrecord.media.capture.journal import Chunk
from onrecord.media.capture.reader import JournalReader

START, PAUSE, RESUME = "Start Call Recording", "Pause Call Recording", "Resume Call Recording"
KEEP_CONNECTION = """
    window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(...settings) { super(...settings); window.connection = this }
    }"""
PLAYED = "async () => [...(await connection.getStats()).values()].find(entry => entry.type === 'inbound-rtp')"

#: A user who thinks before they allow the microphone.
SLOW_TO_ALLOW = """{
  const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices)
  let ask
  window.asked = new Promise((settle) => { ask = settle })
  devices.getUserMedia = (wanted) => new Promise((settle) => {
    window.allow = () => settle(open(wanted))
    ask()
  })
}"""


class Recorded(NamedTuple):
    """A finished call: from 2 to 6 s and from 9 to 12 s it was recorded."""

    audio: bytes
    manifest: dict
    journal: bytes
    chunks: list[Chunk]
    pcm: sound.Samples
    #: What the browser's statistics say of the contact's voice, shortly before the end.
    played: dict


@pytest.fixture(scope="module")
def recorded(
    installation: Installation, playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Recorded:
    folder = tmp_path_factory.mktemp("call")
    with browser(playwright, folder / "chromium") as context:
        page = context.pages[0]
        page.add_init_script(KEEP_CONNECTION)
        sign_in(page, installation, "marcus")  # a manager, who may see manifests
        dialer = Dialer(page)
        dialer.type(STEADY)
        dialer.record_next_call(wanted=False)
        call_id = dialer.call(STEADY)
        journal = installation.keep_journal(call_id)
        dialer.at("00:02")
        dialer.press_record(START, PAUSE)
        dialer.at("00:06")
        dialer.press_record(PAUSE, RESUME)
        dialer.at("00:09")
        dialer.press_record(RESUME, PAUSE)
        dialer.at("00:12")
        played = page.evaluate(PLAYED)
        dialer.hang_up()
        audio, manifest = dialer.recording(call_id), dialer.manifest(call_id)
    by_hand = installation.command("render", str(journal), str(folder / "by-hand.wav"))
    assert by_hand.returncode == 0, by_hand.stderr
    reader = JournalReader(journal, installation.config.secrets.master_key)
    return Recorded(
        audio=audio,
        manifest=manifest,
        journal=journal.read_bytes(),
        chunks=list(reader.poll()),
        pcm=sound.decode_file(folder / "by-hand.wav"),
        played=played,
    )


def test_the_rep_hears_the_contact_all_the_time(recorded: Recorded) -> None:
    played = recorded.played
    assert played["packetsReceived"] > 500
    assert played["packetsLost"] == 0
    assert played["totalAudioEnergy"] > 0.01
    # What comes too late on a busy machine is made up by the browser, too.
    assert played["concealedSamples"] < 0.1 * played["totalSamplesReceived"]


def test_it_lasts_as_long_as_its_spans_by_the_call_clock(recorded: Recorded) -> None:
    spans = recorded.manifest["spans"]
    begins, ends = spans[0]["start_ms"], spans[-1]["end_ms"]
    heard = sound.decode(recorded.audio).shape[1] / sound.RATE

    assert len(spans) == 2
    # A voice stands within 50 ms of when it was said (ADR 22), and a packet has 20.
    assert abs(heard - (ends - begins) / 1000) <= 0.07


def test_the_spans_are_where_the_buttons_were_pressed(recorded: Recorded) -> None:
    first, second = recorded.manifest["spans"]

    assert 2000 <= first["start_ms"] < 3500
    assert 6000 <= first["end_ms"] < 7500
    assert 9000 <= second["start_ms"] < 10_500
    assert 12_000 <= second["end_ms"] < 13_500


def stretches(recorded: Recorded) -> list[tuple[float, float]]:
    """The spans as seconds of the file, less 100 ms at each end where a packet or the codec may straddle."""
    spans = recorded.manifest["spans"]
    origin = recorded.manifest["begins_at_ms"]
    return [
        ((span["start_ms"] - origin) / 1000 + 0.1, (span["end_ms"] - origin) / 1000 - 0.1) for span in spans
    ]


def test_left_is_only_the_rep_and_right_only_the_contact(recorded: Recorded) -> None:
    decoded, before_coding = sound.decode(recorded.audio), recorded.pcm

    for start, stop in stretches(recorded):
        for channel, own, other in ((0, 440, 600), (1, 600, 440)):
            played = sound.seconds(decoded[channel], start, stop)
            assert sound.has_only(played, own)
            assert sound.power_at(played, other) < 0.001
            assert sound.has_only(sound.seconds(before_coding[channel], start, stop), own, share=0.99)


def test_the_pause_is_digital_silence(recorded: Recorded) -> None:
    (_, pause), (resume, _) = stretches(recorded)
    before_coding = recorded.pcm[:, round((pause + 0.2) * sound.RATE) : round((resume - 0.2) * sound.RATE)]
    decoded = sound.decode(recorded.audio)
    played = decoded[:, round((pause + 0.2) * sound.RATE) : round((resume - 0.2) * sound.RATE)]

    assert before_coding.shape[1] > 2 * sound.RATE
    assert not before_coding.any()
    assert sound.level(played) < 1e-4


def test_nothing_breaks_the_tones_where_they_are_recorded(recorded: Recorded) -> None:
    left, right = recorded.pcm

    for start, stop in stretches(recorded):
        assert sound.breaks(sound.seconds(left, start, stop), 440) == []
        assert sound.breaks(sound.seconds(right, start, stop), 600) == []


def test_the_journal_holds_no_media_inside_the_pause(recorded: Recorded) -> None:
    controls = [control for chunk in recorded.chunks for control in chunk.controls()]
    clock = {control.type: control.clock for control in controls}
    media = [header for chunk in recorded.chunks for header in chunk.media().headers]

    assert clock["start"] < clock["pause"] < clock["resume"] < clock["end"]
    assert media
    assert not [header for header in media if clock["pause"] < header["clock"] < clock["resume"]]
    assert not [header for header in media if header["clock"] < clock["start"]]


def test_the_journal_shows_no_audio_to_whoever_lacks_the_key(recorded: Recorded) -> None:
    payloads = {
        media.plaintext[at : at + size]
        for media in (chunk.media() for chunk in recorded.chunks)
        for at, size in zip(media.offsets, media.headers["size"], strict=True)
    }

    assert all(len(payload) == 160 for payload in payloads)
    assert decode(PCMU, next(iter(payloads))).any()
    # Even an eighth of a packet would be found.
    assert not [p for p in payloads if any(p[at : at + 20] in recorded.journal for at in range(0, 160, 20))]


def test_one_sided_means_that_the_contact_is_not_in_the_journal(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    sign_in(page, installation, "ben")
    dialer = Dialer(page)
    call_id = dialer.call(ONE_SIDED)
    journal = installation.keep_journal(call_id)
    dialer.at("00:04")
    dialer.hang_up()
    left, right = sound.decode(dialer.recording(call_id))
    reader = JournalReader(journal, installation.config.secrets.master_key)
    chunks = list(reader.poll())
    sides = {
        control.party: control.fields["side"]
        for chunk in chunks
        for control in chunk.controls()
        if control.type == "join"
    }
    parties = {int(header["party"]) for chunk in chunks for header in chunk.media().headers}

    assert {sides[party] for party in parties} == {"ours"}
    assert "contact" in sides.values()
    assert sound.has_only(sound.seconds(left, 0.5, 3), 440)
    assert sound.level(right[sound.RATE // 5 :]) < 1e-4  # the codec needs a moment to come to rest


def test_verify_proves_the_recording(installation: Installation, recorded: Recorded) -> None:
    outcome = installation.command("verify", recorded.manifest["call_id"])

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "FAIL" not in outcome.stdout


def test_hung_up_while_the_browser_asks_for_the_microphone_no_phone_rings(
    installation: Installation, chromium: BrowserContext
) -> None:
    page = chromium.pages[0]
    page.add_init_script(SLOW_TO_ALLOW)
    sign_in(page, installation, "ana")
    dialer = Dialer(page)
    dialer.type(STEADY)
    asked = requests_of(page)
    dialer.call_button.click()
    page.evaluate("() => asked")
    dialer.hang_up_button.click()
    page.evaluate("allow()")
    expect(dialer.call_button).to_be_visible()
    assert "POST /api/v2/calls" not in asked
