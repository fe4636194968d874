"""What a draft would have decided. Computed in steps, so that progress can be shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import islice

from onrecord.apps.accounts.models import Team
from onrecord.apps.calls.models import Call
from onrecord.apps.people.models import PhoneNumber
from onrecord.policy import facts_json
from onrecord.policy.areas import area_of_address
from onrecord.policy.decision import PersonFacts, RepFacts
from onrecord.policy.document import Policy
from onrecord.policy.simulate import CallFacts, Comparison, compare

#: Decisions per step. A step takes a few tens of milliseconds.
_STEP = 1000

#: How many differences are kept for display. All are counted.
SHOWN = 100

_area_of_address = lru_cache(maxsize=4096)(area_of_address)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far the simulation is."""

    done: int
    total: int
    #: How many decisions differ so far.
    differing: int = 0
    #: The first of those.
    shown: tuple[Comparison, ...] = field(default=())


def past_calls(old: Policy, new: Policy, *, team: Team, since: datetime) -> Iterator[Progress]:
    """Compare decisions on the team's calls since `since`, newest first, using each call's stored facts."""
    calls = Call.objects.filter(team=team, created_at__gte=since, inputs__isnull=False)
    rows = calls.order_by("-created_at", "-pk").values_list("pk", "inputs").iterator(chunk_size=_STEP)
    facts = (facts_json.from_json(call_id, stored) for call_id, stored in rows if stored)
    return _steps(old, new, facts, calls.count())


def all_people(old: Policy, new: Policy, *, team: Team, rep: RepFacts) -> Iterator[Progress]:
    """Compare decisions on every number of every person, as if `rep` called it now. Ids are people's ids."""
    numbers = PhoneNumber.objects.filter(person__team=team)
    rows = numbers.order_by("pk").values_list(
        "person_id", "e164", "person__do_not_record", "person__country", "person__subdivision"
    )
    facts = (
        CallFacts(
            id=str(person_id),
            person=PersonFacts(do_not_record=do_not_record, address=_area_of_address(country, subdivision)),
            rep=rep,
            number=number,
        )
        for person_id, number, do_not_record, country, subdivision in rows.iterator(chunk_size=_STEP)
    )
    return _steps(old, new, facts, numbers.count())


def _steps(old: Policy, new: Policy, facts: Iterable[CallFacts], total: int) -> Iterator[Progress]:
    progress = Progress(done=0, total=total)
    yield progress
    judged = compare(old, new, facts)
    while step := list(islice(judged, _STEP)):
        differing = [one for one in step if one.differs]
        progress = replace(
            progress,
            done=progress.done + len(step),
            # Calls may be placed and people added in the meantime.
            total=max(progress.total, progress.done + len(step)),
            differing=progress.differing + len(differing),
            shown=(*progress.shown, *differing)[:SHOWN],
        )
        yield progress
