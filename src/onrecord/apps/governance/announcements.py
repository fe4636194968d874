"""Consent announcements: our own clips and the team's uploads, by the names that rules use."""

from collections.abc import Iterable, Sequence

from onrecord.apps.governance.models import Announcement
from onrecord.audio import clips
from onrecord.audio.g711 import RATE
from onrecord.protocol.fields import LONGEST_ANNOUNCEMENT_S

#: Our clips, which say that the call is recorded.
CLIPS = ("consent-announcement",)


class AnnouncementError(Exception):
    """The announcement cannot be played. The text says why and what to do."""


def announcement_names() -> list[str]:
    """All announcements that a rule can use, our own clips first."""
    return [*CLIPS, *Announcement.objects.order_by("name").values_list("name", flat=True)]


def unknown_announcements(wanted: Iterable[str]) -> list[str]:
    """Those of the wanted announcements that do not exist."""
    return sorted(set(wanted) - set(announcement_names()))


def load_announcement(name: str) -> bytes:
    """The announcement as PCMU, 8000 bytes per second. Raises AnnouncementError."""
    if name in CLIPS:
        return clips.load(name)
    pcmu = Announcement.objects.filter(name=name).values_list("pcmu", flat=True).first()
    if pcmu is None:
        raise AnnouncementError(f"the announcement '{name}' that a rule asks for does not exist.")
    return bytes(pcmu)


def audio_of(wanted: Sequence[str]) -> bytes | None:
    """All of them, one after the other, as PCMU; None if there are none. Raises AnnouncementError."""
    audio = b"".join(load_announcement(name) for name in wanted)
    if len(audio) > LONGEST_ANNOUNCEMENT_S * RATE:
        listed = ", ".join(f"'{name}'" for name in wanted)
        raise AnnouncementError(
            f"the announcements {listed} together are longer than {LONGEST_ANNOUNCEMENT_S} s."
        )
    return audio or None
