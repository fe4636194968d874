"""What a process that has confined itself can still do: compute, and talk over its pipes."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from onrecord.audio.decoding.confinement import seccomp_program

MEMORY = 512 << 20
SECCOMP = platform.machine() in ("x86_64", "aarch64")


def confined(attempt: str) -> Any:
    """What an expression comes to in a confined process: its value, or the name of its error."""
    program = f"""
import json, os, signal, socket, subprocess, sys, threading, ctypes
from onrecord.audio.decoding.confinement import confine
protections = confine(cpu_s=5, memory={MEMORY})
try:
    answer = {attempt}
except BaseException as error:
    answer = type(error).__name__
os.write(1, json.dumps(answer, default=str).encode())
os._exit(0)
"""
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=True, timeout=60)
    return json.loads(done.stdout)


def test_it_says_what_is_in_force() -> None:
    protections = confined("protections")
    assert "limits" in protections
    assert ("own user" in protections) is (os.geteuid() == 0)
    assert not SECCOMP or "seccomp" in protections


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd').read()",
        "open('/proc/self/environ').read()",
        "open('/dev/shm/here', 'w')",
        "os.listdir('/')",
        "socket.socket()",
        "socket.socketpair()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "subprocess.run(['true'])",
        "threading.Thread(target=print).start()",
        "os.kill(os.getppid(), 0)",
        "os.setresuid(0, 0, 0)",
        "os.pipe()",
        "os.memfd_create('here')",
    ],
)
@pytest.mark.skipif(not SECCOMP, reason="this processor's system calls are not in the table")
def test_what_decoding_does_not_need_fails(attempt: str) -> None:
    assert confined(attempt) in ("PermissionError", "OSError", "RuntimeError")


@pytest.mark.parametrize(("attempt", "answer"), [("sum(range(10))", 45), ("len(bytes(1 << 20))", 1 << 20)])
def test_computing_goes_on(attempt: str, answer: int) -> None:
    assert confined(attempt) == answer


def test_more_memory_than_granted_is_not_to_be_had() -> None:
    assert confined(f"len(bytearray({MEMORY}))") == "MemoryError"


@pytest.mark.parametrize("machine", [(0, 0xC000003E), (1, 0xC00000B7)])
def test_the_filter_leads_every_call_to_an_answer(machine: tuple[int, int]) -> None:
    """The program run by hand: for each number of either architecture, and for another architecture."""
    allow, kill, refuse = 0x7FFF0000, 0x80000000, 0x00050001
    run = _machine(seccomp_program(*machine))
    other = 0xC000003E if machine[0] else 0xC00000B7
    assert {run(other, number) for number in range(500)} == {kill}
    answers = {number: run(machine[1], number) for number in range(500)}
    assert set(answers.values()) == {allow, refuse}
    forbidden = {"execve": (59, 221), "openat": (257, 56), "socket": (41, 198), "kill": (62, 129)}
    assert {answers[numbers[machine[0]]] for numbers in forbidden.values()} == {refuse}
    needed = {"read": (0, 63), "write": (1, 64), "exit_group": (231, 94)}
    assert {answers[numbers[machine[0]]] for numbers in needed.values()} == {allow}


def _machine(program: bytes) -> Callable[[int, int], int]:
    """Classic BPF, as far as the filter uses it (seccomp(2), bpf in linux/filter.h)."""
    steps = [
        (
            int.from_bytes(program[at : at + 2], sys.byteorder),
            program[at + 2],
            program[at + 3],
            int.from_bytes(program[at + 4 : at + 8], sys.byteorder),
        )
        for at in range(0, len(program), 8)
    ]

    def run(architecture: int, number: int) -> int:
        at, held = 0, 0
        while True:
            code, if_equal, if_not, value = steps[at]
            if code == 0x06:
                return value
            if code == 0x20:
                held = {0: number, 4: architecture}[value]
            else:
                at += if_equal if held == value else if_not
            at += 1

    return run
