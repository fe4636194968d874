"""What a log does not say."""

import subprocess
import sys

import pytest

from onrecord.config.redaction import without_secrets


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Not Found: /webhooks/0123456789abcdef", "Not Found: /webhooks/\u2026"),
        ("Bad Request: /webhooks/0123?x=1", "Bad Request: /webhooks/\u2026?x=1"),
        ("the token onr_AbC-d_9 is", "the token onr_\u2026 is"),
        ("Authorization: Bearer a.b-c~d+/=", "Authorization: Bearer \u2026"),
        ("(b'authorization', b'opaque')", "(b'authorization', \u2026)"),
        ("GET https://r.example/a/b.mp3?sig=abc HTTP/1.1", "GET https://r.example/\u2026 HTTP/1.1"),
        ("GET 'https://r.example/k/3f2a9c' failed", "GET 'https://r.example/\u2026' failed"),
        ("at https://user:pw@r.example/x", "at https://r.example/\u2026"),
        ("postgresql://onrecord:pw@db:5432/x", "postgresql://\u2026@db:5432/x"),
        ('{"event": "a", "token": "t1", "id": 7}', '{"event": "a", "token": \u2026, "id": 7}'),
        ("{'download_token': 't1'}", "{'download_token': \u2026}"),
        ("The web answers on http://127.0.0.1:8000", "The web answers on http://127.0.0.1:8000"),
        ("Not Found: /calls/0123456789abcdef", "Not Found: /calls/0123456789abcdef"),
        ("import 7: it answered 403.", "import 7: it answered 403."),
    ],
)
def test_keys_tokens_and_the_ends_of_links_are_left_out(text: str, written: str) -> None:
    assert without_secrets(text) == written


def test_at_every_level_libraries_and_tracebacks_keep_them_too() -> None:
    program = """
import http.server, logging, threading
import httpx
from onrecord.config import logs
logs.configure("DEBUG")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/absent-secret1/call.mp3?token=secret2"
try:
    httpx.get(url, headers={"Authorization": "Bearer secret3"}, trust_env=False).raise_for_status()
except httpx.HTTPError:
    logging.getLogger("onrecord").exception("It failed.")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd="/", timeout=60
    )
    ours = "\n".join(line for line in done.stderr.splitlines() if '"GET ' not in line)
    assert "It failed." in ours
    assert "Traceback" in ours
    assert "404" in ours
    assert "secret" not in ours


@pytest.mark.parametrize("piece", ["a.", "a-token-", "http://a@", "'token' : ", "'token' "])
def test_a_path_of_any_shape_is_read_in_linear_time(piece: str) -> None:
    # A million characters take a tenth of a second; in quadratic time they took minutes.
    count = 10**6 // len(piece)
    program = f"from onrecord.config.redaction import without_secrets; without_secrets({piece!r} * {count})"
    subprocess.run([sys.executable, "-c", program], check=True, cwd="/", timeout=60)
