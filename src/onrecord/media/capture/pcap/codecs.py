"""The codecs of RTP payload types, from RFC 3551 or from the SDP in the capture (RFC 8866)."""

import re
from collections import defaultdict

#: Names of the fixed payload types of audio (RFC 3551, table 4), as SDP spells them.
_FIXED = {
    0: "PCMU", 3: "GSM", 4: "G723", 5: "DVI4", 6: "DVI4", 7: "LPC", 8: "PCMA", 9: "G722", 10: "L16",
    11: "L16", 12: "QCELP", 13: "CN", 14: "MPA", 15: "G728", 16: "DVI4", 17: "DVI4", 18: "G729",
}  # fmt: skip
#: Names as shown to people.
_WRITTEN = {"G722": "G.722", "G723": "G.723.1", "G728": "G.728", "G729": "G.729", "OPUS": "Opus"}
#: The journal's payload types, by codec.
_TAKEN = {"PCMU": 0, "PCMA": 8}
_RTPMAP = re.compile(rb"^a=rtpmap:(\d{1,3}) ([A-Za-z0-9._-]+)/(\d+)(?:/\d+)?\s*$", re.MULTILINE)


class Codecs:
    """Codecs by payload type, learned while reading a file."""

    def __init__(self) -> None:
        self._names: dict[int, set[str]] = defaultdict(set)

    def learn(self, payload: bytes) -> None:
        """Read the codecs from `payload` if it is SDP, or a SIP message with SDP."""
        if b"m=audio" not in payload:
            return
        for number, name, rate in _RTPMAP.findall(payload):
            codec = name.decode().upper()
            if codec in _TAKEN and rate != b"8000":
                codec += f"/{rate.decode()}"  # G.711 at another rate, which we do not support
            self._names[int(number)].add(codec)

    def taken_as(self, payload_type: int) -> int | None:
        """The journal's payload type for this one; None if it is not known to be G.711."""
        return _TAKEN.get(self._name(payload_type))

    def name(self, payload_type: int) -> str:
        """For use in a sentence: `payload type 9 (G.722)`."""
        name = self._name(payload_type)
        written = _WRITTEN.get(name, name) or "the SDP that names its codec is not in the file"
        return f"payload type {payload_type} ({written})"

    def _name(self, payload_type: int) -> str:
        """Empty when it is unknown, or when calls in the file disagree."""
        if payload_type in _FIXED:
            return _FIXED[payload_type]
        names = self._names.get(payload_type, set())
        return next(iter(names)) if len(names) == 1 else ""
