"""A local server for recordings that can fail in many ways."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class RecordingsServer:
    url: str
    #: Bodies by path.
    files: dict[str, bytes] = field(default_factory=dict)
    #: Path -> redirect target.
    redirects: dict[str, str] = field(default_factory=dict)
    #: Path -> statuses to return first, once each.
    failures: dict[str, list[int]] = field(default_factory=dict)
    #: (path, value of Authorization), in order.
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@contextmanager
def recordings_server() -> Iterator[RecordingsServer]:  # noqa: C901 - a handler is a class of its own
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers.get("Authorization")))
            failures = state.failures.get(self.path, [])
            if failures:
                self.answer(failures.pop(0), b"")
            elif self.path in state.redirects:
                self.answer(302, b"", location=state.redirects[self.path])
            elif self.path == "/endless":
                self.endless()
            elif self.path == "/dripping":
                self.dripping()
            elif self.path == "/broken":
                self.broken()
            else:
                found = state.files.get(self.path)
                self.answer(404 if found is None else 200, found or b"")

        def answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def broken(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"short")
            self.close_connection = True

        def endless(self) -> None:
            """A body of unknown length that never ends."""
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            try:
                while True:
                    self.wfile.write(bytes(65_536))
            except OSError:
                return

        def dripping(self) -> None:
            """Headers that never end, one byte at a time, fast enough to avoid a read timeout."""
            self.close_connection = True
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not given_up.wait(0.01):
                    self.wfile.write(b"x")
            except OSError:
                return

        def log_message(self, *_: object) -> None:
            """Log nothing: the tests check the requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state = RecordingsServer(url=f"http://127.0.0.1:{server.server_port}")
        given_up = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            given_up.set()
            server.shutdown()
            thread.join()
