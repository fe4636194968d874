"""The web process."""

import logging
import signal
import socket
from typing import cast

import uvicorn

from onrecord.config import Config, split_address

# First: it sets Django up, which all that follows needs.
from onrecord.web.asgi import application
from onrecord.web.edge import WatchedConnection
from onrecord.web.live.views import tail

log = logging.getLogger(__name__)

#: Seconds that requests get to finish when the process stops.
_GRACE = 5


#: Connections that wait to be accepted. Should files run out, asyncio tries as often as this a second.
_BACKLOG = 128


class _Server(uvicorn.Server):
    async def on_tick(self, counter: int) -> bool:
        """Ten times a second, by uvicorn."""
        if counter % 10 == 0:
            connections = cast("set[WatchedConnection]", self.server_state.connections)
            late = sum(connection.end_if_late() for connection in list(connections))
            if late:
                log.warning("closed %d connections that were too slow", late)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams first: they would never finish by themselves."""
        tail.close()
        await super().shutdown(sockets)


def run(config: Config) -> None:
    """Serve pages, API and live events until SIGTERM or SIGINT."""
    # It explains its bookkeeping at each sign-in; a lockout is a warning.
    logging.getLogger("axes").setLevel(logging.WARNING)
    # uvicorn raises the signal again once it has stopped: to have been asked to stop is no failure.
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
