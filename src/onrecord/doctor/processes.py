"""The web and the switch, asked over the network."""

import http.client
import json
import socket
from collections.abc import Callable

from onrecord.config import Config, split_address
from onrecord.doctor.finding import Finding, fail, ok, warn


def web_address(config: Config) -> Finding:
    return _address("web", config.web_address, "/sign-in", "ONRECORD_WEB", lambda body: b"OnRecord" in body)


def switch_address(config: Config) -> Finding:
    return _address("switch", config.switch_address, "/health", "ONRECORD_SWITCH", _is_switch)


def _is_switch(body: bytes) -> bool:
    try:
        return "calls" in json.loads(body)
    except (ValueError, TypeError):
        return False


def _address(name: str, address: str, path: str, variable: str, is_ours: Callable[[bytes], bool]) -> Finding:
    try:
        _, body = _get(address, path)
    except ConnectionRefusedError:
        return _free(name, address, variable)
    except (OSError, http.client.HTTPException) as error:
        body = str(error).encode()
    if is_ours(body):
        return ok(f"The {name} answers on {address}.")
    return fail(
        f"Something else than the {name} answers on {address}.",
        f"Stop it, or choose another address with {variable}.",
    )


def _free(name: str, address: str, variable: str) -> Finding:
    host, port = split_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return fail(f"The {name} cannot listen on {address} ({error}).", f"Correct {variable}.")
    return warn(f"The {name} is not running; {address} is free.", "Start it with `onrecord serve`.")


def switch_secret(config: Config) -> Finding:
    """The web commands the switch with it."""
    try:
        status, _ = _get(
            config.switch_address, "/calls", {"Authorization": f"Bearer {config.secrets.switch_secret}"}
        )
    except (OSError, http.client.HTTPException):
        return warn("The switch could not be asked whether it knows the secret.", "Start it first.")
    if status != http.HTTPStatus.OK:
        return fail(
            f"The switch on {config.switch_address} does not take this installation's secret ({status}).",
            "Give every host the same secrets.json and restart the switch.",
        )
    return ok("The switch takes the secret.")


def _get(address: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address, timeout=3)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
