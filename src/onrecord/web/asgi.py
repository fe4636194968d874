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

# Its parts read Django's settings.
from onrecord.apps.calls.switch_errors import switch  # noqa: E402
from onrecord.web.call_control import CallControl  # noqa: E402

#: Takes recordings of other dialers.
IMPORTS = reverse("api-2:enter_call")

#: Paths that take files, and how large a request to them may be.
LARGEST_BODIES = {
    reverse("add-announcement"): LARGEST_BYTES + 100_000,
    IMPORTS: LARGEST_RECORDING + 100_000,
}

_SHARING = re.escape(reverse("share-recording", kwargs={"call_id": "ID"})).replace("ID", r"\w+")
#: Paths that take or set a password or a passcode.
HASHING = re.compile("|".join((re.escape(reverse("sign-in")), re.escape(reverse("share-link")), _SHARING)))
#: Each takes some 100 MB while it lasts, a tenth of a second (argon2's memory).
HASHES_AT_ONCE = 2

if settings.DATABASES["default"]["ENGINE"] == POSTGRESQL:
    # Every request has a thread of its own, and a new connection would cost it some milliseconds. Not for the
    # worker: it forks, and a pool's threads do not.
    settings.DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": 20, "timeout": 10}
    # After the server was restarted every pooled connection is dead: one that is would cost a visitor a 500.
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

# What answers requests is loaded (by `reverse`), and stays as long as the process. It is not to be looked
# through for garbage again and again, which would hold up a request by some 50 ms each time.
gc.collect()
gc.freeze()
