"""The demo team: users, people, past calls, and recordings, for trying out an installation.

Everything is generated from tables and one random seed. docs/howto/try-the-demo.md describes the result.
"""

from onrecord.config import Config
from onrecord.ops.demo.team import LOGINS, PASSWORD, USERS

__all__ = ["LOGINS", "PASSWORD", "USERS", "seed"]


def seed(config: Config) -> None:
    """Fill the database with the demo team. Django must be set up. Does nothing if the team exists.

    If the database raises an error, nothing has been written to it.
    """
    # Imported late, because the supervisor prints LOGINS without a database.
    from onrecord.ops.demo.seeding import seed as fill

    fill(config)
