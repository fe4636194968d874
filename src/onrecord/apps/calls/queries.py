"""Read calls."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.packages import Package
from onrecord.apps.accounts.permissions import Permission
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.calls.filters import CallFilter
from onrecord.apps.calls.models import DIALER, Call, CallEvent
from onrecord.apps.calls.search import searched
from onrecord.apps.core.database.expressions import NoIndex
from onrecord.apps.core.paging import PAGE_SIZE, Page, page_of_many
from onrecord.apps.core.search_plan import SearchPlan
from onrecord.apps.dispositions.lists import Field, missing
from onrecord.apps.dispositions.queries import lists_of, requires_a_choice

#: How long an ended call that does not have to be logged stays in the dialer.
_FRESH = timedelta(hours=1)


#: The columns that a list or an export of calls shows. Reading all columns would double the time of a page.
_LISTED = (
    "number", "direction", "caller_number", "status", "created_at", "duration_ms", "ended_at",
    "recording_state", "person__name", "person__company", "user__name", "log__disposition",
    "log__sentiment", "log__notes", "recording__status", "recording__reason", "recording__duration_ms",
    "recording__spans", "recording__holes", "recording__fault",
)  # fmt: skip


def shown_calls(user: User) -> "QuerySet[Call]":
    """The calls that the user may see, with everything that a page or the API shows of them."""
    return Call.objects.visible_to(user).select_related("person", "recording", "user", "log__person")


def list_calls(
    user: User, *, wanted: CallFilter, also: SearchPlan, cursor: str | None, size: int = PAGE_SIZE
) -> Page[Call]:
    """Newest first. `also`: see `searched`."""
    shown = Call.objects.select_related("person", "recording", "user", "log").only(*_LISTED)
    return page_of_many(filtered_calls(user, wanted, also), shown, by="-created_at", cursor=cursor, size=size)


def filtered_calls(user: User, wanted: CallFilter, also: SearchPlan) -> "QuerySet[Call]":
    """Every combination of filters is answered from an index (tests/unit/apps/calls/test_calls_plans.py)."""
    team = Call.objects.filter(team=user.team_id)
    by_key = Call.objects.alias(of=NoIndex("team")).filter(of=user.team_id)
    owners = Scope.of(user).owners(rep=wanted.rep)
    found = searched(team, by_key, wanted.q, user, owner="user", log="log", owners=owners, also=also)
    return found.filter(wanted.condition())


def reps_of(user: User) -> list[User]:
    """The users whose calls the user may see, by name."""
    scope = Scope.of(user)
    members = User.objects.filter(team_id=user.team_id).order_by("name", "pk").only("name", "team", "group")
    return [member for member in members if scope.covers(member)]


def live_call_of(user: User) -> Call | None:
    """The live call that the user is in, whatever else they may see."""
    return (
        Call.objects.live().with_(user).select_related("person", "recording", "user", "log__person").first()
    )


def call_to_log(user: User) -> Call | None:
    """The user's last call, if it just ended without being logged, or if its log lacks something required."""
    last = _last_ended(user)
    if last is None or owes(last):
        return last
    is_logged = last.log is not None and last.log.logged_at is not None
    is_fresh = last.ended_at is not None and timezone.now() - last.ended_at < _FRESH
    return last if is_fresh and not is_logged else None


def call_owing_a_log(user: User) -> Call | None:
    """The call that the user must log before placing the next. None for a user who may not log calls."""
    if not user.may(Permission.CALLS_LOG):
        return None
    last = _last_ended(user) if requires_a_choice(user.team_id) else None
    return last if last and owes(last) else None


def owes(call: Call) -> list[Field]:
    """The required fields that the log of an ended call lacks; none if the call was never answered."""
    if not call.answered_at:
        return []
    chosen = {field: getattr(call.log, field) for field in Field} if call.log else {}
    return missing(lists_of(call.team_id), chosen)


def _last_ended(user: User) -> Call | None:
    mine = Call.objects.filter(team=user.team_id, user=user, recording__source=DIALER, ended_at__isnull=False)
    return mine.select_related("person", "recording", "log__person").order_by("-created_at", "-pk").first()


def collaborators_in(call: Call) -> list[User]:
    """Colleagues in a live call, or everyone who was ever in a call that has ended; by name."""
    rows = call.collaborators.all() if call.ended_at else call.collaborators.filter(left_at=None)
    return list(User.objects.filter(pk__in=rows.values("user")).order_by("name"))


def may_call(user: User) -> bool:
    """Whether the user's permission set and the team's packages allow placing calls."""
    return user.may(Permission.CALLS_PLACE) and user.team.has(Package.DIALER)


def may_join(call: Call, user: User) -> bool:
    """Whether a user who sees the call can join it now."""
    return may_call(user) and call.ended_at is None and live_call_of(user) is None


def events_of(call: Call) -> "QuerySet[CallEvent]":
    """In the order in which they happened. The time also orders events from different sources."""
    return call.events.order_by("at", "seq")
