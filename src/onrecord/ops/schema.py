"""Which version of OnRecord created the database's tables."""

#: A migration that only version 0.1 has. Version 0.2 started over with one migration per app.
_OF_0_1 = ("calls", "0002_inputs")


class OtherVersionError(ValueError):
    """The database belongs to a version that this one cannot upgrade from."""

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(f"{sentence} {advice}")
        self.sentence, self.advice = sentence, advice


def missing_migrations() -> int:
    """How many migrations of this version the database lacks."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    finally:
        connection.close()


def refuse_other_versions() -> None:
    """Raise OtherVersionError if the database has migrations that this version does not know."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    try:
        loader = MigrationLoader(connection)
    finally:
        connection.close()
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("onrecord.")}
    unknown = sorted(
        (app, name)
        for app, name in set(loader.applied_migrations or ()) - set(loader.disk_migrations)
        if app in ours
    )
    if _OF_0_1 in unknown:
        raise OtherVersionError(
            "The database was created by OnRecord 0.1, which this version cannot upgrade.",
            "Nothing is lost: keep that database and its data folder, and start this version with a new "
            "data folder (ONRECORD_HOME) and a new database. See docs/adr/0025-one-migration-an-app.md "
            "for the reason.",
        )
    if unknown:
        raise OtherVersionError(
            "The database was created by a newer version of OnRecord: "
            f"it has the migration {'.'.join(unknown[-1])}.",
            "Run that version, or restore a backup from before it was installed.",
        )
