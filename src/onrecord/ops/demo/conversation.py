"""The demo's conversations, laid out on the call clock. Pure."""

from dataclasses import dataclass

from onrecord.audio import clips, g711, tones

PACKET_MS = 20
#: Samples per packet, at 8 kHz.
PACKET = g711.RATE * PACKET_MS // 1000
#: Pause between two turns.
BREATH_MS = 400

#: The clips of each dialogue, by their names in `onrecord.audio.clips`. Clips named `rep-` are our side.
#: `pause` and `resume` are presses of the rep's button; `beep` is that of the voicemail.
DIALOGUES: dict[str, tuple[str, ...]] = {
    "meeting": (
        "contact-hello",
        "rep-hello",
        "contact-yes",
        "rep-purpose",
        "contact-today",
        "rep-value",
        "contact-interested",
        "rep-next-step",
        "contact-thursday",
        "rep-goodbye",
        "contact-goodbye",
    ),
    "price": (
        "contact-hello",
        "rep-hello",
        "contact-yes",
        "rep-question",
        "contact-today",
        "rep-value",
        "pause",
        "contact-price",
        "rep-price",
        "resume",
        "contact-interested",
        "rep-next-step",
        "contact-thursday",
        "rep-goodbye",
        "contact-goodbye",
    ),
    "lawyers": (
        "contact-hello",
        "rep-hello",
        "contact-yes",
        "rep-question",
        "contact-doubt",
        "pause",
        "rep-agree",
        "contact-price",
        "resume",
        "rep-next-step",
        "contact-thursday",
        "rep-goodbye",
        "contact-goodbye",
    ),
    "telephones": (
        "second-hello",
        "rep-hello",
        "second-question",
        "rep-agree",
        "rep-purpose",
        "second-busy",
        "rep-goodbye",
        "second-goodbye",
    ),
    "in-a-meeting": (
        "second-hello",
        "rep-hello",
        "second-busy",
        "rep-agree",
        "rep-goodbye",
        "second-goodbye",
    ),
    "voicemail": ("voicemail-greeting", "beep", "rep-hello", "rep-purpose", "rep-goodbye"),
    "cut-short": ("contact-hello", "rep-hello"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """A dialogue laid out on the call clock."""

    #: PCMU of both sides, of equal length, in whole packets.
    ours: bytes
    contact: bytes
    #: Call clock in ms -> `pause` or `resume`.
    presses: dict[int, str]

    @property
    def duration_ms(self) -> int:
        return len(self.ours) * 1000 // g711.RATE


def lay_out(dialogue: str) -> Script:
    """The dialogue's clips one after the other. Each side is silent while the other speaks."""
    ours, contact = bytearray(), bytearray()
    presses: dict[int, str] = {}
    breath = tones.silence(BREATH_MS)
    for turn in DIALOGUES[dialogue]:
        if turn in {"pause", "resume"}:
            presses[len(ours) // PACKET * PACKET_MS] = turn
            continue
        clip = tones.beep() if turn == "beep" else clips.load(turn)
        clip += tones.ZERO * (-len(clip) % PACKET) + breath
        silence = tones.ZERO * len(clip)
        ours += clip if turn.startswith("rep-") else silence
        contact += silence if turn.startswith("rep-") else clip
    return Script(ours=bytes(ours), contact=bytes(contact), presses=presses)
