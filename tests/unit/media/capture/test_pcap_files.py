"""Capture files: several interfaces, torn ends, damage, frames that cannot be opened."""

import struct
from pathlib import Path

import dpkt
import pytest
from capture_support import CONTACT, MASTER_KEY, OURS
from hypothesis import given, settings
from hypothesis import strategies as st
from pcap_support import (
    CAPTURES,
    START,
    Interface,
    Voice,
    Wrap,
    block,
    capture,
    capture_file,
    ethernet,
    ip_packet,
    pcapng,
    together,
    write,
)

from onrecord.media.capture.pcap import PcapError, capture_pcap
from onrecord.media.capture.pcap.datagrams import Seen, datagrams
from onrecord.media.capture.pcap.files import CaptureFile, Frame

HERE, THERE = "192.0.2.10:4000", "198.51.100.20:5000"
OUR_VOICE = Voice(source=HERE, destination=THERE, ssrc=1, count=20)
THEIR_VOICE = Voice(source=THERE, destination=HERE, ssrc=2, count=20, begins=0.005, hertz=1003)
ETHERNET = Interface(link=1)


def cooked(packet: bytes) -> bytes:
    return bytes(dpkt.sll.SLL(ethtype=0x0800)) + packet


def numbered(voice: Voice, interface: int, wrap: Wrap = ethernet) -> list[tuple[int, float, bytes]]:
    return [(interface, at, frame) for at, frame in voice.packets(wrap)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("interfaces", "ours", "wrap"),
    [
        ([ETHERNET, Interface(link=113)], 0, cooked),
        ([ETHERNET, Interface(link=1, resolution=9)], 0, ethernet),
        ([Interface(link=1, resolution=0x80 | 20, offset=1_700_000_000), ETHERNET], 0, ethernet),
        ([Interface(link=251), ETHERNET], 1, ethernet),
    ],
    ids=[
        "Ethernet and cooked",
        "two clocks",
        "clock in powers of two with an offset",
        "only the second is used",
    ],
)
def test_each_packet_is_read_by_its_own_interface(
    tmp_path: Path, interfaces: list[Interface], ours: int, wrap: Wrap, order: str
) -> None:
    packets = [*numbered(OUR_VOICE, ours), *numbered(THEIR_VOICE, 1, wrap)]
    packets.sort(key=lambda each: each[1])
    (tmp_path / "in.pcapng").write_bytes(pcapng(interfaces, packets, order))
    report, held = capture_file(tmp_path, tmp_path / "in.pcapng")
    assert (len(held.spoken(OURS)), len(held.spoken(CONTACT))) == (20, 20)
    assert report.duration_ms == pytest.approx(385, abs=1)
    assert report.unused == ()


def test_sections_of_a_file_have_interfaces_of_their_own(tmp_path: Path) -> None:
    later = Voice(source=HERE, destination=THERE, ssrc=1, count=20, begins=1, first=20)
    text = pcapng([ETHERNET], numbered(OUR_VOICE, 0)) + pcapng(
        [Interface(link=113, resolution=9)], numbered(later, 0, cooked), ">"
    )
    (tmp_path / "in.pcapng").write_bytes(text)
    _, held = capture_file(tmp_path, tmp_path / "in.pcapng")
    assert len(held.spoken(OURS)) == 40


def test_packets_of_an_interface_that_cannot_be_opened_are_counted(tmp_path: Path) -> None:
    packets = numbered(OUR_VOICE, 0) + numbered(THEIR_VOICE, 1)
    (tmp_path / "in.pcapng").write_bytes(pcapng([ETHERNET, Interface(link=9)], packets))
    report, _ = capture_file(tmp_path, tmp_path / "in.pcapng")
    assert report.unused == (
        "20 packets of interface 1 have link type 9 (PPP), which is not supported. Capture with -i any.",
    )


def test_packets_without_a_time_or_an_interface_are_counted(tmp_path: Path) -> None:
    frame = OUR_VOICE.packets()[0][1]
    simple = block(3, struct.pack("<I", len(frame)) + frame)
    stray = block(6, struct.pack("<IIIII", 7, 0, 0, len(frame), len(frame)) + frame)
    (tmp_path / "in.pcapng").write_bytes(pcapng([ETHERNET], numbered(OUR_VOICE, 0)) + simple + stray)
    report, _ = capture_file(tmp_path, tmp_path / "in.pcapng")
    assert report.unused == ("2 packets without a time or an interface could not be placed.",)


def test_an_impossible_time_is_no_time(tmp_path: Path) -> None:
    """A clock of one tick a second, moved ahead by more years than there are."""
    packets = [(1, START + 2**40, frame) for _, frame in THEIR_VOICE.packets()] + numbered(OUR_VOICE, 0)
    (tmp_path / "in.pcapng").write_bytes(pcapng([ETHERNET, Interface(link=1, resolution=0)], packets))
    report, _ = capture_file(tmp_path, tmp_path / "in.pcapng")
    assert report.unused == ("20 packets without a time or an interface could not be placed.",)


def test_a_file_out_of_order_is_said_to_be(tmp_path: Path) -> None:
    late = Voice(source=THERE, destination=HERE, ssrc=2, count=20, hertz=1003)
    early = Voice(source=HERE, destination=THERE, ssrc=1, count=100)
    report, _ = capture(tmp_path, [*early.packets(), *late.packets()])
    assert report.unused == (
        "20 packets arrived more than a second out of order. "
        "Sort the file with reordercap and capture again.",
    )


@pytest.mark.parametrize("name", ["cut-in-header.pcap", "cut.pcapng"])
def test_what_stands_before_a_torn_end_is_kept_and_the_end_said_to_be_torn(tmp_path: Path, name: str) -> None:
    report, held = capture_file(tmp_path, CAPTURES / name)
    assert len(held.media) == 39
    assert report.unused == ("The end of the file is cut off. Everything before that was read.",)


@pytest.mark.parametrize("name", ["whole.pcap", "whole.pcapng"])
def test_a_file_cut_anywhere_gives_every_frame_before_the_cut(tmp_path: Path, name: str) -> None:
    text = (CAPTURES / name).read_bytes()
    whole = list(CaptureFile(CAPTURES / name).frames())
    assert len(whole) == 40
    size = 16 + 214 if name.endswith("pcap") else 32 + 216
    first = len(text) - 40 * size
    cut = tmp_path / "in"
    for end in range(len(text) - size - 1, len(text) + 1):
        cut.write_bytes(text[:end])
        file = CaptureFile(cut)
        assert list(file.frames()) == whole[: (end - first) // size]
        assert file.torn == ((end - first) % size > 0)


@given(data=st.data())
@settings(max_examples=300)
def test_damage_never_gives_more_than_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(["whole.pcap", "whole.pcapng", "ip-fragments.pcap", "cooked-vlan.pcap"]))
    text = bytearray((CAPTURES / name).read_bytes())
    for at in data.draw(st.lists(st.integers(0, len(text) - 1), max_size=20)):
        text[at] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "in").write_bytes(text)
    try:
        report = capture_pcap(folder / "in", folder / "out.journal", MASTER_KEY)
    except PcapError:
        assert not (folder / "out.journal").exists()
    else:
        assert sum(each.captured for each in report.streams) > 0


@given(st.binary(max_size=120), st.sampled_from([0, 1, 12, 14, 101, 108, 113, 228, 229, 276]))
def test_any_bytes_on_any_link_are_opened_or_not(data: bytes, link: int) -> None:
    for text in (data, b"\x45" + data, ethernet(b"\x45" + data), ethernet(b"\x60" + data)):
        list(datagrams([Frame(interface=0, link=link, time=1, data=text)], Seen()))


@pytest.mark.parametrize(
    "name", ["ip-fragments.pcap", "pppoe.pcap", "cooked-vlan.pcap", "whole.pcap", "whole.pcapng"]
)
def test_a_call_is_found_however_its_packets_are_wrapped(tmp_path: Path, name: str) -> None:
    report, held = capture_file(tmp_path, CAPTURES / name)
    assert (len(held.spoken(OURS)), len(held.spoken(CONTACT))) == (20, 20)
    assert report.unused == ()


def test_packets_cut_when_captured_are_counted_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PcapError, match=r"All 40 UDP packets were cut at 96 bytes\. Capture with -s 0"):
        capture_file(tmp_path, CAPTURES / "snaplen-96.pcap")


def test_a_link_that_is_not_understood_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(PcapError, match=r"40 packets of interface 0 have link type 9 \(PPP\)") as error:
        capture_file(tmp_path, CAPTURES / "link-type-ppp.pcap")
    assert "cannot be read" not in str(error.value)


def test_a_call_lasts_from_its_first_packet_to_its_last_whatever_else_is_in_the_file(tmp_path: Path) -> None:
    report, held = capture_file(tmp_path, CAPTURES / "one-sip-packet-a-minute-later.pcap")
    assert report.duration_ms == held.controls[-1].clock == 385


def fragments(packet: bytes, cuts: list[int], name: int) -> list[bytes]:
    """An IP packet in pieces that end at multiples of 8."""
    version = packet[0] >> 4
    head, data = (packet[:20], packet[20:]) if version == 4 else (packet[:40], packet[40:])
    ends = sorted({min(8 * cut, len(data)) for cut in cuts} | {len(data)})
    pieces, start = [], 0
    for end in ends:
        piece, more = data[start:end], end < len(data)
        if version == 4:
            flags = (0x2000 if more else 0) | start // 8
            top = head[:2] + struct.pack(">HHH", 20 + len(piece), name, flags) + head[8:]
        else:
            extension = struct.pack(">BBHI", 17, 0, start | more, name)
            top = head[:4] + struct.pack(">HB", 8 + len(piece), 44) + head[7:] + extension
        pieces.append(top + piece)
        start = end
    return pieces


@given(
    ends=st.sampled_from([(HERE, THERE), ("2001:db8::1:4000", "2001:db8::2:5000")]),
    cuts=st.lists(st.integers(1, 20), min_size=1, max_size=4),
    data=st.data(),
)
def test_fragments_in_any_order_make_the_packets_they_were(
    ends: tuple[str, str], cuts: list[int], data: st.DataObject
) -> None:
    payloads = [bytes([number]) * 172 for number in range(3)]
    pieces = [
        ethernet(piece)
        for number, payload in enumerate(payloads)
        for piece in fragments(ip_packet(payload, *ends), cuts, number)
    ]
    shuffled = data.draw(st.permutations(pieces))
    lost = data.draw(st.sampled_from([None, *range(len(shuffled))]))
    kept = [piece for number, piece in enumerate(shuffled) if number != lost]
    seen = Seen()
    frames = [Frame(interface=0, link=1, time=number, data=piece) for number, piece in enumerate(kept)]
    found = {each.payload for each in datagrams(frames, seen)}
    whole = 3 if lost is None else 2
    assert len(found) == whole
    assert found <= set(payloads)
    assert seen.fragments == len(kept) - whole * (len(pieces) // 3)


def test_fragments_without_their_others_are_counted(tmp_path: Path) -> None:
    frames = [(START, ethernet(fragments(ip_packet(bytes(100), HERE, THERE), [5], 1)[0]))]
    report, _ = capture(tmp_path, together(frames, OUR_VOICE.packets()))
    assert report.unused == ("1 IP fragments could not be joined: other parts of their packets are missing.",)


def test_an_empty_capture_says_that_it_is_empty(tmp_path: Path) -> None:
    with pytest.raises(PcapError, match="It holds no packets"):
        capture_file(tmp_path, write(tmp_path / "in.pcap", []))
