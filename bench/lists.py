"""How long pages with very many calls, recordings and people take, on SQLite and on PostgreSQL."""

import importlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from bench.row import Row

PEOPLE, CALLS, RECORDINGS = 200_000, 1_000_000, 300_000
#: Requests per page and user. With fewer, the 99th percentile would just be the slowest request.
ASKED = 100
TARGET_MS = 100

Ask = Callable[[random.Random], dict[str, str]]


def rows() -> Iterator[Row]:
    """For each page and query: median and 99th percentile, over users with each of the three scopes.

    Each database has its own process, because Django can be set up for one only.
    """
    from harness.postgresql import postgresql

    with TemporaryDirectory() as home:
        yield from _measured("SQLite", f"sqlite:///{home}/db.sqlite3")
    with postgresql() as url:
        yield from _measured("PostgreSQL", url)


def _measured(database: str, url: str) -> Iterator[Row]:
    with TemporaryDirectory() as home:
        environ = {
            **os.environ,
            "ONRECORD_HOME": home,
            "ONRECORD_DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "onrecord.web.settings",
        }
        root = Path(__file__).parent.parent
        command = [sys.executable, "-m", "bench.lists"]
        said = subprocess.run(command, env=environ, cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    for name, times_ms in json.loads(said.stdout).items():
        p99 = quantiles(times_ms, n=100, method="inclusive")[98]
        yield Row(
            name=f"{database}: {name}",
            value=f"p50 {median(times_ms):.0f}, p99 {p99:.0f} ms",
            target=f"p99 < {TARGET_MS} ms",
            met=p99 < TARGET_MS,
        )


def _measure() -> dict[str, list[float]]:
    """Milliseconds of each request, by case."""
    # Set up Django like the web does, with a connection pool for PostgreSQL.
    importlib.import_module("onrecord.web.asgi")
    from django.core.management import call_command

    from bench.volume import fill

    call_command("migrate", verbosity=0)
    users = fill(people=PEOPLE, calls=CALLS, recordings=RECORDINGS)
    return ask_everything([user.pk for user in users[:3]])


def ask_everything(user_ids: list[int]) -> dict[str, list[float]]:
    from django.db import connection
    from django.test import Client

    from onrecord.apps.accounts.models import User

    clients = [Client(headers={"host": "localhost"}) for _ in user_ids]
    for client, user_id in zip(clients, user_ids, strict=True):
        client.force_login(User.objects.get(pk=user_id))
    times: dict[str, list[float]] = {}
    for name, (path, ask) in cases().items():
        chance = random.Random(name)
        for client in clients:
            # Do not measure one-time work, such as reading a template.
            client.get(path)
            for _ in range(ASKED):
                query = ask(chance)
                # In the web a request begins and ends without a connection, so SQLite's is opened each time.
                connection.close()
                started = time.perf_counter()
                page = client.get(path, query)
                times.setdefault(name, []).append((time.perf_counter() - started) * 1000)
                assert page.status_code == 200, (name, query, page.status_code)
    return times


def cases() -> dict[str, tuple[str, Ask]]:
    """The queries for each page; where there is a choice, a different one each time."""
    from bench.volume import RARE, USERS, name_of, number_of, offer
    from onrecord.apps.accounts.models import Group, User
    from onrecord.apps.calls.models import Call
    from onrecord.apps.coaching.models import Playlist
    from onrecord.apps.core.paging import encode
    from onrecord.apps.people.models import Person
    from onrecord.apps.people.numbers import format_number

    users = list(User.objects.order_by("pk").values_list("pk", flat=True)[:USERS])
    groups = list(Group.objects.values_list("pk", flat=True))
    calls, people = Call.objects.count(), Person.objects.count()
    newest_first, by_name = Call.objects.order_by("-created_at"), Person.objects.order_by("search_text")
    moments = [newest_first[n].created_at for n in range(0, calls, calls // 10)]
    names = [by_name[n].search_text for n in range(0, people, people // 10)]

    def one_of(name: str, values: list[str]) -> Ask:
        return lambda chance: {name: chance.choice(values)}

    def person(chance: random.Random) -> int:
        return chance.randrange(people) + 1

    def days(chance: random.Random) -> dict[str, str]:
        first, last = sorted(chance.sample(moments, 2))
        return {"since": first.date().isoformat(), "until": last.date().isoformat()}

    search: dict[str, Ask] = {
        "a number": lambda chance: {"q": format_number(number_of(person(chance)))},
        "last digits": lambda chance: {"q": number_of(person(chance))[-4:]},
        "first digits": lambda chance: {"q": f"({number_of(person(chance))[2:5]})"},
        "a whole name": lambda chance: {"q": name_of(person(chance))},
        "a first name": lambda chance: {"q": name_of(person(chance)).split()[0]},
        "a company of one in five": one_of("q", ["Contoso", "Fabrikam"]),
        "two letters": one_of("q", ["an", "be"]),
        "nothing that is there": one_of("q", ["zzyzx", "99999999"]),
    }
    page: dict[str, Ask] = {
        "first page": lambda _: {},
        "deep page": lambda chance: {"cursor": encode(chance.choice(moments), "f" * 32)},
        "rep": one_of("rep", [str(user) for user in users]),
        "days": days,
        **search,
        "a rare word of notes and comments": lambda chance: {"q": offer(chance.randrange(calls))},
        "a common word of notes": one_of("q", ["quote", "asked quote"]),
        "a common word of comments": one_of("q", ["earlier", "price mention"]),
        "two words that meet in few notes": lambda chance: {"q": f"quote {offer(chance.randrange(calls))}"},
    }
    of_calls = page | {
        f"status {status}": one_of("status", [status])
        for status in ("live", "completed", "busy", "no-answer", "canceled", "failed")
    }
    of_recordings = page | {
        "source": one_of("source", ["Dialer", "Aircall"]),
        "group": one_of("group", [str(group) for group in groups]),
        "person": lambda chance: {"person": str(person(chance))},
        "length": one_of("length", ["under-1", "1-5", "5-15", "15-30", "over-30"]),
        "disposition": one_of("disposition", ["Connected", "Call back"]),
        "a rare disposition": one_of("disposition", [RARE]),
        "sentiment": one_of("sentiment", ["Positive", "Negative"]),
        "notes": one_of("notes", ["yes"]),
        "playlist": one_of("playlist", [str(playlist.pk) for playlist in Playlist.objects.all()]),
        "a first name, notes, length": lambda chance: {
            **search["a first name"](chance), "notes": "yes", "length": "5-15",
        },
    }  # fmt: skip
    of_people: dict[str, Ask] = {
        "first page": lambda _: {},
        "deep page": lambda chance: {"cursor": encode(chance.choice(names), 1)},
        **search,
    }
    pages = {"calls": of_calls, "recordings": of_recordings, "people": of_people}
    return {
        f"{path}, {name}": (f"/{path}", ask) for path, asks in pages.items() for name, ask in asks.items()
    }


if __name__ == "__main__":
    print(json.dumps(_measure()))
