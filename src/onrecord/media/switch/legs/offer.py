"""Filters and checks a browser's SDP offer (RFC 8866, 8839). Pure."""

from collections import Counter

from aiortc.sdp import MediaDescription, SessionDescription

from onrecord.audio.g711 import PCMU

#: In characters. Browsers' offers of one voice and one data channel have 2,000 to 6,000.
MAX_SDP = 20_000
#: Most lines of one kind, such as `a=rtpmap` or `a=ssrc`; browsers send 20 at most. aiortc searches some of
#: them for each of the others, so too many would block the media loop.
MAX_ALIKE = 100
#: Audio, and the data channel.
_MAX_MEDIA = 2


class BadSdpError(Exception):
    """The offer cannot be answered; the message says why."""


def checked_offer(offer: str) -> str:
    """Check an offer and return it without its candidates.

    A candidate would make us send packets to any address that a user names, and browsers hide theirs behind
    `.local` names anyway. We need none: the browser's connectivity checks reach us, and an authenticated
    check reveals its address (peer-reflexive candidates, RFC 8445, section 7.3.1.3). For the same reason
    end-of-candidates is never signaled. Raises BadSdpError.
    """
    lines = _bounded(offer)
    kept = [line for line in lines if not line.startswith(("a=candidate", "a=end-of-candidates"))]
    checked = "".join(f"{line}\r\n" for line in kept)
    try:
        description = SessionDescription.parse(checked)
    except Exception as error:
        # The parser raises whatever it trips over: AssertionError, ValueError, KeyError, StopIteration...
        raise BadSdpError("The offer is not a session description (SDP).") from error
    kinds = [media.kind for media in description.media]
    if kinds not in (["audio"], ["audio", "application"]):
        raise BadSdpError("The offer must have one media line, audio, and at most a data channel after it.")
    _check_audio(description.media[0])
    return checked


def _bounded(offer: str) -> list[str]:
    """The lines of an offer that is small enough to be parsed."""
    if len(offer) > MAX_SDP:
        raise BadSdpError(f"The offer is longer than {MAX_SDP} characters.")
    lines = [line for line in offer.splitlines() if line]
    alike = Counter(line.partition(":")[0] if line.startswith("a=") else line[:2] for line in lines)
    if alike["m="] > _MAX_MEDIA or any(count > MAX_ALIKE for count in alike.values()):
        raise BadSdpError("The offer has far more lines than a browser's.")
    return lines


def _check_audio(audio: MediaDescription) -> None:
    if not any(codec.payloadType == PCMU and codec.name.upper() == "PCMU" for codec in audio.rtp.codecs):
        raise BadSdpError("The offer must allow PCMU, which every browser can do.")
    if audio.dtls is None or not audio.dtls.fingerprints:
        raise BadSdpError("The offer must have a DTLS fingerprint and a=setup.")
    if audio.ice is None or not audio.ice.usernameFragment or not audio.ice.password:
        raise BadSdpError("The offer must have ICE credentials.")
    if audio.direction not in {None, "sendrecv"}:
        raise BadSdpError("The offer must both send and receive audio.")
