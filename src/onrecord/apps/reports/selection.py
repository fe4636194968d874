"""What a report covers: which days, and whose calls."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db.models import Model
from django.utils import timezone

from onrecord.apps.accounts.models import Group, User
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.calls.queries import reps_of
from onrecord.apps.core.query_params import end_of_day, start_of_day

_T = TypeVar("_T", bound=Model)

#: Number of days by default, including today.
DEFAULT_DAYS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """A selection that the user may see."""

    team_id: int
    first: date
    #: Inclusive.
    last: date
    #: None for everyone the user may see.
    group: Group | None
    rep: User | None
    #: Whose calls are counted; None for the whole team.
    user_ids: tuple[int, ...] | None
    #: Sentences about parameters that could not be read. The report covers the rest.
    problems: tuple[str, ...]

    @property
    def start(self) -> datetime:
        return start_of_day(self.first)

    @property
    def stop(self) -> datetime:
        """Exclusive."""
        return end_of_day(self.last)


def groups_of(reps: Iterable[User]) -> list[Group]:
    """The reporting groups of these users, by name."""
    return list(Group.objects.filter(users__in=reps).distinct().order_by("name", "pk"))


def read(user: User, query: Mapping[str, str]) -> Selection:
    """Read `from` and `to` (ISO 8601 dates in the user's zone), `group` and `rep` (ids). All are optional."""
    problems: list[str] = []
    today = timezone.localdate()
    last = _day(query.get("to", ""), today, problems)
    first = _day(query.get("from", ""), last - timedelta(days=DEFAULT_DAYS - 1), problems)
    if first > last:
        problems.append("The first day was after the last, so they were swapped.")
        first, last = last, first
    visible = reps_of(user)
    group = _chosen(groups_of(visible), query.get("group", ""), "group", problems)
    rep = _chosen(visible, query.get("rep", ""), "rep", problems)
    reps = [one for one in visible if (group is None or one.group_id == group.pk) and rep in (None, one)]
    everyone = group is None and rep is None and Scope.of(user).team_id is not None
    return Selection(
        team_id=user.team_id,
        first=first,
        last=last,
        group=group,
        rep=rep,
        user_ids=None if everyone else tuple(one.pk for one in reps),
        problems=tuple(problems),
    )


def _day(text: str, otherwise: date, problems: list[str]) -> date:
    if not text:
        return otherwise
    try:
        day = date.fromisoformat(text)
    except ValueError:
        problems.append(f"{text[:20]!r} is not a date. Write it as 2026-01-31.")
        return otherwise
    return min(max(day, date(2000, 1, 1)), date(2999, 12, 31))


def _chosen(choices: Iterable[_T], key: str, what: str, problems: list[str]) -> _T | None:
    if not key:
        return None
    found = next((one for one in choices if str(one.pk) == key), None)
    if found is None:
        problems.append(f"This {what} does not exist, or you cannot see it. All are shown.")
    return found
