"""How PostgreSQL executes the lists' queries over many rows.

`python -m harness.list_plans` fills the empty database at ONRECORD_DATABASE_URL and prints, as JSON, which
tables and indexes the cases of the bench (`bench.lists`) scan completely.
"""

import json
import random
from collections.abc import Iterator
from typing import Any

from harness.plans import GROWING

#: A fortieth of the bench's volume.
PEOPLE, CALLS, RECORDINGS = 5000, 25_000, 7500
#: Partial indexes that stay small: one live call per user; recordings with a fault or with missing sound. The
#: planner may scan one of these when a query looks up no keys.
SMALL = {"calls_live", "recordings_at_fault", "recordings_incomplete"}


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from bench.volume import fill
    from onrecord.apps.core import search_plan, written
    from onrecord.apps.people import search

    # Scale the limit for "few" rows with the volume.
    search_plan._FEW //= 40
    search._FEW //= 40
    written._FEW //= 40
    call_command("migrate", verbosity=0)
    users = fill(people=PEOPLE, calls=CALLS, recordings=RECORDINGS)
    print(json.dumps(scans([user.pk for user in users[:3]])))


def scans(user_ids: list[int]) -> list[str]:
    """Case and table or index of each unbounded scan, for users who see more and less."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.lists import cases
    from onrecord.apps.accounts.models import User

    found = set[str]()
    for user_id in user_ids:
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(pk=user_id))
        for name, (path, ask) in cases().items():
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path, ask(random.Random(name))).status_code == 200, name
            with connection.cursor() as cursor:
                # With this few rows, a full scan may be faster than an index. With scans disabled, the
                # planner uses one only if no index fits.
                for way in ("seqscan", "hashjoin", "mergejoin"):
                    cursor.execute(f"SET enable_{way} = off")
                for query in queries:
                    cursor.execute(f"EXPLAIN (FORMAT JSON) {query['sql']}")
                    plan = cursor.fetchone()[0]
                    found |= {f"{name}: {what}" for what in _unbounded(plan[0]["Plan"])}
    return sorted(found)


def _unbounded(node: dict[str, Any]) -> Iterator[str]:
    table, index = node.get("Relation Name", ""), node.get("Index Name")
    is_bounded = "Index Cond" in node or node["Node Type"] == "Bitmap Heap Scan"
    if not is_bounded and any(growing in table for growing in GROWING) and index not in SMALL:
        yield f"{node['Node Type']} of {index or table}"
    for part in node.get("Plans", []):
        yield from _unbounded(part)


if __name__ == "__main__":
    main()
