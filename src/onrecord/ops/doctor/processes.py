"""Checks of the web and the switch over the network."""

import http.client
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from onrecord.config import Config, split_address
from onrecord.ops.doctor.finding import Finding, fail, ok, warn

#: Seconds of clock difference that do not matter.
_CLOSE_S = 2


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
        body = _get(address, path).body
    except ConnectionRefusedError:
        return _free(name, address, variable)
    except (OSError, http.client.HTTPException) as error:
        body = str(error).encode()
    if is_ours(body):
        return ok(f"The {name} answers on {address}.")
    return fail(
        f"Another program answers on {address}.",
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
    """The web uses it for commands to the switch."""
    try:
        status = _get(
            config.switch_address, "/calls", {"Authorization": f"Bearer {config.secrets.switch_secret}"}
        ).status
    except (OSError, http.client.HTTPException):
        return warn("Could not check whether the switch has the right secret.", "Start it first.")
    if status != http.HTTPStatus.OK:
        return fail(
            f"The switch on {config.switch_address} does not accept this installation's secret ({status}).",
            "Give every host the same secrets.json and restart the switch.",
        )
    return ok("The switch accepts the secret.")


def web_clock(config: Config) -> Finding:
    return _clock("web", config.web_address, "/sign-in")


def switch_clock(config: Config) -> Finding:
    return _clock("switch", config.switch_address, "/health")


def _clock(name: str, address: str, path: str) -> Finding:
    began = time.time()
    try:
        said = parsedate_to_datetime(_get(address, path).date)
    except (OSError, ValueError, http.client.HTTPException):
        return warn(f"The clock of the {name}'s host could not be compared.", "Start it first.")
    return judge_difference(name, address, said.timestamp(), began, time.time())


def judge_difference(name: str, address: str, said: float, began: float, ended: float) -> Finding:
    """The finding for a clock that said `said` between `began` and `ended`: Unix times in s, `said` whole."""
    behind, ahead = began - (said + 1), said - ended
    difference = max(behind, ahead)
    if difference <= _CLOSE_S:
        return ok(f"The clock of the {name}'s host and this host's clock agree.")
    return warn(
        f"The clock of the {name}'s host ({address}) is {difference:.0f} s "
        f"{'behind' if behind > ahead else 'ahead of'} this host's.",
        "Keep both clocks on time with NTP. Until then, OnRecord uses the web's clock.",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A process's HTTP response."""

    status: int
    #: The Date header, in whole seconds (RFC 9110, section 6.6.1); empty if there is none.
    date: str
    body: bytes


def _get(address: str, path: str, headers: dict[str, str] | None = None) -> Answer:
    connection = http.client.HTTPConnection(address, timeout=3)
    try:
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        return Answer(status=response.status, date=response.headers["Date"] or "", body=response.read())
    finally:
        connection.close()
