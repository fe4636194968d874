"""The web process."""

import logging
import os
import signal
import socket

import uvicorn

from onrecord.config import Config, split_address

log = logging.getLogger(__name__)

#: Seconds that requests get to finish when the process stops.
_GRACE = 5


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the event streams first: they would never finish by themselves."""
        from onrecord.live.views import tail

        tail.close()
        await super().shutdown(sockets)


def run(config: Config) -> None:
    """Serve pages, API and live events until SIGTERM or SIGINT."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onrecord.settings")
    # It explains its bookkeeping at each sign-in; a lockout is a warning.
    logging.getLogger("axes").setLevel(logging.WARNING)
    # uvicorn raises the signal again once it has stopped: to have been asked to stop is no failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    host, port = split_address(config.web_address)
    server = _Server(
        uvicorn.Config(
            "onrecord.asgi:application",
            host=host,
            port=port,
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
