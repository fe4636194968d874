"""A body that is too large is refused while it arrives, by the real server."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from harness.installation import Installation

PATH = "/settings/call-recording/announcements"
MEGABYTE = bytes(1_000_000)


@contextmanager
def request(installation: Installation, path: str, *headers: str) -> Iterator[socket.socket]:
    host, _, port = installation.config.web_address.rpartition(":")
    with closing(socket.create_connection((host, int(port)), timeout=20)) as connection:
        lines = [f"POST {path} HTTP/1.1", f"Host: {installation.config.web_address}", *headers]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        yield connection


def answer_of(connection: socket.socket) -> bytes:
    """All that the server says until it hangs up."""
    said = b""
    while part := connection.recv(65536):
        said += part
    return said


@pytest.mark.parametrize(("path", "most"), [(PATH, "20 MB"), ("/sign-in", "1 MB"), ("/api/v2/calls", "1 MB")])
def test_two_hundred_megabytes_are_refused_before_they_are_sent(
    installation: Installation, path: str, most: str
) -> None:
    with request(installation, path, "Content-Length: 200000000") as connection:
        said = answer_of(connection)

    assert said.startswith(b"HTTP/1.1 413 ")
    assert f"at most {most} are allowed here".encode() in said


def test_without_a_length_they_are_refused_as_soon_as_there_are_too_many(installation: Installation) -> None:
    sent = 0
    with request(installation, PATH, "Transfer-Encoding: chunked") as connection:
        try:
            for _ in range(200):
                connection.sendall(b"f4240\r\n" + MEGABYTE + b"\r\n")
                sent += 1
        except (BrokenPipeError, ConnectionResetError):
            pass

    # What the two kernels hold in their buffers is counted as sent.
    assert 20 <= sent < 60
    assert installation.find("web")
