"""How many files, connections among them, a process may have open."""

import resource


def raise_limit() -> None:
    """Raise the soft limit to the hard one, which costs nothing.

    The usual soft limit, 1024, is there for programs that use select(2); ours use epoll.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
