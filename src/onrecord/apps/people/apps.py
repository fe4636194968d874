"""The team's people."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "onrecord.apps.people"

    def ready(self) -> None:
        post_migrate.connect(_make_search, sender=self)


def _make_search(**_: Any) -> None:
    from onrecord.apps.people.search import install

    install()
