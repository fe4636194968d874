"""Attacks on a web process that may open as many files as a shell gives it: others go on being served."""

import re
import resource
import socket
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from harness.installation import Installation, eventually
from harness.web import User
from onrecord.ops.supervisor import answers
from onrecord.web.assets import static
from onrecord.web.live.views import MOST_OF_ONE

#: The soft limit that a shell has; here the hard one as well, so that it cannot be raised.
OPEN_FILES = 1024
#: What the attack sends: a head or a body that never ends.
HALVES = (
    b"GET /people HTTP/1.1\r\nHost: x\r\nX-More: ",
    b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\na",
)


@pytest.fixture(scope="module")
def web(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, int]]:
    """An installation of which only the web runs, and its process id."""
    installation = Installation(tmp_path_factory.mktemp("flooded") / "home", like=prepared_home)
    with installation.log.open("ab") as log:
        process = subprocess.Popen(
            ["sh", "-c", f"ulimit -n {OPEN_FILES}; exec {sys.executable} -m onrecord web"],
            env=installation.environ,
            stdout=log,
            stderr=log,
        )
    try:
        eventually(lambda: answers(installation.config.web_address, "/sign-in"), "the web answers")
        yield installation, process.pid
    finally:
        process.kill()
        process.wait()


def peak_mb(pid: int) -> float:
    """The most memory that a process has had (proc(5), VmHWM)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1000


def half_sent(installation: Installation, half: bytes) -> socket.socket:
    host, _, port = installation.config.web_address.rpartition(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    connection.sendall(half)
    return connection


def sign_in_page(installation: Installation) -> int:
    """The status with which a newcomer is answered."""
    return httpx.get(f"{installation.url}/sign-in", trust_env=False, timeout=30).status_code


def test_a_thousand_half_sent_requests_keep_nobody_out_and_end(web: tuple[Installation, int]) -> None:
    installation, pid = web
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    logged = installation.log.stat().st_size
    with ExitStack() as stack:
        for number in range(1000):
            stack.enter_context(half_sent(installation, HALVES[number % 2]))
        heads = [stack.enter_context(half_sent(installation, HALVES[0])) for _ in range(50)]
        assert {sign_in_page(installation) for _ in range(20)} == {200}
        ends = Counter(end_of(connection) for connection in heads)
    # A connection that was turned away while it was still sending may be reset.
    assert set(ends) <= {"503", "408", ""}
    assert ends["408"]
    assert installation.log.stat().st_size - logged < 100_000
    assert "Traceback" not in installation.said()
    assert peak_mb(pid) < 400


def test_answers_that_nobody_reads_keep_nobody_out(web: tuple[Installation, int]) -> None:
    installation, pid = web
    host, _, port = installation.config.web_address.rpartition(":")
    with ExitStack() as stack:
        for _ in range(200):
            connection = stack.enter_context(socket.socket())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect((host, int(port)))
            connection.sendall(f"GET {static('src/main.ts')} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * 30)
        # Until the pipes are full they are being answered, like anybody.
        eventually(lambda: sign_in_page(installation) == 200, "a newcomer is let in")
        assert {sign_in_page(installation) for _ in range(20)} == {200}
    assert "Traceback" not in installation.said()
    assert peak_mb(pid) < 400


def end_of(connection: socket.socket) -> str:
    """The status with which the web closes a connection."""
    said = b""
    try:
        while part := connection.recv(4096):
            said += part
    except ConnectionResetError:
        pass
    return said[9:12].decode()


def test_forty_sign_ins_at_once_all_come_to_pass_in_little_memory(web: tuple[Installation, int]) -> None:
    installation, pid = web
    ready = threading.Barrier(40)

    def sign_in(_: int) -> None:
        ready.wait()
        User(installation, "ana").close()

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(sign_in, range(40)))
    assert peak_mb(pid) < 600


def test_one_user_has_so_many_event_streams_and_no_more(web: tuple[Installation, int]) -> None:
    installation, pid = web
    ana, ida = User(installation, "ana"), User(installation, "ida")
    cookies = "; ".join(f"{name}={value}" for name, value in ana._http.cookies.items())
    with ExitStack() as stack:
        statuses = Counter(open_stream(installation, cookies, stack) for _ in range(800))
        assert statuses == {"200": MOST_OF_ONE, "429": 800 - MOST_OF_ONE}
        refused = ana.get("/events")
        assert refused.headers["Retry-After"] == "30"
        assert refused.json()["code"] == "too_many_streams"
        with ida._http.stream("GET", "/events") as stream:
            assert stream.status_code == 200
        assert ana.get("/people").status_code == 200
    eventually(lambda: is_streamed(ana), "what was closed makes room")
    assert peak_mb(pid) < 600
    ana.close()
    ida.close()


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        # What the visitor sent stands before what the proxy has added.
        ("127.0.0.1", "203.0.113.9, 198.51.100.8", "198.51.100.8"),
        ("127.0.0.1", "127.0.0.1, 198.51.100.9", "198.51.100.9"),
        # Not a proxy that we trust.
        ("127.0.0.2", "203.0.113.9", "127.0.0.2"),
    ],
)
def test_no_visitor_chooses_the_address_that_they_are_judged_by(
    web: tuple[Installation, int], peer: str, forwarded: str, seen: str
) -> None:
    installation, _ = web
    name = f"{seen}@demo.example"
    transport = httpx.HTTPTransport(local_address=peer)
    headers = {"X-Forwarded-For": forwarded}
    with httpx.Client(base_url=installation.url, transport=transport, headers=headers, timeout=60) as visitor:
        visitor.get("/sign-in")
        form = {"username": name, "password": "wrong", "csrfmiddlewaretoken": visitor.cookies["csrftoken"]}
        assert visitor.post("/sign-in", data=form).status_code == 422
    with closing(sqlite3.connect(installation.home / "db.sqlite3")) as database:
        found = database.execute("SELECT ip_address FROM axes_accessattempt WHERE username = ?", [name])
        assert found.fetchall() == [(seen,)]


def test_a_request_whose_length_is_given_in_two_ways_carries_no_other_behind_it(
    web: tuple[Installation, int],
) -> None:
    installation, _ = web
    host, _, port = installation.config.web_address.rpartition(":")
    hidden = f"GET /sign-in HTTP/1.1\r\nHost: {host}\r\n\r\n"
    for body in (f"0\r\n\r\n{hidden}", hidden):
        with socket.create_connection((host, int(port)), timeout=60) as connection:
            head = (
                "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            connection.sendall(f"{head}{body}".encode())
            said = b"".join(iter(lambda: connection.recv(4096), b""))
        assert said.count(b"HTTP/1.1") == 1
        assert said.startswith(b"HTTP/1.1 400")


def open_stream(installation: Installation, cookies: str, stack: ExitStack) -> str:
    """Ask for live events and keep the connection; returns the status."""
    host, _, port = installation.config.web_address.rpartition(":")
    connection = stack.enter_context(socket.create_connection((host, int(port)), timeout=60))
    connection.sendall(f"GET /events HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\n\r\n".encode())
    return connection.recv(4096)[9:12].decode()


def is_streamed(user: User) -> bool:
    with user._http.stream("GET", "/events") as stream:
        return stream.status_code == 200
