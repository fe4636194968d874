"""The demo team: users, people, past calls and recordings of an installation that somebody wants to try.

Everything follows from tables and one random seed. What docs/howto/try-the-demo.md promises stands here.
"""

from onrecord.config import Config
from onrecord.ops.demo.team import LOGINS, PASSWORD, USERS

__all__ = ["LOGINS", "PASSWORD", "USERS", "seed"]


def seed(config: Config) -> None:
    """Fill the database with the demo team. Django must be set up. Does nothing where the team exists.

    Raises what the database raises; then nothing was written to it.
    """
    # Late, because the supervisor prints LOGINS without a database.
    from onrecord.ops.demo.seeding import seed as fill

    fill(config)
