"""A recording that is sent to the real server: who may not is told before they send, what comes is sealed."""

import os
import re
import socket
import stat
import wave
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import numpy as np
import pytest

from harness.dialer_webhooks import SECRET, aircall
from harness.installation import Installation, eventually
from harness.peer import Peers
from harness.people import STEADY
from harness.sound_files import mono
from harness.web import SETTLED, User

PATH = "/api/v2/conversations/calls"
BOUNDARY = "----------a-boundary"
FIELDS = {
    "from": "+12125550182",
    "to": STEADY,
    "direction": "outbound",
    "duration": "30",
    "call_created_at": "2026-11-01T15:00:00Z",
    "user_guid": "ana@demo.example",
    "announced": "true",
}


@pytest.fixture
def token(signed_in: Callable[[str], User]) -> str:
    page = signed_in("ida").submit("/settings/integrations/tokens", name="Tests")
    found = re.search(r'value="(onr_[\w-]+)"', page.text)
    assert found, page.text
    return found[1]


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    """A WAV file of 8 MB whose samples cannot be by chance anywhere else."""
    noise = np.frombuffer(os.urandom(8_000_000), "<i2")
    path = tmp_path / "call.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(noise.tobytes())
    return path.read_bytes()


@contextmanager
def request(installation: Installation, *headers: str) -> Iterator[socket.socket]:
    host, _, port = installation.config.web_address.rpartition(":")
    with closing(socket.create_connection((host, int(port)), timeout=30)) as connection:
        lines = [f"POST {PATH} HTTP/1.1", f"Host: {installation.config.web_address}", *headers]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        yield connection


def multipart(sound: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in FIELDS.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="recording"; filename="call.wav"\r\n\r\n'
    return "".join([*parts, head]).encode() + sound + f"\r\n--{BOUNDARY}--\r\n".encode()


def waiting(installation: Installation) -> list[Path]:
    folder = installation.home / "imports"
    return list(folder.iterdir()) if folder.exists() else []


def test_who_has_no_token_is_refused_before_they_send_anything(installation: Installation) -> None:
    for headers in ([], ["Authorization: Bearer onr_wrong"]):
        with request(installation, "Content-Length: 400000000", *headers) as connection:
            said = connection.recv(65536)
        assert said.startswith(b"HTTP/1.1 401 "), said
        assert waiting(installation) == []


def test_what_arrives_is_sealed_at_once_and_nothing_is_left_of_what_breaks_off(
    installation: Installation, token: str, sound: bytes
) -> None:
    body = multipart(sound)
    headers = (
        f"Authorization: Bearer {token}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {len(body)}",
    )
    with request(installation, *headers) as connection:
        connection.sendall(body[: len(body) // 2])
        [kept] = eventually(lambda: waiting(installation), "the file is being kept")
        eventually(lambda: kept.stat().st_size > 2_000_000, "a part of it is on disk")
        assert not holds(kept, sound)
    eventually(lambda: not waiting(installation), "the broken upload is gone")


def test_an_upload_becomes_a_recording_and_its_sound_is_nowhere_in_the_clear(
    installation: Installation, token: str, sound: bytes
) -> None:
    with httpx.Client(base_url=installation.url, trust_env=False, timeout=60) as http:
        answer = http.post(
            PATH,
            data=FIELDS,
            files={"recording": ("call.wav", sound, "audio/wav")},
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.status_code == httpx.codes.CREATED, answer.text
    call_id = answer.json()["id"]
    audio = installation.home / "blobs" / "recordings" / call_id / "audio"
    eventually(audio.exists, "the recording is in the store")
    eventually(lambda: not waiting(installation), "the delivered file is gone")
    assert [path for path in installation.home.rglob("*") if path.is_file() and holds(path, sound)] == []


def test_what_a_used_installation_stores_is_for_its_user_only(
    installation: Installation,
    token: str,
    sound: bytes,
    signed_in: Callable[[str], User],
    peers: Peers,
) -> None:
    ana, ida, peer = signed_in("ana"), signed_in("ida"), peers.offer()
    call, answer = ana.call(STEADY, peer.sdp)
    peer.accept(answer)
    ana.until_answered(call["id"])
    kept = installation.keep_journal(call["id"])
    added = ida._http.post(
        "/settings/call-recording/announcements",
        data={"name": "Ours", "csrfmiddlewaretoken": ida._http.cookies["csrftoken"]},
        files={"file": mono(installation.home.parent / "ours.wav").read_bytes()},
    )
    assert added.status_code == httpx.codes.FOUND
    body = multipart(sound)
    headers = (
        f"Authorization: Bearer {token}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {len(body)}",
    )
    with request(installation, *headers) as connection:
        connection.sendall(body[: len(body) // 2])
        eventually(lambda: waiting(installation), "the file is being kept")
        during = modes(installation.home)
    ana.hang_up(call["id"])
    eventually(lambda: ana.call_of(call["id"])["recording"]["status"] in SETTLED, "the recording is made")
    exported = installation.home.parent / "by-hand.ogg"
    assert installation.command("render", str(kept), str(exported)).returncode == 0

    stored = ("db.sqlite3", "db.sqlite3-wal", "secrets.json", "journals", "spool", "blobs", "imports")
    assert {installation.home / name for name in stored} <= set(during)
    for path, mode in (during | modes(installation.home) | modes(exported)).items():
        assert not mode & 0o077, f"{path} has mode {mode:o}"


def modes(root: Path) -> dict[Path, int]:
    """Of a file or folder and everything below it."""
    found = {}
    for path in (root, *root.rglob("*")):
        with suppress(FileNotFoundError):  # it was dealt with while we looked
            found[path] = stat.S_IMODE(path.stat().st_mode)
    return found


def holds(path: Path, sound: bytes) -> bool:
    """Whether the file has any of some stretches of the sound in it."""
    content = path.read_bytes()
    return any(sound[start : start + 64] in content for start in range(1_000, 4_000_000, 250_000))


def test_whatever_comes_in_no_log_says_a_secret(
    installation: Installation, signed_in: Callable[[str], User], token: str
) -> None:
    """Deliveries, good and bad, links, tokens and passwords, each with a text that stands nowhere else."""
    ida = signed_in("ida")
    page = ida.submit(
        "/settings/integrations/dialers",
        provider="aircall",
        secret=SECRET,
        api_key="key-of-canary",
        channels="",
    )
    key = re.findall(r'value="[^"]*/webhooks/(\w+)"', ida.get("/settings/integrations").text)[-1]
    with httpx.Client(base_url=installation.url, timeout=30, trust_env=False) as dialer:

        def deliver(link: str, to: str = key, **facts: object) -> int:
            body, _ = aircall(link, user={"id": 1, "email": "ana@demo.example"}, raw_digits=STEADY, **facts)
            return dialer.post(f"/webhooks/{to}", content=body).status_code

        assert deliver("https://canary:path-canary@127.0.0.1/link-canary?sig=query-canary", id=1) == 200
        assert deliver("http://127.0.0.1:1/link-canary?sig=query-canary", id=2) == 200
        assert deliver("ftp://127.0.0.1/link-canary?sig=query-canary", id=3) == 200
        assert deliver("https://127.0.0.1/link-canary", id=None) == 200
        assert deliver("https://127.0.0.1/link-canary", to="key-canary") == 404
        assert dialer.get(f"/webhooks/{key}").status_code == 405
        assert dialer.post(f"/webhooks/{key}", content=b'{"token": "body-canary"}').status_code == 401
        assert dialer.post(f"/webhooks/{key}", content=b"{" * 100_000).status_code == 401
        for given in (token, "onr_token-canary"):
            wrong = {"Authorization": f"Bearer {given}"}
            link = {"url": "https://127.0.0.1/link-canary?sig=query-canary"}
            assert dialer.post(PATH, json={"recording": link}, headers=wrong).status_code in (400, 401)
            dialer.post(f"{PATH}/absent?token=query-canary", headers=wrong)
        body = FIELDS | {"recording": {"url": "http://127.0.0.1/link-canary?sig=query-canary"}}
        answer = dialer.post(PATH, json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 201, answer.text
        dialer.post("/sign-in", data={"username": "ida@demo.example", "password": "password-canary"})
    eventually(
        lambda: "private network" in ida.get("/settings/integrations").text, "the worker has tried the links"
    )
    assert page.status_code == 302
    shown = ida.get("/settings/integrations").text
    logged = installation.said() + "".join(path.read_text() for path in installation.home.glob("**/*.log"))
    assert "a delivery was refused" in logged
    secrets = [SECRET, token, key, "canary"]
    assert [secret for secret in secrets if secret in logged] == []
    assert "canary" not in shown
    assert SECRET not in shown
