"""Download a recording from the URL that a dialer sent.

The URL is not trusted and must not reach our own network. So the name is resolved once, all of its addresses
must be public, the connection goes to one of these addresses, and only to a standard web port. Each redirect
is checked the same way.
"""

import ipaddress
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from socket import SOCK_STREAM, gaierror, getaddrinfo
from typing import Any, NamedTuple, Protocol
from urllib.parse import SplitResult, urlsplit

import httpcore
import httpx

from onrecord.config.limits import LARGEST_RECORDING

#: Seconds for the whole download, and for a single wait.
_WHOLE_S = 300
_WAIT_S = 20
_REDIRECTS = 5
_REDIRECT = {301, 302, 303, 307, 308}
#: The recording is not ready, or the server is busy: retry later. Some servers say so with 202 or 204.
_LATER = {202, 204, 401, 403, 404, 408, 425, 429}
#: IPv6 addresses that are translated to the IPv4 address in their last 32 bits (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
#: Ports of http and https. On other ports, some services would execute a request as one of their commands.
_PORTS = {80, 443}


class Target(Protocol):
    """Where the downloaded bytes are written."""

    def write(self, data: bytes, /) -> object: ...


class FetchError(Exception):
    """The recording could not be downloaded. The text says why."""

    def __init__(self, message: str, *, retry: bool) -> None:
        """`retry`: whether another attempt may succeed."""
        super().__init__(message)
        self.retry = retry


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressCheck:
    """Which addresses and ports are allowed."""

    #: For tests, whose servers run on this machine. No user setting leads here.
    allow_loopback: bool = False
    #: Also for tests, because their servers do not use https.
    allow_key_in_the_clear: bool = False

    def __call__(self, address: str) -> bool:
        ip = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(ip, ipaddress.IPv6Address):
            inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
            if ip in _NAT64:
                inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
            if inner is not None:
                return self(str(inner))
        if ip.is_loopback:
            return self.allow_loopback
        # These were private before fc00::/7, and `is_global` takes them for public.
        if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
            return False
        return ip.is_global and not ip.is_multicast and not ip.is_reserved

    def takes_port(self, port: int) -> bool:
        return port in _PORTS or self.allow_loopback

    def takes_key(self, scheme: str) -> bool:
        """Whether a key may be sent. With http, anyone on the network could read it."""
        return scheme == "https" or self.allow_key_in_the_clear


class _Deadline:
    """The deadline for the whole download. A server that sends a byte at times exceeds no single wait."""

    def __init__(self, whole_s: float) -> None:
        self._whole_s = whole_s
        self._at = time.monotonic() + whole_s

    def left(self, wait_s: float | None) -> float:
        """Seconds that the next wait may take, at most `wait_s`. Raises FetchError."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise FetchError(f"It took longer than {self._whole_s:.0f} s.", retry=True)
        return left if wait_s is None else min(left, wait_s)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose waits all respect the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        wait = self._deadline.left(timeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, wait), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _PinnedBackend(httpcore.SyncBackend):
    """Connects to an address that was checked, so that the name is not resolved a second time."""

    def __init__(self, check: AddressCheck, deadline: _Deadline) -> None:
        super().__init__()
        self._check = check
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        found = _resolve(host, port)
        # A private address among public ones is how an attacker changes what a name resolves to.
        if not all(map(self._check, found)):
            raise FetchError(
                f"{host} is a private network address. Recordings are fetched from public addresses only.",
                retry=False,
            )
        if not self._check.takes_port(port):
            raise FetchError(
                f"{host} uses port {port}. Recordings are fetched from ports 80 and 443 only.",
                retry=False,
            )
        wait = self._deadline.left(timeout)
        stream = super().connect_tcp(found[0], port, wait, local_address, socket_options)
        return _TimedStream(stream, self._deadline)


def _resolve(host: str, port: int) -> list[str]:
    """All addresses of a name."""
    try:
        return [str(one[4][0]) for one in getaddrinfo(host, port, type=SOCK_STREAM)]
    except (gaierror, UnicodeError) as error:
        raise FetchError(f"{host} cannot be found.", retry=True) from error


class Fetcher:
    """Downloads recordings over http and https."""

    def __init__(
        self,
        check: AddressCheck | None = None,
        *,
        most_bytes: int = LARGEST_RECORDING,
        whole_s: float = _WHOLE_S,
    ) -> None:
        self._check = check or AddressCheck()
        self._most_bytes = most_bytes
        self._whole_s = whole_s
        self._tls: ssl.SSLContext = httpx.create_ssl_context(trust_env=False)

    def fetch(self, url: str, file: Target, *, authorization: str = "") -> None:
        """Write the content of `url` to `file`.

        `authorization` is sent only to the first host, and only over https. Raises FetchError; OSError if the
        disk fails.
        """
        backend = _PinnedBackend(self._check, _Deadline(self._whole_s))
        try:
            with httpcore.ConnectionPool(self._tls, network_backend=backend) as pool:
                self._follow(pool, url, authorization, file)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            reason = str(error) or type(error).__name__
            raise FetchError(f"{urlsplit(url).hostname} did not answer: {reason}.", retry=True) from error

    def _follow(self, pool: httpcore.ConnectionPool, url: str, authorization: str, file: Target) -> None:
        first = origin = _origin(_checked(url))
        for _ in range(_REDIRECTS + 1):
            # Do not send it to another host.
            may_have_it = origin == first and self._check.takes_key(origin.scheme)
            headers = {"Authorization": authorization} if authorization and may_have_it else {}
            onward = self._get(pool, url, headers, file)
            if onward is None:
                return
            url = _onward(url, onward)
            origin = _origin(_checked(url))
        raise FetchError("The address redirects too many times.", retry=False)

    def _get(
        self,
        pool: httpcore.ConnectionPool,
        url: str,
        headers: dict[str, str],
        file: Target,
    ) -> bytes | None:
        """Request one URL. Returns where it redirects to, or None if the file was written."""
        wait = dict.fromkeys(("connect", "read", "write", "pool"), _WAIT_S)
        asked = [
            ("Accept", "*/*"),
            ("Accept-Encoding", "identity"),
            ("User-Agent", "OnRecord"),
            *headers.items(),
        ]
        with pool.stream("GET", url, headers=[*asked], extensions={"timeout": wait}) as answer:
            said = {name.lower(): value for name, value in answer.headers}
            if answer.status in _REDIRECT and b"location" in said:
                return said[b"location"]
            if answer.status != HTTPStatus.OK:
                later = answer.status in _LATER or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
                raise FetchError(f"{urlsplit(url).hostname} answered {answer.status}.", retry=later)
            length = said.get(b"content-length", b"")
            if length.isdigit() and int(length) > self._most_bytes:
                raise self._too_large()
            self._copy(answer.iter_stream(), file)
        return None

    def _copy(self, chunks: Iterable[bytes], file: Target) -> None:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > self._most_bytes:
                raise self._too_large()
            file.write(chunk)

    def _too_large(self) -> FetchError:
        return FetchError(
            f"The file is larger than {self._most_bytes / 1e6:.0f} MB. Send it in a compressed format.",
            retry=False,
        )


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and url.isascii()
    except ValueError as error:
        raise FetchError("The address is not valid.", retry=False) from error
    if not valid:
        raise FetchError("Recordings are fetched over https or http only.", retry=False)
    if parts.username is not None or parts.password is not None:
        raise FetchError("The address contains a user name and password. Send one without them.", retry=False)
    return parts


def _onward(url: str, location: bytes) -> str:
    """A redirect's target as an absolute URL, with invalid characters (RFC 3986) escaped. Raises FetchError.

    Servers send spaces and letters of any language, in UTF-8 or Latin-1, and browsers accept them.
    """
    try:
        text = location.decode()
    except UnicodeDecodeError:
        text = location.decode("latin-1")
    try:
        return str(httpx.URL(url).join(text.strip()))
    except httpx.InvalidURL as error:
        raise FetchError("The server redirects to an address that cannot be read.", retry=False) from error


class _Origin(NamedTuple):
    scheme: str
    host: str | None
    port: int | None


def _origin(parts: SplitResult) -> _Origin:
    return _Origin(parts.scheme, parts.hostname, parts.port)
