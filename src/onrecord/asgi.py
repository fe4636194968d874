"""The ASGI application: built files first, then Django."""

import os

from django.conf import settings
from django.core.asgi import get_asgi_application
from servestatic import ServeStaticASGI

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.settings")

# Files keep their names from build to build, so a browser asks each time whether one has changed.
application = ServeStaticASGI(
    get_asgi_application(),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    max_age=0,
    allow_all_origins=False,
)
