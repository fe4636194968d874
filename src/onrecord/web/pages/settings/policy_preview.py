"""Pages that show the effects of a policy: simulations, the map, the history."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from onrecord.apps.accounts.models import User
from onrecord.apps.calls.queries import shown_calls
from onrecord.apps.core.paging import page
from onrecord.apps.governance.decisions import decide_by_facts, person_facts, policy_of, rep_facts
from onrecord.apps.governance.models import PolicyVersion
from onrecord.apps.people.models import Person
from onrecord.apps.people.numbers import NumberError, parse_number
from onrecord.apps.people.queries import owner_of_number
from onrecord.apps.reports import simulation
from onrecord.apps.reports.simulation import Progress
from onrecord.policy import coverage
from onrecord.policy.decision import PersonFacts, RepFacts
from onrecord.policy.document import Policy
from onrecord.policy.reasons import ANY_REP
from onrecord.policy.simulate import CallFacts, Comparison
from onrecord.web.pages.settings.governance_context import DraftContext, names_of, render_page, settings_page

#: The period of past calls that a simulation covers.
PAST = timedelta(days=30)


@require_safe
@settings_page
def simulate(request: HttpRequest) -> HttpResponse:
    """The form, and the result for one number if `?number=` is given."""
    draft_context = DraftContext(request)
    number = request.GET.get("number", "").strip()
    context: dict[str, Any] = {"number": number, "rep": request.GET.get("rep", ""), "result": None}
    if number:
        try:
            context["result"] = _one_number(draft_context, number, _rep_or_self(request))
        except NumberError as problem:
            return render_page(
                request, "simulate", draft_context, problems=(problem.message,), status=422, **context
            )
    return render_page(request, "simulate", draft_context, **context)


def _one_number(draft_context: DraftContext, typed: str, rep: User) -> dict[str, Any]:
    number = parse_number(typed, rep.region).e164
    person = owner_of_number(rep.team, number, person_id=None)

    def decision(policy: Policy, contact: PersonFacts | None) -> Any:
        facts = CallFacts(id="", person=contact, rep=rep_facts(rep, policy), number=number)
        return decide_by_facts(policy, facts).decision

    # Treat an unknown number as a person's. Otherwise the answer would always be no.
    contact = person_facts(person) if person else PersonFacts()
    return {
        "number": number,
        "person": person,
        "rep": rep,
        "before": decision(draft_context.in_force, contact),
        "after": decision(draft_context.policy, contact),
    }


@require_safe
@settings_page
def simulate_calls(request: HttpRequest) -> StreamingHttpResponse:
    """The last 30 days of calls under the draft, step by step: JSON lines, the last with the result."""
    draft_context = DraftContext(request)
    steps = simulation.past_calls(
        draft_context.in_force,
        draft_context.policy,
        team=draft_context.user.team,
        since=timezone.now() - PAST,
    )
    return _stream(draft_context.user, steps)


@require_safe
@settings_page
def simulate_people(request: HttpRequest) -> StreamingHttpResponse:
    """Every number of every person, as if the rep in `?rep=` called it now."""
    draft_context = DraftContext(request)
    rep = _rep_or_self(request)
    steps = simulation.all_people(
        draft_context.in_force,
        draft_context.policy,
        team=draft_context.user.team,
        rep=rep_facts(rep, draft_context.policy),
    )
    return _stream(draft_context.user, steps, rep)


def _stream(user: User, steps: Iterator[Progress], rep: User | None = None) -> StreamingHttpResponse:
    """`rep`: who would call all people; None for past calls, which have their own reps."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(
        _lines(user, steps, rep), content_type="application/x-ndjson", headers=headers
    )


async def _lines(user: User, steps: Iterator[Progress], rep: User | None) -> AsyncIterator[str]:
    last: Progress | None = None
    # One step at a time in the request's thread, so that other requests are answered in between.
    while (progress := await sync_to_async(_next)(steps)) is not None:
        last = progress
        yield _line(done=progress.done, total=progress.total, differing=progress.differing)
    if last is not None:
        yield _line(html=await sync_to_async(_result)(user, last, rep))


def _next(steps: Iterator[Progress]) -> Progress | None:
    return next(steps, None)


def _line(**values: Any) -> str:
    return json.dumps(values) + "\n"


def _result(user: User, progress: Progress, rep: User | None) -> str:
    rows = _people_rows(user, progress.shown) if rep else _call_rows(user, progress.shown)
    kind = "people" if rep else "calls"
    context = {"progress": progress, "kind": kind, "rows": rows, "rep": rep, "user": user}
    return render_to_string("settings/simulation.html", context)


def _call_rows(user: User, shown: tuple[Comparison, ...]) -> list[tuple[Any, Comparison]]:
    """The differences with their calls. Calls that the user may not see are counted but not shown."""
    calls = shown_calls(user).in_bulk([one.call.id for one in shown])
    return [(calls[one.call.id], one) for one in shown if one.call.id in calls]


def _people_rows(user: User, shown: tuple[Comparison, ...]) -> list[tuple[Any, Comparison]]:
    people = Person.objects.visible_to(user).in_bulk([int(one.call.id) for one in shown])
    return [(people[int(one.call.id)], one) for one in shown if int(one.call.id) in people]


@require_safe
@settings_page
def areas(request: HttpRequest) -> HttpResponse:
    """The map and table of countries. `?of=force` or the draft, for the rep in `?rep=` or for any rep."""
    draft_context = DraftContext(request)
    of = "force" if request.GET.get("of") == "force" or draft_context.draft is None else "draft"
    policy, rep = draft_context.chosen(of), _rep(request)
    # Any rep: without a location or settings of their own.
    facts = rep_facts(rep, policy) if rep else RepFacts(user="")
    context: dict[str, Any] = {
        "of": of,
        "rep": request.GET.get("rep", ""),
        "reader": {"is_rep": rep == draft_context.user, "rep": rep.name if rep else ANY_REP},
        "tiles": coverage.TILES,
        "columns": coverage.MAP_COLUMNS,
        "rows": coverage.MAP_ROWS,
        "subdivisions": coverage.subdivisions(policy, facts),
        "countries": coverage.countries(policy, facts),
    }
    return render_page(request, "areas", draft_context, **context)


@require_safe
@settings_page
def history(request: HttpRequest) -> HttpResponse:
    versions = PolicyVersion.objects.select_related("author")
    found = page(versions, by="-created_at", cursor=request.GET.get("cursor"))
    return render_page(
        request, "history", DraftContext(request), versions=found.rows, next_cursor=found.next_cursor
    )


@require_safe
@settings_page
def version(request: HttpRequest, number: int) -> HttpResponse:
    shown = PolicyVersion.objects.select_related("author").filter(number=number).first()
    if shown is None:
        raise Http404
    return render_page(request, "version", DraftContext(request), version=shown, policy=policy_of(shown))


def _rep_or_self(request: HttpRequest) -> User:
    return _rep(request) or cast(User, request.user)


def _rep(request: HttpRequest) -> User | None:
    """The user in `?rep=`, who must be in the team; None if there is none."""
    key = request.GET.get("rep", "")
    if not key:
        return None
    if key not in names_of(cast(User, request.user))["users"]:
        raise Http404
    return User.objects.select_related("team", "group").get(pk=int(key))


urlpatterns = [
    path("settings/call-recording/areas", areas, name="policy-map"),
    path("settings/call-recording/simulate", simulate, name="simulation"),
    path("settings/call-recording/simulate/calls", simulate_calls, name="simulate-calls"),
    path("settings/call-recording/simulate/people", simulate_people, name="simulate-people"),
    path("settings/call-recording/versions", history, name="policy-versions"),
    path("settings/call-recording/versions/<int:number>", version, name="policy-version"),
]
