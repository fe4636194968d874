"""The ASGI application: built files first, then Django."""

import os
from typing import cast

from django.conf import settings
from django.core.asgi import get_asgi_application
from servestatic import ServeStaticASGI

from onrecord.body_limit import Application, BodyLimit
from onrecord.governance.sound import LARGEST_BYTES
from onrecord.limits import LARGEST_RECORDING

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.settings")

#: Paths that take files, and how large a request to them may be.
LARGEST_BODIES = {
    "/settings/call-recording/announcements": LARGEST_BYTES + 100_000,
    "/api/v2/conversations/calls": LARGEST_RECORDING + 100_000,
}

# Files keep their names from build to build, so a browser asks each time whether one has changed.
application = ServeStaticASGI(
    BodyLimit(
        cast(Application, get_asgi_application()),
        least=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        larger=LARGEST_BODIES,
    ),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    max_age=0,
    allow_all_origins=False,
)
