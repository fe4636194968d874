"""Which version of OnRecord made the tables of the database."""

#: A migration that only version 0.1 had: version 0.2 began again with one migration an app.
_OF_0_1 = ("calls", "0002_inputs")


class OtherVersionError(ValueError):
    """The database belongs to a version that this one cannot migrate from."""

    def __init__(self, sentence: str, advice: str) -> None:
        super().__init__(f"{sentence} {advice}")
        self.sentence, self.advice = sentence, advice


def missing_migrations() -> int:
    """Migrations of this version that the database has not had yet."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    finally:
        connection.close()


def refuse_other_versions() -> None:
    """Raise OtherVersionError if the database has had migrations that this version does not know."""
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
            "The database was made by OnRecord 0.1, which this version cannot upgrade.",
            "Nothing is lost: keep that database and its data folder, and start this version with a new "
            "data folder (ONRECORD_HOME) and a new database. docs/adr/0025-one-migration-an-app.md says why.",
        )
    if unknown:
        raise OtherVersionError(
            "The database was made by a newer version of OnRecord: "
            f"it has the migration {'.'.join(unknown[-1])}.",
            "Run that version, or restore a backup from before it was installed.",
        )
