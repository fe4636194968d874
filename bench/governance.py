"""Simulates a draft over 100,000 past calls, through the real database."""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.row import Row

PAST_CALLS = 100_000


def rows() -> list[Row]:
    """One figure. It runs in its own process, because Django can be set up for one folder only."""
    with TemporaryDirectory() as home:
        environ = {**os.environ, "ONRECORD_HOME": home, "DJANGO_SETTINGS_MODULE": "onrecord.web.settings"}
        command = [sys.executable, "-m", "bench.governance"]
        root = Path(__file__).parent.parent
        said = subprocess.run(command, env=environ, cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    seconds, differing = said.stdout.split()
    return [
        Row(
            name=f"draft over {PAST_CALLS:,} past calls in the database ({int(differing):,} differ)",
            value=f"{float(seconds):.2f} s",
            target="< 10 s",
            met=float(seconds) < 10,
        )
    ]


def _measure() -> None:
    import django

    django.setup()
    from datetime import timedelta

    from django.core.management import call_command
    from django.utils import timezone

    from onrecord.apps.accounts.models import Team, User
    from onrecord.apps.calls.models import Call
    from onrecord.apps.reports import simulation
    from onrecord.policy import facts_json
    from onrecord.policy.areas import area_codes, area_of_address, subdivision_names
    from onrecord.policy.decision import PersonFacts, RepFacts
    from onrecord.policy.document import Policy, Setting
    from onrecord.policy.presets import CAUTIOUS, with_preset
    from onrecord.policy.simulate import CallFacts

    call_command("migrate", verbosity=0)
    team = Team.objects.create(name="Bench")
    user = User.objects.create_user("bench@bench.example", name="Bench", team=team)
    codes, states = list(area_codes()), list(subdivision_names())
    now = timezone.now()

    def call(number: int) -> Call:
        facts = CallFacts(
            id="",
            person=PersonFacts(address=area_of_address(None, states[number % len(states)])),
            rep=RepFacts(user=str(user.pk), location=area_of_address("US", states[number % 7])),
            number=f"+1{codes[number % len(codes)]}555{number % 10_000:04}",
            wants_recording=(None, True, False)[number % 3],
        )
        at = now - timedelta(seconds=number * 20)
        return Call(
            team=team,
            user=user,
            number=facts.number,
            created_at=at,
            ended_at=at,
            decision={},
            mode="both",
            record_at_start=True,
            may_change=True,
            policy_version_id=1,
            inputs=facts_json.to_json(facts),
        )

    Call.objects.bulk_create(map(call, range(PAST_CALLS)), batch_size=2000)
    before = Policy(version=1, team=Setting(record=True))
    after = with_preset(before, CAUTIOUS)
    started = time.perf_counter()
    for progress in simulation.past_calls(before, after, team=team, since=now - timedelta(days=30)):
        last = progress
    seconds = time.perf_counter() - started
    assert last.done == PAST_CALLS
    print(seconds, last.differing)


if __name__ == "__main__":
    _measure()
