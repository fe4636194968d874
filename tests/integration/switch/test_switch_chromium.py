"""The switch with a real browser. Without a microphone it hides its addresses behind `.local` names."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from harness.browser import CHROMIUM, FLAGS
from harness.switch_rig import Call, SwitchRig, place_call, spectrum

STEADY = "+12025550195"
PAGE = "http://127.0.0.1:9/"

CONNECT = """async () => {
  const context = new AudioContext()
  const oscillator = new OscillatorNode(context, { frequency: 440 })
  const out = new MediaStreamAudioDestinationNode(context)
  oscillator.connect(out)
  oscillator.start()
  const connection = new RTCPeerConnection()
  window.connection = connection
  connection.addTrack(out.stream.getAudioTracks()[0], out.stream)
  connection.ontrack = event => {
    const audio = new Audio()
    audio.srcObject = event.streams[0] ?? new MediaStream([event.track])
    audio.muted = true
    audio.play()
    window.analyser = new AnalyserNode(context, { fftSize: 4096 })
    context.createMediaStreamSource(audio.srcObject).connect(window.analyser)
  }
  const gathered = new Promise(done => {
    connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && done()
  })
  await connection.setLocalDescription(await connection.createOffer())
  await gathered
  return connection.localDescription.sdp
}"""

HEARS_600_HZ = """() => {
  if (!window.analyser) return false
  const bins = new Float32Array(window.analyser.frequencyBinCount)
  window.analyser.getFloatFrequencyData(bins)
  const loudest = bins.indexOf(Math.max(...bins))
  const hertz = loudest * window.analyser.context.sampleRate / window.analyser.fftSize
  return Math.max(...bins) > -40 && Math.abs(hertz - 600) < 15
}"""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[SwitchRig]:
    with SwitchRig(tmp_path / "home") as switch:
        yield switch


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(FLAGS), chromium_sandbox=False
        )
        page = await browser.new_page()
        await page.route(PAGE, lambda route: route.fulfill(body="", content_type="text/html"))
        await page.goto(PAGE)
        yield page
        await browser.close()


async def test_a_browser_that_hides_its_addresses_talks_and_listens(rig: SwitchRig, page: Page) -> None:
    await rig.ready()
    async with rig.client() as client:
        offer = await page.evaluate(CONNECT)
        assert ".local" in offer
        body = place_call(STEADY, offer)
        async with client.post("/calls", json=body) as reply:
            answer = await reply.json()
            assert reply.status == 201, answer
        await page.evaluate(
            "sdp => window.connection.setRemoteDescription({ type: 'answer', sdp })", answer["sdp"]
        )
        call = Call(rig, client, body["call_id"])
        await call.event("recording.started")
        await page.wait_for_function(HEARS_600_HZ, polling=100)
        started_ms = (await call.state())["clock_ms"]
        await page.wait_for_timeout(1000)
        await page.evaluate("window.connection.close()")
        await call.event("call.detached")
        await call.hang_up()
        journal = await call.journal()
    ours = b"".join(sound for party, clock, sound in journal.media if party == 0 and clock > started_ms)
    assert spectrum([ours]) == {440}
