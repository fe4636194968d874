"""The web and the worker as processes: they listen, say what is wrong, and stop cleanly."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from harness.installation import Installation, eventually
from onrecord.ops.supervisor import answers


@pytest.fixture
def installation(prepared_home: Path, tmp_path: Path) -> Installation:
    """Nothing of it runs: each test starts what it needs."""
    return Installation(tmp_path / "home", like=prepared_home)


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def start(
    installation: Installation, name: str, processes: list[subprocess.Popen[bytes]]
) -> subprocess.Popen[bytes]:
    with installation.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "onrecord", name], env=installation.environ, stdout=log, stderr=log
        )
    processes.append(process)
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_web_stops_cleanly_even_while_a_browser_listens(
    installation: Installation, processes: list[subprocess.Popen[bytes]], number: signal.Signals
) -> None:
    from harness.web import User

    web = start(installation, "web", processes)
    eventually(lambda: answers(installation.config.web_address, "/sign-in"), "the web answers")
    ana = User(installation, "ana")
    with ana._http.stream("GET", "/events", timeout=30) as response:
        lines = response.iter_lines()
        assert next(lines).startswith("id: ")
        web.send_signal(number)
        list(lines)
    assert web.wait(timeout=30) == 0
    ana.close()


def test_the_web_says_when_its_port_is_taken(
    installation: Installation, processes: list[subprocess.Popen[bytes]]
) -> None:
    host, _, port = installation.config.web_address.partition(":")
    with socket.create_server((host, int(port))):
        assert start(installation, "web", processes).wait(timeout=60) != 0
    assert "address already in use" in installation.said()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_stops_cleanly(
    installation: Installation, processes: list[subprocess.Popen[bytes]], number: signal.Signals
) -> None:
    worker = start(installation, "worker", processes)
    # Its guard has children of its own once all is set up; before that a signal meets django-q half-way.
    eventually(lambda: any(map(_children, _children(worker.pid))), "the worker works")
    worker.send_signal(number)
    assert worker.wait(timeout=60) == 0


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_page_behind_tls_sends_cookies_and_strangers_over_tls_only(
    installation: Installation, processes: list[subprocess.Popen[bytes]]
) -> None:
    installation.environ["ONRECORD_PUBLIC_URL"] = "https://calls.example"
    start(installation, "web", processes)
    eventually(lambda: answers(installation.config.web_address, "/sign-in"), "the web answers")
    with httpx.Client(base_url=installation.url, trust_env=False) as client:
        plain = client.get("/sign-in", headers={"Host": "calls.example"})
        assert (plain.status_code, plain.headers["Location"]) == (301, "https://calls.example/sign-in")
        secured = client.get("/sign-in", headers={"Host": "calls.example", "X-Forwarded-Proto": "https"})
        assert secured.status_code == 200
        assert "Secure" in secured.headers["Set-Cookie"]
        assert "max-age=31536000" in secured.headers["Strict-Transport-Security"]
        # Switch and renderer come without TLS, by the private address.
        assert client.post("/internal/events").status_code == 401
        assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


def test_a_mistake_of_a_browser_leaves_a_line_in_the_log_and_no_traceback(
    installation: Installation, processes: list[subprocess.Popen[bytes]]
) -> None:
    from harness.web import User

    start(installation, "web", processes)
    eventually(lambda: answers(installation.config.web_address, "/sign-in"), "the web answers")
    ana = User(installation, "ana")
    assert ana.get("/calls", rep="x").status_code == 400
    assert ana.get("/settings/packages").status_code == 403
    assert ana.get("/sign-out").status_code == 405
    ana.close()
    with httpx.Client(base_url=installation.url, trust_env=False) as client:
        for charset in ("rot13", "hex", "undefined", "idna", "utf-7"):
            kind = f"text/html; charset={charset}"
            assert client.get("/sign-in?q=%E9", headers={"Content-Type": kind}).status_code == 400
        assert client.get("/calls/%00").status_code == 400
        for origin in ("unknown", "203.0.113.7, \xe9", "fe80::1%eth0", "9" * 5000):
            headers = {"X-Forwarded-For": origin.encode("latin-1")}
            assert client.post("/shared", data={"token": "x"}, headers=headers).status_code in (403, 404)
    said = installation.said()
    assert "It takes the ID of a rep, such as 12." in said
    assert "Traceback" not in said
