"""Run network captures (pcap, pcapng) through the real gate and journal.

The time of each packet drives the call clock, so an hour's capture takes seconds. A file is read twice: first
to find the streams and assign them to sides, then to capture them. Anything that could not be used is counted
and reported.
"""

import os
import tempfile
import uuid
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.capture_host import TICK_NS, CaptureHost
from onrecord.media.capture.clock import NS_PER_MS
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import NO_PARTY
from onrecord.media.capture.pcap.codecs import Codecs
from onrecord.media.capture.pcap.datagrams import Endpoint, Seen, datagrams
from onrecord.media.capture.pcap.files import CaptureFile, PcapError
from onrecord.media.capture.pcap.report import PcapReport, PcapStream, nothing_found, unused
from onrecord.media.capture.pcap.sides import Voice, cast
from onrecord.media.capture.pcap.streams import Stream, StreamKey, parse
from onrecord.policy.mode import Mode

__all__ = ["Endpoint", "PcapError", "PcapReport", "PcapStream", "StreamKey", "capture_pcap"]

_MAX_CLOCK_NS = (2**32 - 1) * NS_PER_MS


def capture_pcap(pcap: Path, journal: Path, master_key: bytes, ours: str | None = None) -> PcapReport:
    """Capture the conversation in `pcap` into a new journal file.

    `ours` is the address of our side, or its `address:port`. Raises PcapError when the file is not a network
    capture or has no G.711 speech, or none from `ours`; FileExistsError when the journal exists; OSError.
    """
    file, seen, codecs = CaptureFile(pcap), Seen(), Codecs()
    streams = _find_streams(file, seen, codecs)
    if len(streams) > NO_PARTY:
        raise PcapError(
            f"{pcap} holds {len(streams)} RTP streams; a call can have at most {NO_PARTY}. Extract one "
            "call by its addresses or ports."
        )
    found = cast(streams, codecs, ours)
    said = (*unused(seen, torn=file.torn), *found.left_out)
    if not found.voices:
        reasons = " ".join((nothing_found(seen), *said))
        raise PcapError(f"{pcap} has no RTP stream with G.711 speech. {reasons}")

    feed, call_id = _Feed(found.voices, codecs), uuid.uuid4().hex
    with tempfile.TemporaryDirectory(dir=journal.parent, prefix=".capture-") as folder:
        host = CaptureHost(Path(folder), master_key, monotonic_ns=lambda: feed.now)
        try:
            duration = feed.run(pcap, host, call_id)
        finally:
            host.close()
        os.link(Path(folder) / f"{call_id}.journal", journal)
    return PcapReport(
        call_id=call_id,
        streams=tuple(
            PcapStream(
                party=voice.party,
                side=voice.side,
                key=voice.stream.key,
                packets=voice.stream.packets,
                captured=feed.captured[voice.stream.key],
            )
            for voice in found.voices
        ),
        rule=found.rule,
        unused=said,
        packets=seen.frames,
        truncated=seen.cut,
        duration_ms=duration,
    )


def _find_streams(file: CaptureFile, seen: Seen, codecs: Codecs) -> list[Stream]:
    """The RTP streams of a file, sorted by their first packet. `codecs` learns from the SDP on the way."""
    streams: dict[StreamKey, Stream] = {}
    for datagram in datagrams(file.frames(), seen):
        codecs.learn(datagram.payload)
        if (found := parse(datagram)) is not None:
            key, packet = found
            streams.setdefault(key, Stream(key, datagram.time)).add(packet, datagram.time)
    return sorted((one for one in streams.values() if one.is_rtp), key=lambda one: one.first)


class _Feed:
    """Feeds the packets of the given voices to the gate. Their timestamps drive the clock."""

    def __init__(self, voices: tuple[Voice, ...], codecs: Codecs) -> None:
        #: The latest packet time so far, in ns, because the call clock must never run backward.
        self.now = 0
        #: Number of packets captured, by stream.
        self.captured: Counter[StreamKey] = Counter()
        self._voices = {voice.stream.key: voice for voice in voices}
        self._codecs = codecs

    def run(self, pcap: Path, host: CaptureHost, call_id: str) -> int:
        """Capture the call from the file. Returns its duration in ms. Raises PcapError, OSError."""
        call = host.open_call(
            call_id, mode=Mode.BOTH, record_at_start=True, may_change=False, policy_version=0
        )
        ticked = 0
        for datagram in datagrams(CaptureFile(pcap).frames(), Seen()):
            found = parse(datagram)
            if found is None or (voice := self._voices.get(found[0])) is None:
                continue
            key, packet = found
            self.now = max(self.now, datagram.time)
            if call.answered_ns is None:
                self._answer(call)
            if self.now - (call.answered_ns or 0) > _MAX_CLOCK_NS:
                raise PcapError(f"{pcap} covers more than 49 days, more than the call clock can count.")
            taken_as = self._codecs.taken_as(packet.payload_type)
            self.captured[key] += taken_as is not None and call.media(
                voice.party, packet._replace(payload_type=taken_as)
            )
            if self.now - ticked >= TICK_NS:
                host.tick()
                # Reading a file can be faster than the disk: wait here, where a live call would drop packets.
                host.writer.drain()
                ticked = self.now
        return call.end("completed", "contact_hung_up")

    def _answer(self, call: CallCapture) -> None:
        for party, side in {voice.party: voice.side for voice in self._voices.values()}.items():
            call.join(party, side=side, role="rep" if side is Side.OURS else "contact", user=None)
        call.answer(datetime.fromtimestamp(self.now / 1e9, UTC))
