"""Takes away everything from this process that decoding does not need.

Protections that the system does not support are left out and reported: `confine` names those in force, and
`onrecord doctor` shows them. The numbers are from Linux's headers: prctl(2), seccomp(2), landlock(7).
"""

import ctypes
import os
import platform
import resource
import signal
import struct
from collections.abc import Callable
from typing import Any

#: The user `nobody` by convention, who can read only files that everybody can.
_NOBODY = 65_534

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2
_SECCOMP_ALLOW, _SECCOMP_KILL, _SECCOMP_EPERM = 0x7FFF0000, 0x80000000, 0x00050001

#: AUDIT_ARCH_* and the system calls that a decoder needs for memory and pipes: (x86_64, aarch64).
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CALLS = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "getpid": (39, 172),
    "exit": (60, 93),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "exit_group": (231, 94),
    "tgkill": (234, 131),
    "getrandom": (318, 278),
}

#: The same on every architecture.
_LANDLOCK_CREATE_RULESET, _LANDLOCK_RESTRICT_SELF = 444, 446
_LANDLOCK_VERSION = 1
#: By version: how many kinds of access to files, the network, and other domains can be forbidden.
_LANDLOCK = {1: (13, 0, 0), 2: (14, 0, 0), 3: (15, 0, 0), 4: (15, 2, 0), 5: (16, 2, 0), 6: (16, 2, 2)}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def confine(*, cpu_s: int, memory: int) -> list[str]:
    """Give up everything but computing and the open pipes, for good. Returns the protections in force.

    `cpu_s` seconds of CPU time and `memory` bytes of address space remain. Call it once everything is loaded:
    no file can be opened afterward.
    """
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    steps: dict[str, Callable[[], bool]] = {
        "own user": _become_nobody,
        "end with its parent": lambda: _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),
        "Landlock": _forbid_files_and_network,
        "limits": lambda: _limit(cpu_s, memory),
        "seccomp": _forbid_system_calls,
    }
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    return [name for name, step in steps.items() if step()]


def _limit(cpu_s: int, memory: int) -> bool:
    # At the soft limit the kernel sends SIGXCPU, which shows the reason; at the hard one SIGKILL, which does
    # not.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    for kind, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 3),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(kind, (most, most))
    return True


def _become_nobody() -> bool:
    if os.geteuid() != 0:
        return False
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError:
        # In a container root may not be allowed to change users.
        return False
    # Keep other processes of that user from inspecting this one.
    _prctl(_PR_SET_DUMPABLE, 0)
    return True


def _forbid_files_and_network() -> bool:
    version = _libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)
    if version < 1:
        return False
    kinds = _LANDLOCK[min(version, max(_LANDLOCK))]
    ruleset = struct.pack("QQQ", *((1 << count) - 1 for count in kinds))
    size = 8 * sum(count > 0 for count in kinds)
    handle = _libc.syscall(_LANDLOCK_CREATE_RULESET, ruleset, ctypes.c_size_t(size), 0)
    if handle < 0:
        return False
    try:
        return bool(_libc.syscall(_LANDLOCK_RESTRICT_SELF, handle, 0) == 0)
    finally:
        os.close(handle)


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def _forbid_system_calls() -> bool:
    machine = _ARCHITECTURES.get(platform.machine())
    if machine is None:
        return False
    program = seccomp_program(*machine)
    return _prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(_Program(len(program) // 8, program)))


def seccomp_program(column: int, architecture: int) -> bytes:
    """The filter in classic BPF. Calls that are not in the table fail with EPERM.

    Calls of another architecture kill the process. `column`: the column of the table with the numbers of
    `architecture` (an AUDIT_ARCH).
    """
    allowed = [numbers[column] for numbers in _CALLS.values()]
    load, equal, answer = 0x20, 0x15, 0x06
    # `struct seccomp_data` begins with the number (0) and the architecture (4).
    steps = [(load, 0, 0, 4), (equal, 1, 0, architecture), (answer, 0, 0, _SECCOMP_KILL), (load, 0, 0, 0)]
    for place, number in enumerate(allowed):
        # Jump to the very last step, past the remaining comparisons and the refusal.
        steps.append((equal, len(allowed) - place, 0, number))
    steps += [(answer, 0, 0, _SECCOMP_EPERM), (answer, 0, 0, _SECCOMP_ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _prctl(option: int, *values: Any) -> bool:
    arguments = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in values]
    return bool(_libc.prctl(option, *arguments, *[ctypes.c_ulong(0)] * (4 - len(arguments))) == 0)
