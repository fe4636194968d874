"""Whose voice a stream of a network capture is, when SSRCs and ports change and a PBX passes voices on."""

from pathlib import Path

import pytest
from capture_support import CONTACT, OURS, Held, rtp_packet
from pcap_support import CAPTURES, Packets, Voice, capture, capture_file, ethernet, ip_packet, together

from onrecord.media.capture.gate import Side
from onrecord.media.capture.pcap import PcapError, PcapReport

REP, CARRIER = "10.0.0.5", "203.0.113.9"
OURS_1 = Voice(source=f"{REP}:4000", destination=f"{CARRIER}:5000", ssrc=1)
THEIRS = Voice(source=f"{CARRIER}:5000", destination=f"{REP}:4000", ssrc=9, hertz=1003, count=100)


def parties(report: PcapReport) -> list[tuple[int, Side, int]]:
    return [(each.party, each.side, each.key.ssrc) for each in report.streams]


def sdp(text: str) -> Packets:
    message = f"INVITE sip:x SIP/2.0\r\n\r\nv=0\r\nm=audio 4000 RTP/AVP 96\r\na=rtpmap:{text}\r\n"
    return [
        (
            OURS_1.packets()[0][0] - 1,
            ethernet(ip_packet(message.encode(), "10.0.0.5:5060", "203.0.113.9:5060")),
        )
    ]


def test_a_new_ssrc_of_our_address_is_still_our_voice(tmp_path: Path) -> None:
    report, _ = capture_file(tmp_path, CAPTURES / "ssrc-change.pcap")
    assert parties(report) == [
        (OURS, Side.OURS, 0x11111111), (OURS, Side.OURS, 0x33333333), (CONTACT, Side.CONTACT, 0x22222222),
    ]  # fmt: skip
    assert "it spoke first" in report.rule


@pytest.mark.parametrize(
    "after",
    [
        Voice(source=f"{REP}:4002", destination=f"{CARRIER}:5000", ssrc=1, begins=1, first=50),
        Voice(source=f"{REP}:4000", destination=f"{CARRIER}:5002", ssrc=1, begins=1, first=50),
        Voice(source=f"{REP}:4002", destination=f"{CARRIER}:5002", ssrc=2, begins=1, first=900),
        Voice(source="10.0.0.6:7000", destination=f"{CARRIER}:5000", ssrc=3, begins=1, first=50),
    ],
    ids=["our port", "their port", "everything", "another media server"],
)
def test_a_re_invite_changes_ports_and_not_the_party(tmp_path: Path, after: Voice) -> None:
    report, held = capture(tmp_path, together(OURS_1.packets(), after.packets(), THEIRS.packets()))
    assert {(party, side) for party, side, _ in parties(report)} == {
        (OURS, Side.OURS),
        (CONTACT, Side.CONTACT),
    }
    assert len(held.spoken(OURS)) == len(held.spoken(CONTACT)) == 100


def test_a_voice_that_comes_back_after_hold_music_is_the_same_party(tmp_path: Path) -> None:
    music = Voice(source=OURS_1.source, destination=OURS_1.destination, ssrc=7, begins=1, hertz=301)
    again = Voice(source=OURS_1.source, destination=OURS_1.destination, ssrc=1, begins=2, first=50)
    report, held = capture(
        tmp_path, together(OURS_1.packets(), music.packets(), again.packets(), THEIRS.packets())
    )
    assert parties(report) == [(OURS, Side.OURS, 1), (OURS, Side.OURS, 7), (CONTACT, Side.CONTACT, 9)]
    assert len(held.spoken(OURS)) == 150


def test_two_of_ours_who_speak_at_once_are_two_parties_on_our_side(tmp_path: Path) -> None:
    second = Voice(source=f"{REP}:4000", destination=f"{CARRIER}:5000", ssrc=2, hertz=703)
    report, held = capture(tmp_path, together(OURS_1.packets(), second.packets(), THEIRS.packets()))
    assert parties(report) == [(0, Side.OURS, 1), (1, Side.OURS, 2), (2, Side.CONTACT, 9)]
    assert [len(held.spoken(party)) for party in range(3)] == [50, 50, 100]


def test_the_contacts_early_media_does_not_make_it_ours_when_we_are_told(tmp_path: Path) -> None:
    report, held = capture_file(tmp_path, CAPTURES / "contact-first.pcap", "192.0.2.10")
    assert parties(report) == [(OURS, Side.OURS, 0x11111111), (CONTACT, Side.CONTACT, 0x22222222)]
    assert (len(held.spoken(OURS)), len(held.spoken(CONTACT))) == (25, 50)
    assert report.rule == "192.0.2.10 is ours, as --ours says."


def test_the_only_private_address_is_ours_though_the_contact_spoke_first(tmp_path: Path) -> None:
    late = Voice(source=OURS_1.source, destination=OURS_1.destination, ssrc=1, begins=0.5)
    report, _ = capture(tmp_path, together(late.packets(), THEIRS.packets()))
    assert parties(report) == [(OURS, Side.OURS, 1), (CONTACT, Side.CONTACT, 9)]
    assert "only its address is private" in report.rule


def test_an_ipv6_address_of_ours_may_be_written_in_any_way(tmp_path: Path) -> None:
    here = Voice(source="2001:db8::1:4000", destination="2001:db8::2:5000", ssrc=1)
    there = Voice(source="2001:db8::2:5000", destination="2001:db8::1:4000", ssrc=2, hertz=1003)
    packets = together(here.packets(), there.packets())
    for ours in ("2001:DB8:0::2", "[2001:db8::2]", "[2001:db8::2]:5000"):
        report, _ = capture(tmp_path, packets, ours=ours)
        assert parties(report)[0] == (OURS, Side.OURS, 2)
        (tmp_path / "out.journal").unlink()


def test_an_address_that_does_not_speak_is_refused_with_those_that_do(tmp_path: Path) -> None:
    with pytest.raises(
        PcapError, match=r"No voice comes from 192\.0\.2\.77\. Voices come from 192\.0\.2\.10, 198"
    ):
        capture_file(tmp_path, CAPTURES / "whole.pcap", "192.0.2.77")


def test_both_legs_of_a_pbx_give_each_voice_once(tmp_path: Path) -> None:
    report, held = capture_file(tmp_path, CAPTURES / "both-legs-of-a-pbx.pcap")
    assert parties(report) == [(OURS, Side.OURS, 0x11111111), (CONTACT, Side.CONTACT, 0x22222222)]
    assert len(held.media) == 100
    assert sum("it relays" in each for each in report.unused) == 2


PBX_IN, PBX_OUT = "192.168.1.1", "203.0.113.1"
LEGS = [
    Voice(source="192.168.1.7:4000", destination=f"{PBX_IN}:10000", ssrc=1),
    Voice(source=f"{PBX_OUT}:10002", destination=f"{CARRIER}:5000", ssrc=2, begins=0.001),
    Voice(source=f"{CARRIER}:5000", destination=f"{PBX_OUT}:10002", ssrc=3, hertz=1003, begins=0.004),
    Voice(source=f"{PBX_IN}:10000", destination="192.168.1.7:4000", ssrc=4, hertz=1003, begins=0.005),
]


def legs_of(voices: list[Voice], tmp_path: Path) -> tuple[PcapReport, Held]:
    return capture(tmp_path, together(*(voice.packets() for voice in voices)))


def test_a_pbx_with_an_address_on_either_side_is_seen_through(tmp_path: Path) -> None:
    report, _ = legs_of(LEGS, tmp_path)
    assert parties(report) == [(OURS, Side.OURS, 1), (CONTACT, Side.CONTACT, 3)]


def test_what_comes_in_at_a_pbx_is_enough(tmp_path: Path) -> None:
    report, _ = legs_of(
        [LEGS[0], Voice(source=f"{CARRIER}:5000", destination=f"{PBX_IN}:10002", ssrc=3, hertz=1003)],
        tmp_path,
    )
    assert parties(report) == [(OURS, Side.OURS, 1), (CONTACT, Side.CONTACT, 3)]


def test_packets_seen_before_and_behind_a_router_are_one_voice(tmp_path: Path) -> None:
    behind = Voice(source="203.0.113.1:61000", destination=OURS_1.destination, ssrc=1, begins=0.001)
    report, held = capture(tmp_path, together(OURS_1.packets(), behind.packets(), THEIRS.packets()))
    assert parties(report) == [(OURS, Side.OURS, 1), (CONTACT, Side.CONTACT, 9)]
    assert len(held.spoken(OURS)) == 50


def test_an_echo_is_the_contacts_voice_and_no_relay(tmp_path: Path) -> None:
    echo = Voice(source=THEIRS.source, destination=THEIRS.destination, ssrc=9, begins=0.1)
    report, _ = capture(tmp_path, together(OURS_1.packets(), echo.packets()))
    assert parties(report) == [(OURS, Side.OURS, 1), (CONTACT, Side.CONTACT, 9)]


def test_a_capture_of_one_host_tells_sides_by_port(tmp_path: Path) -> None:
    here = Voice(source="127.0.0.1:4000", destination="127.0.0.1:5000", ssrc=1)
    there = Voice(source="127.0.0.1:5000", destination="127.0.0.1:4000", ssrc=2, hertz=1003)
    report, _ = capture(tmp_path, together(here.packets(), there.packets()), ours="127.0.0.1:5000")
    assert parties(report) == [(OURS, Side.OURS, 2), (CONTACT, Side.CONTACT, 1)]


def test_another_call_in_the_file_is_named_and_left_out(tmp_path: Path) -> None:
    other = [
        Voice(source="10.0.0.8:4000", destination=f"{CARRIER}:7000", ssrc=21, hertz=501),
        Voice(source=f"{CARRIER}:7000", destination="10.0.0.8:4000", ssrc=22, hertz=601),
    ]
    packets = together(OURS_1.packets(), THEIRS.packets(), *(voice.packets() for voice in other))
    report, _ = capture(tmp_path, packets)
    assert parties(report) == [(OURS, Side.OURS, 1), (CONTACT, Side.CONTACT, 9)]
    assert [each for each in report.unused if "another conversation" in each] == [
        f"Left out 10.0.0.8:4000 to {CARRIER}:7000, SSRC 0x00000015: another conversation. "
        "Choose it with --ours 10.0.0.8:4000.",
        f"Left out {CARRIER}:7000 to 10.0.0.8:4000, SSRC 0x00000016: another conversation. "
        f"Choose it with --ours {CARRIER}:7000.",
    ]
    (tmp_path / "out.journal").unlink()
    report, _ = capture(tmp_path, packets, ours="10.0.0.8")
    assert parties(report) == [(OURS, Side.OURS, 21), (CONTACT, Side.CONTACT, 22)]


@pytest.mark.parametrize(
    ("payload_type", "codec"),
    [(9, "G.722"), (18, "G.729"), (3, "GSM"), (96, "the SDP that names its codec is not in the file")],
)
def test_a_side_whose_codec_is_not_taken_is_named_and_keeps_its_side(
    tmp_path: Path, payload_type: int, codec: str
) -> None:
    foreign = Voice(source="192.0.2.1:4000", destination="192.0.2.2:5000", ssrc=1, payload_type=payload_type)
    theirs = Voice(source="192.0.2.2:5000", destination="192.0.2.1:4000", ssrc=9, begins=0.1)
    report, held = capture(tmp_path, together(foreign.packets(), theirs.packets()))
    assert parties(report) == [(0, Side.CONTACT, 9)]
    assert [each.fields["side"] for each in held.controls if each.type == "join"] == ["contact"]
    assert f"payload type {payload_type} ({codec}); only G.711" in report.unused[0]


def test_opus_is_named_by_the_calls_sdp(tmp_path: Path) -> None:
    opus = Voice(source=OURS_1.source, destination=OURS_1.destination, ssrc=1, payload_type=96)
    with pytest.raises(PcapError, match=r"payload type 96 \(Opus\); only G\.711"):
        capture(tmp_path, together(sdp("96 opus/48000/2"), opus.packets()))


def test_g711_under_a_number_of_the_calls_sdp_is_captured(tmp_path: Path) -> None:
    dynamic = Voice(source=OURS_1.source, destination=OURS_1.destination, ssrc=1, payload_type=96)
    report, held = capture(tmp_path, together(sdp("96 PCMU/8000"), dynamic.packets(), THEIRS.packets()))
    assert parties(report) == [(OURS, Side.OURS, 1), (CONTACT, Side.CONTACT, 9)]
    assert len(held.spoken(OURS)) == 50


@pytest.mark.parametrize("tag", [4, 10, 14, 16])
def test_one_side_that_is_encrypted_is_left_out_whatever_its_tag(tmp_path: Path, tag: int) -> None:
    secret = [
        (at, frame[:38] + (int.from_bytes(frame[38:40]) + tag).to_bytes(2) + frame[40:] + bytes(tag))
        for at, frame in OURS_1.packets()
    ]
    for number, (at, frame) in enumerate(secret):
        longer = frame[:16] + (int.from_bytes(frame[16:18]) + tag).to_bytes(2) + frame[18:]
        secret[number] = at, longer
    report, _ = capture(tmp_path, together(secret, THEIRS.packets()))
    assert parties(report) == [(0, Side.CONTACT, 9)]
    assert f"each payload is {tag} bytes longer than its samples" in report.unused[0]


def test_digits_between_words_do_not_look_encrypted(tmp_path: Path) -> None:
    packets = OURS_1.packets()
    digits = [
        (
            packets[-1][0] + 0.02 * number,
            ethernet(
                ip_packet(
                    rtp_packet(
                        50 + number, ssrc=1, payload=b"\x05\x0a\x03\x20", payload_type=101, timestamp=8000
                    ),
                    OURS_1.source,
                    OURS_1.destination,
                )
            ),
        )
        for number in range(1, 900)
    ]
    report, _ = capture(tmp_path, together(packets, digits))
    assert [(each.packets, each.captured) for each in report.streams] == [(949, 50)]


def test_encrypted_speech_is_refused_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(
        PcapError, match=r"encrypted \(SRTP\): each payload is 10 bytes longer than its samples"
    ):
        capture_file(tmp_path, CAPTURES / "srtp-payload-type-0.pcap")
