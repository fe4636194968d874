"""What the tests of capture share: a settable clock, calls with two voices, packets, a journal's content."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from onrecord.audio.rtp import RtpPacket
from onrecord.media.capture.call_capture import CallCapture
from onrecord.media.capture.capture_host import CaptureHost
from onrecord.media.capture.gate import Side
from onrecord.media.capture.journal import Chunk, ControlFrame
from onrecord.media.capture.reader import JournalReader
from onrecord.media.capture.recovery import LastWord
from onrecord.policy.mode import Mode

MASTER_KEY = bytes(range(32))
CALL_ID = "0123456789abcdef" * 2
OURS, CONTACT = 0, 1


class Clock:
    """Monotonic nanoseconds that move when told to."""

    def __init__(self) -> None:
        self.ns = 5_000_000_000

    def __call__(self) -> int:
        return self.ns

    def advance(self, ms: int) -> None:
        self.ns += ms * 1_000_000


@contextmanager
def capture_host(folder: Path, clock: Clock, **options: int) -> Iterator[CaptureHost]:
    host = CaptureHost(folder, MASTER_KEY, monotonic_ns=clock, **options)
    try:
        yield host
    finally:
        host.close()


def open_call(
    host: CaptureHost,
    call_id: str = CALL_ID,
    *,
    mode: Mode = Mode.BOTH,
    record_at_start: bool = True,
    may_change: bool = True,
    answered: bool = True,
) -> CallCapture:
    """A call with one rep and one contact."""
    call = host.open_call(
        call_id, mode=mode, record_at_start=record_at_start, may_change=may_change, policy_version=7
    )
    call.join(OURS, side=Side.OURS, role="rep", user="42")
    call.join(CONTACT, side=Side.CONTACT, role="contact", user=None)
    if answered:
        call.answer(datetime(2026, 1, 31, 15, 4, 5, tzinfo=UTC))
    return call


def speak(call: CallCapture, party: int, sequence: int, payload: bytes = bytes(160)) -> bool:
    """One packet of 20 ms."""
    return call.media(
        party, RtpPacket(0, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, 1000 + party, payload)
    )


def rtp_packet(
    sequence: int,
    *,
    ssrc: int = 1000,
    payload: bytes = bytes(160),
    payload_type: int = 0,
    timestamp: int | None = None,
    sources: tuple[int, ...] = (),
    extension: bytes | None = None,
    padding: int = 0,
) -> bytes:
    """An RTP packet (RFC 3550); `extension` in whole words, `padding` counts its own last byte."""
    first = 0x80 | len(sources) | (0x10 if extension is not None else 0) | (0x20 if padding else 0)
    stamp = sequence * 160 if timestamp is None else timestamp
    packet = struct.pack(">BBHII", first, payload_type, sequence & 0xFFFF, stamp & 0xFFFFFFFF, ssrc)
    packet += b"".join(source.to_bytes(4) for source in sources)
    if extension is not None:
        packet += struct.pack(">HH", 0xBEDE, len(extension) // 4) + extension
    packet += payload
    if padding:
        packet += bytes(padding - 1) + bytes([padding])
    return packet


@dataclass(frozen=True, kw_only=True)
class Held:
    """What a journal holds."""

    chunks: list[Chunk]
    controls: list[ControlFrame]
    #: (party, sequence, clock, payload) in journal order.
    media: list[tuple[int, int, int, bytes]]
    reader: JournalReader

    @property
    def types(self) -> list[str]:
        return [frame.type for frame in self.controls]

    def spoken(self, party: int) -> list[int]:
        """Sequence numbers of a party's frames."""
        return [sequence for who, sequence, _, _ in self.media if who == party]


def nothing_heard(call_id: str) -> LastWord:
    """The switch has told nothing of any call."""
    return LastWord(clock_ms=0)


def read_journal(path: Path) -> Held:
    reader = JournalReader(path, MASTER_KEY)
    chunks = list(reader.read_all())
    media = []
    for chunk in chunks:
        frames = chunk.media()
        for header, offset in zip(frames.headers, frames.offsets.tolist(), strict=True):
            payload = frames.plaintext[offset : offset + int(header["size"])]
            media.append((int(header["party"]), int(header["sequence"]), int(header["clock"]), payload))
    controls = [frame for chunk in chunks for frame in chunk.controls()]
    return Held(chunks=chunks, controls=controls, media=media, reader=reader)


def journal_of(folder: Path, call_id: str = CALL_ID) -> Path:
    return folder / f"{call_id}.journal"
