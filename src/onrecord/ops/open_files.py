"""The limit on a process's open files, which include connections."""

import resource


def raise_limit() -> None:
    """Raise the soft limit to the hard limit.

    The usual soft limit of 1024 exists for programs that use select(2). We use epoll.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
