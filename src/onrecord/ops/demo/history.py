"""The demo team's calls of the last 30 days. Pure: the same time and seed give the same calls."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from onrecord.ops.demo.people import PEOPLE, DemoPerson
from onrecord.ops.demo.team import REPS, DemoUser
from onrecord.protocol.call_status import EndReason, Status

CALLS = 200
DAYS = 30
#: Local working hours of a rep. Calls begin on the half hour or a little later.
_HOURS = range(9, 17)
_MAX_DELAY_S = 15 * 60
#: Ensures that every planned call has ended by now.
_MAX_CALL = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How a call ended, in the terms of `call.ended`."""

    status: Status
    reason: EndReason
    #: The disposition that the rep chooses.
    disposition: str
    #: How long it rang.
    ring_s: int


_BUSY = Ending(status=Status.BUSY, reason=EndReason.BUSY, disposition="Busy", ring_s=2)
_NO_ANSWER = Ending(status=Status.NO_ANSWER, reason=EndReason.NO_ANSWER, disposition="No answer", ring_s=30)
_CANCELED = Ending(status=Status.CANCELED, reason=EndReason.REP_HUNG_UP, disposition="", ring_s=6)
_UNREACHABLE = Ending(
    status=Status.FAILED, reason=EndReason.UNREACHABLE, disposition="Wrong number", ring_s=1
)
_LEFT_VOICEMAIL = Ending(
    status=Status.COMPLETED, reason=EndReason.REP_HUNG_UP, disposition="Left voicemail", ring_s=20
)
_CUT_SHORT = Ending(
    status=Status.COMPLETED, reason=EndReason.CONTACT_HUNG_UP, disposition="Not interested", ring_s=5
)
_TALKED = Ending(status=Status.COMPLETED, reason=EndReason.REP_HUNG_UP, disposition="Connected", ring_s=8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What the rep logged after a conversation."""

    disposition: str
    sentiment: str
    text: str


#: By dialogue (`conversation.DIALOGUES`), so that the notes match what was said.
_NOTES = {
    "meeting": Note(
        disposition="Meeting booked",
        sentiment="Positive",
        text="Managers sit next to people and take notes today. Meeting on Thursday at ten.",
    ),
    "price": Note(
        disposition="Meeting booked",
        sentiment="Positive",
        text="Asked what it costs. Meeting on Thursday at ten; send the invitation.",
    ),
    "lawyers": Note(
        disposition="Meeting booked",
        sentiment="Neutral",
        text="Will ask their lawyers about recording. Meeting on Thursday at ten.",
    ),
    "telephones": Note(
        disposition="Call back",
        sentiment="Neutral",
        text="Asked whether it works with their phones. Call again next week.",
    ),
    "in-a-meeting": Note(
        disposition="Call back", sentiment="Neutral", text="On her way to a meeting. Call next week."
    ),
    "voicemail": Note(disposition="Left voicemail", sentiment="", text="Left a message."),
    "cut-short": Note(disposition="Not interested", sentiment="Negative", text="Hung up at once."),
}
#: Minimum and maximum length of calls that are not conversations.
_TALK_MS = {"voicemail": (15_000, 40_000), "cut-short": (5_000, 6_000)}
_CONVERSATIONS = ("meeting", "price", "lawyers", "telephones", "in-a-meeting")

#: What the simulated network does for a number's last two digits, as far as past calls can show it.
_BY_DIGITS: dict[str, tuple[Ending, str]] = {
    "90": (_BUSY, ""),
    "91": (_NO_ANSWER, ""),
    "92": (_LEFT_VOICEMAIL, "voicemail"),
    "93": (_CUT_SHORT, "cut-short"),
    "94": (_UNREACHABLE, ""),
}
#: The steady tone and the echo are for testing; no rep calls them.
_NOT_CALLED = ("95", "96")

#: The newest calls, chosen so that the first page has one of each kind: who was called, and the dialogue if
#: the number does not determine it. None is a number that belongs to nobody.
_NEWEST: tuple[tuple[str | None, str], ...] = (
    ("Emma Brooks", "price"),
    ("Maria Lopez", "meeting"),
    ("Clara Benson", "meeting"),
    ("Rosa Delgado", ""),
    ("Julia Frost", ""),
    (None, "in-a-meeting"),
    ("Jonas Weber", "telephones"),
    ("Ethan Cole", "lawyers"),
    ("Peter Novak", ""),
    ("Nora Whitlock", "price"),
    ("Olivia Grant", "telephones"),
    ("Miles Carter", ""),
)
_STRANGERS = ("+16465550171", "+12025550172", "+13475550173")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedCall:
    """A call that took place, before governance decides and the switch reports."""

    rep: DemoUser
    #: None if the number belongs to nobody.
    person: DemoPerson | None
    number: str
    #: UTC.
    placed_at: datetime
    ending: Ending
    #: The dialogue; empty if the call was not answered.
    dialogue: str
    #: Length of a call without a recording; 0 if it was not answered.
    talk_ms: int
    #: The rep's choice for "Record Next Call".
    wants_recording: bool | None

    @property
    def note(self) -> Note:
        return _NOTES.get(self.dialogue) or Note(disposition=self.ending.disposition, sentiment="", text="")


def plan(now: datetime, chance: random.Random) -> list[PlannedCall]:
    """The past calls, newest first. No rep is on two calls at once."""
    slots = list(_slots(now, chance))
    newest_first = sorted(chance.sample(slots, CALLS), key=lambda slot: slot[0], reverse=True)
    cast = list(_NEWEST)
    calls = []
    for placed_at, rep in newest_first:
        # Reps in the United Kingdom record only by choice, so the chosen calls are for the others.
        if cast and rep.country == "US":
            name, dialogue = cast.pop(0)
            person, course, wants = _person_named(name), (_TALKED, dialogue), None
        else:
            person, course = _anybody(chance), _course(chance)
            wants = False if chance.random() < 0.05 else None
        number = _number(person, chance)
        ending, said = _BY_DIGITS.get(number[-2:], course)
        calls.append(
            PlannedCall(
                rep=rep,
                person=person,
                number=number,
                placed_at=placed_at,
                ending=ending,
                dialogue=said,
                talk_ms=chance.randrange(*_TALK_MS.get(said, (20_000, 540_000))) if said else 0,
                wants_recording=wants,
            )
        )
    return calls


def _slots(now: datetime, chance: random.Random) -> Iterator[tuple[datetime, DemoUser]]:
    """Every half hour of working time that has passed, with the user who worked."""
    for rep in REPS:
        zone = ZoneInfo(rep.zone)
        for days_ago in range(DAYS + 1):
            day = now.astimezone(zone).date() - timedelta(days=days_ago)
            if day.isoweekday() > 5:
                continue
            for hour in _HOURS:
                for minute in (0, 30):
                    delay = timedelta(seconds=chance.randrange(_MAX_DELAY_S))
                    at = datetime.combine(day, time(hour, minute), zone).astimezone(UTC) + delay
                    if now - timedelta(days=DAYS) < at < now - _MAX_CALL:
                        yield at, rep


def _person_named(name: str | None) -> DemoPerson | None:
    return next(person for person in PEOPLE if person.name == name) if name else None


def _anybody(chance: random.Random) -> DemoPerson | None:
    if chance.random() < 0.02:
        return None
    return chance.choice([person for person in PEOPLE if not person.phone.endswith(_NOT_CALLED)])


def _number(person: DemoPerson | None, chance: random.Random) -> str:
    if person is None:
        return chance.choice(_STRANGERS)
    return person.mobile if person.mobile and chance.random() < 0.3 else person.phone


def _course(chance: random.Random) -> tuple[Ending, str]:
    """How the call went, if the number does not determine it."""
    ending = chance.choices([_TALKED, _NO_ANSWER, _BUSY, _CANCELED], weights=[55, 30, 8, 7])[0]
    return ending, chance.choice(_CONVERSATIONS) if ending is _TALKED else ""
