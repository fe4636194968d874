"""The ASGI application: built files first, then limits, then Django."""

import gc
import os
import re
from typing import cast

import django
from django.conf import settings
from django.urls import reverse
from servestatic import ServeStaticASGI

from onrecord.apps.core.database import POSTGRESQL
from onrecord.apps.governance.sound import LARGEST_BYTES
from onrecord.config.limits import LARGEST_RECORDING
from onrecord.web.assets import SERVED, keep_for_a_year
from onrecord.web.body_limit import Application, BodyLimit
from onrecord.web.streamed_body import StreamingHandler
from onrecord.web.turns import Turns

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.web.settings")

django.setup(set_prefix=False)

# These modules read Django's settings.
from onrecord.apps.calls.switch_errors import switch  # noqa: E402
from onrecord.web.call_control import CallControl  # noqa: E402

#: The path that accepts recordings from other dialers.
IMPORTS = reverse("api-2:enter_call")

#: Paths that accept files, and the maximum size of a request to each.
LARGEST_BODIES = {
    reverse("add-announcement"): LARGEST_BYTES + 100_000,
    IMPORTS: LARGEST_RECORDING + 100_000,
}

_SHARING = re.escape(reverse("share-recording", kwargs={"call_id": "ID"})).replace("ID", r"\w+")
#: Paths that check or set a password or passcode.
HASHING = re.compile("|".join((re.escape(reverse("sign-in")), re.escape(reverse("share-link")), _SHARING)))
#: Each takes about 100 MB for a tenth of a second (argon2's memory).
HASHES_AT_ONCE = 2

if settings.DATABASES["default"]["ENGINE"] == POSTGRESQL:
    # Each request has its own thread, and opening a connection for it would take a few milliseconds. The
    # worker has no pool, because it forks and a pool's threads do not survive that.
    settings.DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": 20, "timeout": 10}
    # After a restart of the server, all pooled connections are dead. Without a check, visitors get a 500.
    settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

application = ServeStaticASGI(
    BodyLimit(
        CallControl(
            Turns(
                cast(Application, StreamingHandler(frozenset({IMPORTS}))),
                paths=HASHING,
                at_once=HASHES_AT_ONCE,
                waiting=200,
                waiting_of_one=50,
            ),
            switch(),
        ),
        least=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        larger=LARGEST_BODIES,
    ),
    root=SERVED,
    prefix=settings.STATIC_URL,
    add_headers_function=keep_for_a_year,
    allow_all_origins=False,
)

# The code that answers requests is loaded by now (through `reverse`) and stays as long as the process. Keep
# the garbage collector from scanning it again and again: that would delay a request by about 50 ms each time.
gc.collect()
gc.freeze()
