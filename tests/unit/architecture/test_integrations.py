"""An integration is a folder in apps/integrations and a module in web/integrations, and nothing else."""

import pkgutil

from django.conf import settings
from django.urls import get_resolver

from onrecord.apps import integrations as apps
from onrecord.web import integrations as web
from onrecord.web.api.root import api
from onrecord.web.pages.settings.sections import SECTIONS


def test_each_integration_has_its_folder_and_its_module_of_the_web() -> None:
    folders = {found.name for found in pkgutil.iter_modules(apps.__path__)}
    assert folders == {found.name for found in pkgutil.iter_modules(web.__path__)} != set()


def test_what_an_integration_declares_is_served() -> None:
    mounted = {path for path, _ in api._routers}
    for integration in web.INTEGRATIONS:
        assert {pattern.name for pattern in integration.urlpatterns} <= set(get_resolver().reverse_dict)
        assert {path.strip("/") for path in integration.routers} <= {path.strip("/") for path in mounted}
        assert set(integration.sections) <= set(SECTIONS)
    installed = {name for name in settings.INSTALLED_APPS if name.startswith(apps.__name__)}
    assert len(installed) == len(web.INTEGRATIONS)
