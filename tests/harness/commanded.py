"""A minimal switch: keeps the commands that it gets, and responds as configured."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from onrecord.apps.calls.switch_errors import switch
from onrecord.config import host_config


@dataclass
class CommandedSwitch:
    #: (path, body) of every command, in order of arrival.
    commands: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    #: Path -> (status, body) of the response, instead of 200 and an empty object.
    answers: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)


@contextmanager
def commanded_switch(monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandedSwitch]:
    """Listens on a free port, and is this process's switch inside the `with` block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.commands.append((self.path, body))
            status, answer = state.answers.get(self.path, (200, {}))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Log nothing: the tests check the commands."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, monkeypatch.context() as patch:
        state = CommandedSwitch()
        patch.setenv("ONRECORD_SWITCH", f"127.0.0.1:{server.server_port}")
        _forget_address()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
            _forget_address()


def _forget_address() -> None:
    """Make the next command read the address from the environment again."""
    host_config.cache_clear()
    switch.cache_clear()
