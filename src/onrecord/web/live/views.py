"""Server-sent events (WHATWG HTML, section 9.2): calls the user may see, and the policy version in force."""

import time
import weakref
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import cast

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_GET

from onrecord.apps.accounts.models import User
from onrecord.apps.accounts.scope import Scope
from onrecord.apps.core.api_error import ApiError
from onrecord.apps.core.query_params import whole_number
from onrecord.apps.governance.decisions import current_policy_version
from onrecord.web.live.tail import Tail, last_seq

#: How many seconds after a check of the session events may be sent without another check.
_TRUST = 1.0

#: Streams that a user may have open; each tab has one. Further tabs get no live events and retry after
#: `_RETRY_AFTER_S` seconds.
MOST_OF_ONE = 30
_RETRY_AFTER_S = 30

#: Maximum number of events that a stream can catch up on. Reading 500 blocks the shared thread up to 0.6 s.
MOST_BEHIND = 5000

tail = Tail()
#: Number of open streams by user id.
_open: Counter[int] = Counter()


@require_GET
async def events(request: HttpRequest) -> HttpResponseBase:
    user = cast(User, await request.auser())
    if _open[user.pk] >= MOST_OF_ONE:
        refusal = ApiError(
            429, "too_many_streams", "You have OnRecord open in too many tabs. Close some of them."
        )
        answer = refusal.response()
        answer["Retry-After"] = str(_RETRY_AFTER_S)
        return answer
    last = whole_number(request.headers.get("Last-Event-ID", ""))
    if last is not None and await sync_to_async(last_seq)() - last > MOST_BEHIND:
        return ApiError(
            410, "too_far_behind", "Too much has happened since then. Start again without Last-Event-ID."
        ).response()
    stream = _stream(request.session.session_key or "", last)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = StreamingHttpResponse(stream, content_type="text/event-stream", headers=headers)
    _open[user.pk] += 1
    # A stream that breaks off before its first event is neither iterated nor closed, so count it here.
    weakref.finalize(response, _gone, user.pk)
    return response


def _gone(user: int) -> None:
    _open[user] -= 1
    if not _open[user]:
        del _open[user]


async def _stream(session_key: str, after: int | None) -> AsyncIterator[str]:
    """Ends when the session does. The browser then reconnects and gets a 401."""
    user: User | None = None
    scope = Scope()
    policy, told = 0, 0
    looked_at = float("-inf")
    async with aclosing(tail.follow(after)) as batches:
        async for position, batch in batches:
            if not batch or time.monotonic() - looked_at > _TRUST:
                user, scope, policy = await tail.in_thread(_look, session_key)
                looked_at = time.monotonic()
            if user is None:
                return
            for event in batch:
                # Reps get the events of their own calls, whatever else they may see.
                if event.rep == user:
                    yield f"id: {event.seq}\nevent: call\ndata: {event.to_rep}\n\n"
                elif scope.covers(event.rep):
                    yield f"id: {event.seq}\nevent: call\ndata: {event.to_others}\n\n"
            # Sent even if no event was for this user, so that a reconnect starts from here.
            yield f"id: {position}\n: \n\n"
            if policy != told:
                told = policy
                yield f"event: policy\ndata: {policy}\n\n"


def _look(session_key: str) -> tuple[User | None, Scope, int]:
    """The session's user (None if it has ended), the user's current scope, and the policy version."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, User):
        return None, Scope(), current_policy_version()
    return user, Scope.of(user), current_policy_version()


urlpatterns = [
    path("events", events, name="live-events"),
]
