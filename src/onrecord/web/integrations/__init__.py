"""The web side of each integration: a module or package here, named like its folder in `apps/integrations`.

Whatever lies here is found; nothing else has to name it.
"""

import pkgutil
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast

from django.urls import URLPattern
from ninja import Router
from pydantic import BaseModel

from onrecord.web.settings_section import SettingsSection


class Integration(Protocol):
    """What each module here declares."""

    urlpatterns: Sequence[URLPattern]
    #: Its part of the API, by path below `/api/v2`.
    routers: Mapping[str, Router]
    #: The bodies that its API reads by itself, without ninja: for the API's document.
    bodies: Sequence[type[BaseModel]]
    #: Its sections of the settings.
    sections: Sequence[SettingsSection]


INTEGRATIONS = [
    cast(Integration, import_module(f"{__name__}.{found.name}")) for found in pkgutil.iter_modules(__path__)
]
