"""Server-sent events (WHATWG HTML, section 9.2): calls that a user may see, and which policy is in force."""

import time
from collections.abc import AsyncIterator
from contextlib import aclosing

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from onrecord.accounts.models import User
from onrecord.accounts.scope import Scope
from onrecord.governance.decisions import current_number
from onrecord.live.tail import Tail

#: An event may be sent this many seconds after the session was last looked at.
_TRUST = 1.0

tail = Tail()


@require_GET
async def events(request: HttpRequest) -> StreamingHttpResponse:
    last = request.headers.get("Last-Event-ID", "")
    stream = _stream(request.session.session_key or "", int(last) if last.isdecimal() else None)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream, content_type="text/event-stream", headers=headers)


async def _stream(session_key: str, after: int | None) -> AsyncIterator[str]:
    """Ends when the session has; the browser then asks again and is told 401."""
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
                # Whoever places a call follows it, whatever else they may see.
                if scope.covers(event.owner) or event.owner == user:
                    yield f"id: {event.seq}\nevent: call\ndata: {event.data}\n\n"
            # Also where nothing of the batch was for this user: so a reconnection begins here.
            yield f"id: {position}\n: \n\n"
            if policy != told:
                told = policy
                yield f"event: policy\ndata: {policy}\n\n"


def _look(session_key: str) -> tuple[User | None, Scope, int]:
    """The session's user (None when the session is over), what they may see now, and the policy in force."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    if not isinstance(user, User):
        return None, Scope(), current_number()
    return user, Scope.of(user), current_number()
