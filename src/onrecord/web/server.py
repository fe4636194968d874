"""The web process."""

import logging
import signal
import socket
from typing import cast

import uvicorn

from onrecord.config import Config, split_address

# This import comes first: it sets up Django, which the others need.
from onrecord.web.asgi import application
from onrecord.web.edge import WatchedConnection
from onrecord.web.live.views import tail

log = logging.getLogger(__name__)

#: Seconds for requests to finish when the process stops.
_GRACE = 5


#: Connections waiting to be accepted. If files run out, asyncio tries this many times per second.
_BACKLOG = 128


class _Server(uvicorn.Server):
    async def on_tick(self, counter: int) -> bool:
        """uvicorn calls this ten times a second."""
        if counter % 10 == 0:
            connections = cast("set[WatchedConnection]", self.server_state.connections)
            late = sum(connection.end_if_late() for connection in list(connections))
            if late:
                log.warning("closed %d slow connections", late)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams first, because they would never finish."""
        tail.close()
        await super().shutdown(sockets)


def run(config: Config) -> None:
    """Serve pages, API, and live events until SIGTERM or SIGINT."""
    # axes logs its bookkeeping at every sign-in. It logs a lockout as a warning.
    logging.getLogger("axes").setLevel(logging.WARNING)
    # uvicorn raises the signal again after stopping. Being asked to stop is not a failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    host, port = split_address(config.web_address)
    server = _Server(
        uvicorn.Config(
            application,
            host=host,
            port=port,
            http=WatchedConnection,
            backlog=_BACKLOG,
            lifespan="off",
            ws="none",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=_GRACE,
        )
    )
    server.run()
    if not server.started:
        raise OSError(f"The web could not listen at {config.web_address}: is the port taken?")
    log.info("web stopped")
