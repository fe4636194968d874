"""Network captures through the gate and the journal."""

from collections.abc import Callable
from pathlib import Path

import dpkt
import pytest
from capture_support import CONTACT, MASTER_KEY, OURS, Held, read_journal, rtp_packet
from pcap_support import START, Packets, capture, ethernet, ip_packet, write

from onrecord.media.capture.gate import Side
from onrecord.media.capture.pcap import PcapError, PcapReport, capture_pcap

#: Who sends from which port; everybody else has the last digit 3.
HOSTS = {4000: 1, 5000: 2}


def ip4(data: bytes, source: int, destination: int) -> bytes:
    ends = (f"10.0.0.{HOSTS.get(port, 3)}:{port}" for port in (source, destination))
    return ip_packet(data, *ends)


def ip6(data: bytes, source: int, destination: int) -> bytes:
    ends = (f"2001:db8::{HOSTS.get(port, 3)}:{port}" for port in (source, destination))
    return ip_packet(data, *ends)


def conversation(wrap: Callable[[bytes, int, int], bytes], count: int = 100) -> Packets:
    """Our side from port 4000, the other from 5000 and half a second later."""
    packets = []
    for number in range(count):
        at = START + number * 0.02
        packets.append((at, wrap(rtp_packet(number, ssrc=11, payload=b"\x01" * 160), 4000, 5000)))
        if number >= 25:
            answer = rtp_packet(number + 65_500, ssrc=22, payload=b"\x02" * 160, payload_type=8)
            packets.append((at + 0.001, wrap(answer, 5000, 4000)))
    return packets


def over_ethernet(data: bytes, source: int, destination: int) -> bytes:
    return ethernet(ip4(data, source, destination))


def assert_conversation(report: PcapReport, held: Held) -> None:
    assert [(s.party, s.side, s.key.ssrc, s.packets, s.captured) for s in report.streams] == [
        (OURS, Side.OURS, 11, 100, 100),
        (CONTACT, Side.CONTACT, 22, 75, 75),
    ]
    assert held.spoken(OURS) == list(range(100))
    assert held.spoken(CONTACT) == [(65_500 + number) & 0xFFFF for number in range(25, 100)]
    for who, _, _, payload in held.media:
        assert payload == bytes([who + 1]) * 160
    ours = [clock for who, _, clock, _ in held.media if who == OURS]
    assert all(abs(clock - number * 20) <= 1 for number, clock in enumerate(ours))
    assert held.types == ["policy", "join", "join", "answer", "start", "end"]
    assert held.reader.ended
    assert abs(report.duration_ms - (99 * 20 + 1)) <= 1


@pytest.mark.parametrize(
    ("link", "frame"),
    [
        (dpkt.pcap.DLT_EN10MB, ethernet),
        (dpkt.pcap.DLT_NULL, lambda packet: b"\x02\0\0\0" + packet),
        (dpkt.pcap.DLT_LOOP, lambda packet: b"\0\0\0\x02" + packet),
        (dpkt.pcap.DLT_LINUX_SLL, lambda packet: bytes(dpkt.sll.SLL(ethtype=0x0800)) + packet),
        (dpkt.pcap.DLT_LINUX_SLL2, lambda packet: bytes(dpkt.sll2.SLL2(ethtype=0x0800)) + packet),
        (101, lambda packet: packet),
        (dpkt.pcap.DLT_IPV4, lambda packet: packet),
    ],
    ids=["ethernet", "null", "loop", "cooked", "cooked 2", "raw", "raw IPv4"],
)
def test_a_conversation_is_found_on_every_kind_of_link(
    tmp_path: Path, link: int, frame: Callable[[bytes], bytes]
) -> None:
    packets = conversation(lambda data, source, destination: frame(ip4(data, source, destination)))
    assert_conversation(*capture(tmp_path, packets, link))


def test_ipv6_and_vlan_tags_are_no_obstacle(tmp_path: Path) -> None:
    def tagged(data: bytes, source: int, destination: int) -> bytes:
        return bytes(12) + b"\x81\x00\x00\x05\x86\xdd" + ip6(data, source, destination)

    report, held = capture(tmp_path, conversation(tagged))
    assert_conversation(report, held)
    assert str(report.streams[0].key.source) == "[2001:db8::1]:4000"


def test_pcapng_is_read_as_well(tmp_path: Path) -> None:
    source = write(tmp_path / "in.pcapng", conversation(over_ethernet), ng=True)
    report = capture_pcap(source, tmp_path / "out.journal", MASTER_KEY)
    assert_conversation(report, read_journal(tmp_path / "out.journal"))


def test_everything_that_is_no_speech_is_left_out(tmp_path: Path) -> None:
    packets = conversation(over_ethernet)
    for number in range(40):
        at = START + number * 0.05
        digits = rtp_packet(200 + number, ssrc=11, payload_type=101, payload=b"\x05\x80\x03\x20")
        packets += [
            (at, over_ethernet(digits, 4000, 5000)),
            (at, over_ethernet(b"\x80\xc8\x00\x06" + bytes(24), 4001, 5001)),
            (at, over_ethernet(number.to_bytes(2) + bytes(30), 5353, 53)),
            (at, bytes(dpkt.ethernet.Ethernet(type=0x0806, data=bytes(28)))),
            (at, ethernet(bytes(dpkt.ip.IP(p=6, data=dpkt.tcp.TCP())))),
        ]
    packets.sort(key=lambda each: each[0])
    report, held = capture(tmp_path, packets)
    assert report.streams[0].packets == 140
    assert report.streams[0].captured == 100
    assert held.spoken(OURS) == list(range(100))
    assert len(report.streams) == 2


def test_a_packet_cut_short_is_counted_and_not_captured(tmp_path: Path) -> None:
    packets = conversation(over_ethernet)
    packets[10] = (packets[10][0], packets[10][1][:100])
    report, held = capture(tmp_path, packets)
    assert report.truncated == 1
    assert 10 not in held.spoken(OURS)
    assert len(held.spoken(OURS)) == 99


def test_an_hour_is_captured_without_drops(tmp_path: Path) -> None:
    packets = [
        (START + number * 0.6, over_ethernet(rtp_packet(number, ssrc=11, payload=bytes(1024)), 4000, 5000))
        for number in range(6_000)
    ]
    report, held = capture(tmp_path, packets)
    assert report.streams[0].captured == len(held.media) == 6_000
    assert "drops" not in held.types
    assert report.duration_ms == held.controls[-1].clock


@pytest.mark.parametrize("content", [b"", b"no capture at all", b"\xd4\xc3\xb2\xa1" + bytes(4)])
def test_a_file_of_something_else_is_refused_plainly(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.pcap").write_bytes(content)
    with pytest.raises(PcapError, match="cannot be read as pcap"):
        capture_pcap(tmp_path / "in.pcap", tmp_path / "out.journal", MASTER_KEY)
    assert not (tmp_path / "out.journal").exists()


def test_a_capture_cut_in_the_middle_gives_what_it_holds(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.pcap", conversation(over_ethernet)).read_bytes()
    (tmp_path / "in.pcap").write_bytes(whole[: len(whole) // 2 + 7])
    report = capture_pcap(tmp_path / "in.pcap", tmp_path / "out.journal", MASTER_KEY)
    assert 40 < report.streams[0].captured < 100


def test_a_capture_without_speech_is_refused_plainly(tmp_path: Path) -> None:
    packets = [(START, over_ethernet(bytes(100), 53, 53))]
    with pytest.raises(PcapError, match="no RTP stream"):
        capture(tmp_path, packets)


def test_an_unknown_link_is_named(tmp_path: Path) -> None:
    with pytest.raises(PcapError, match="link type 127"):
        capture(tmp_path, conversation(over_ethernet), 127)


def test_a_journal_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "out.journal").write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        capture(tmp_path, conversation(over_ethernet))
    assert (tmp_path / "out.journal").read_bytes() == b"precious"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.pcap", "out.journal"]
