"""What RTP payload types stand for: by RFC 3551, or by the SDP in the capture (RFC 8866)."""

import re
from collections import defaultdict

#: Names of the fixed payload types of audio (RFC 3551, table 4), as SDP spells them.
_FIXED = {
    0: "PCMU", 3: "GSM", 4: "G723", 5: "DVI4", 6: "DVI4", 7: "LPC", 8: "PCMA", 9: "G722", 10: "L16",
    11: "L16", 12: "QCELP", 13: "CN", 14: "MPA", 15: "G728", 16: "DVI4", 17: "DVI4", 18: "G729",
}  # fmt: skip
#: As people write them.
_WRITTEN = {"G722": "G.722", "G723": "G.723.1", "G728": "G.728", "G729": "G.729", "OPUS": "Opus"}
#: The payload types that the journal knows, by codec.
_TAKEN = {"PCMU": 0, "PCMA": 8}
_RTPMAP = re.compile(rb"^a=rtpmap:(\d{1,3}) ([A-Za-z0-9._-]+)/(\d+)(?:/\d+)?\s*$", re.MULTILINE)


class Codecs:
    """Codecs by payload type, learned while a file is read."""

    def __init__(self) -> None:
        self._names: dict[int, set[str]] = defaultdict(set)

    def learn(self, payload: bytes) -> None:
        """Take what `payload` says, if it is SDP or a SIP message that carries some."""
        if b"m=audio" not in payload:
            return
        for number, name, rate in _RTPMAP.findall(payload):
            codec = name.decode().upper()
            if codec in _TAKEN and rate != b"8000":
                codec += f"/{rate.decode()}"  # G.711 at another rate: seen nowhere, and not ours to take
            self._names[int(number)].add(codec)

    def taken_as(self, payload_type: int) -> int | None:
        """The journal's payload type for this one; None for what is no G.711, or not known to be."""
        return _TAKEN.get(self._name(payload_type))

    def name(self, payload_type: int) -> str:
        """For a sentence: `payload type 9 (G.722)`."""
        name = self._name(payload_type)
        written = _WRITTEN.get(name, name) or "the SDP that names its codec is not in the file"
        return f"payload type {payload_type} ({written})"

    def _name(self, payload_type: int) -> str:
        """Empty when it is not known, or when calls in the file differ about it."""
        if payload_type in _FIXED:
            return _FIXED[payload_type]
        names = self._names.get(payload_type, set())
        return next(iter(names)) if len(names) == 1 else ""
