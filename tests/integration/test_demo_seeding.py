"""What seeding does to a database and a data folder that are not new."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import transaction

from onrecord.apps.accounts.models import Team, User
from onrecord.apps.calls.models import Call
from onrecord.apps.people.models import Person
from onrecord.config import Config
from onrecord.ops import demo
from onrecord.web.settings import config as settings_config

pytestmark = pytest.mark.django_db


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return replace(settings_config, home=tmp_path)


def test_seeding_twice_changes_nothing(config: Config) -> None:
    demo.seed(config)
    before = {path: path.stat().st_mtime_ns for path in config.journals.iterdir()}

    demo.seed(config)

    assert Call.objects.count() == 200
    assert {path: path.stat().st_mtime_ns for path in config.journals.iterdir()} == before


def test_an_installation_with_users_of_its_own_is_left_alone(config: Config) -> None:
    team = Team.objects.create(name="A company")
    User.objects.create_user("somebody@company.example", None, name="Somebody", team=team)

    with pytest.raises(ValueError, match="only to a new installation"):
        demo.seed(config)

    assert Person.objects.count() == 0
    assert not config.journals.exists()


def test_journals_that_a_broken_off_seeding_left_behind_are_written_again(config: Config) -> None:
    with suppress(InterruptedError), transaction.atomic():
        demo.seed(config)
        raise InterruptedError("just before the commit")
    left = {path.name: path.read_bytes() for path in config.journals.iterdir()}

    demo.seed(config)

    assert Call.objects.count() == 200
    assert {path.name for path in config.journals.iterdir()} == left.keys()
    assert all(path.read_bytes() != left[path.name] for path in config.journals.iterdir())
