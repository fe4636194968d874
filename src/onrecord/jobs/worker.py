"""The worker process: django-q2's cluster on the ORM broker."""

import logging
import os

from onrecord.config import Config

log = logging.getLogger(__name__)


def run(config: Config) -> None:
    """Run jobs until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.web.settings")
    import django

    django.setup()
    from django.db import connections
    from django_q.cluster import Cluster

    # django-q logs every step of every job. The jobs do their own logging.
    logging.getLogger("django-q").setLevel(logging.WARNING)
    schedule_jobs()
    # The cluster forks, and forked processes must not share a database connection.
    connections.close_all()
    cluster = Cluster()
    cluster.start()
    cluster.sentinel.join()
    log.info("worker stopped")


def schedule_jobs() -> None:
    """Create the periodic jobs, unless they exist."""
    from django_q.models import Schedule

    for name, func, kind, args in (
        ("reconcile", "onrecord.jobs.reconcile.reconcile", Schedule.MINUTES, None),
        ("clear sessions", "django.core.management.call_command", Schedule.DAILY, "'clearsessions'"),
    ):
        Schedule.objects.update_or_create(
            name=name, defaults={"func": func, "schedule_type": kind, "minutes": 1, "args": args}
        )
