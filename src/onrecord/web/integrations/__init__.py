"""The web side of each integration: a module or package named like its folder in `apps/integrations`.

Every module in this folder is found automatically.
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
    """What each module must define."""

    urlpatterns: Sequence[URLPattern]
    #: Its API routers, by path below `/api/v2`.
    routers: Mapping[str, Router]
    #: Request bodies that its API reads without ninja, for the API's document.
    bodies: Sequence[type[BaseModel]]
    #: Its sections of the settings.
    sections: Sequence[SettingsSection]


INTEGRATIONS = [
    cast(Integration, import_module(f"{__name__}.{found.name}")) for found in pkgutil.iter_modules(__path__)
]
