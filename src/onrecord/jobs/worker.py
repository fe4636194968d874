"""The worker process: django-q2's cluster on the ORM broker."""

import logging
import os

from onrecord.config import Config

log = logging.getLogger(__name__)


def run(config: Config) -> None:
    """Do jobs until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.web.settings")
    import django

    django.setup()
    from django.db import connections
    from django_q.cluster import Cluster

    # It reports every step of every job; what a job has to say, the job says.
    logging.getLogger("django-q").setLevel(logging.WARNING)
    schedule_jobs()
    # The cluster forks: a connection must not be carried across.
    connections.close_all()
    cluster = Cluster()
    cluster.start()
    cluster.sentinel.join()
    log.info("worker stopped")


def schedule_jobs() -> None:
    """Enter the periodic jobs, once each."""
    from django_q.models import Schedule

    for name, func, kind, args in (
        ("reconcile", "onrecord.jobs.reconcile.reconcile", Schedule.MINUTES, None),
        ("clear sessions", "django.core.management.call_command", Schedule.DAILY, "'clearsessions'"),
    ):
        Schedule.objects.update_or_create(
            name=name, defaults={"func": func, "schedule_type": kind, "minutes": 1, "args": args}
        )
