"""Downloading a recording, and refusing unsafe URLs."""

from pathlib import Path
from socket import AF_INET, SOCK_STREAM

import pytest

from harness.recordings_server import RecordingsServer, recordings_server
from onrecord.apps.integrations.dialers.fetch import AddressCheck, Fetcher, FetchError

HERE = AddressCheck(allow_loopback=True, allow_key_in_the_clear=True)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


def fetch(fetcher: Fetcher, url: str, target: Path, **more: str) -> None:
    with target.open("wb") as file:
        fetcher.fetch(url, file, **more)


def refused(fetcher: Fetcher, url: str, target: Path) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(fetcher, url, target)
    return caught.value


def test_a_file_is_fetched_as_it_is(server: RecordingsServer, target: Path) -> None:
    server.files["/r.mp3"] = bytes(range(256)) * 1000
    fetch(Fetcher(HERE), f"{server.url}/r.mp3", target)
    assert target.read_bytes() == server.files["/r.mp3"]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        # Once a way to write an IPv4 address. Python takes it for a global one.
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "fc00::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not AddressCheck()(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_a_public_address_is_allowed(address: str) -> None:
    assert AddressCheck()(address)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
def test_this_machine_is_never_connected_to_however_it_is_written(
    server: RecordingsServer, target: Path, host: str
) -> None:
    port = server.url.rpartition(":")[2]
    error = refused(Fetcher(), f"http://{host}:{port}/r.mp3", target)
    assert "private network" in str(error)
    assert not error.retry
    assert server.asked == []


@pytest.mark.parametrize("host", ["10.255.255.1", "169.254.169.254", "[fd00::1]", "[64:ff9b::a00:1]"])
def test_a_redirect_to_a_private_address_is_refused(
    server: RecordingsServer, target: Path, host: str
) -> None:
    server.redirects["/r.mp3"] = f"http://{host}/latest/meta-data"
    assert "private network" in str(refused(Fetcher(HERE), f"{server.url}/r.mp3", target))


@pytest.mark.parametrize("onward", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/"])
def test_a_redirect_may_only_lead_to_http(server: RecordingsServer, target: Path, onward: str) -> None:
    server.redirects["/r.mp3"] = onward
    assert not refused(Fetcher(HERE), f"{server.url}/r.mp3", target).retry


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "https://",
        "http://user:pass@127.0.0.1/",
        "http://[",
        "http://h\u00f6st.example/",
        "r",
    ],
)
def test_an_address_of_another_kind_is_refused(target: Path, url: str) -> None:
    assert not refused(Fetcher(HERE), url, target).retry


def test_redirects_are_followed_up_to_a_limit(server: RecordingsServer, target: Path) -> None:
    server.redirects |= {"/a": "/b", "/b": f"{server.url}/c", "/loop": "/loop"}
    server.files["/c"] = b"here"
    fetch(Fetcher(HERE), f"{server.url}/a", target)
    assert target.read_bytes() == b"here"
    target.unlink()
    assert "too many times" in str(refused(Fetcher(HERE), f"{server.url}/loop", target))


def test_the_key_goes_to_the_first_host_only(server: RecordingsServer, target: Path) -> None:
    with recordings_server() as other:
        server.redirects |= {"/a": "/b", "/b": f"{other.url}/c"}
        other.files["/c"] = b"here"
        fetch(Fetcher(HERE), f"{server.url}/a", target, authorization="Bearer key")
        assert server.asked == [("/a", "Bearer key"), ("/b", "Bearer key")]
        assert other.asked == [("/c", None)]


def test_the_key_does_not_travel_in_plain_http(server: RecordingsServer, target: Path) -> None:
    server.files["/r.mp3"] = b"here"
    plain = Fetcher(AddressCheck(allow_loopback=True))
    fetch(plain, f"{server.url}/r.mp3", target, authorization="Bearer key")
    assert server.asked == [("/r.mp3", None)]


@pytest.mark.parametrize(("scheme", "takes"), [("https", True), ("http", False)])
def test_a_key_requires_https(scheme: str, takes: bool) -> None:
    assert AddressCheck().takes_key(scheme) is takes


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (b"/my call.mp3", "/my%20call.mp3"),
        ("/anrufe/gr\u00fc\u00dfe.mp3".encode(), "/anrufe/gr%C3%BC%C3%9Fe.mp3"),
        ("/gr\u00fc\u00dfe.mp3".encode("latin-1"), "/gr%C3%BC%C3%9Fe.mp3"),
        (b"  /r.mp3?a=b c ", "/r.mp3?a=b%20c"),
        (b"/a%20b.mp3", "/a%20b.mp3"),
    ],
)
def test_a_redirect_is_followed_as_in_browsers(
    server: RecordingsServer, target: Path, location: bytes, path: str
) -> None:
    server.redirects["/a"] = location.decode("latin-1")
    server.files[path] = b"here"
    fetch(Fetcher(HERE), f"{server.url}/a", target)
    assert target.read_bytes() == b"here"


def test_a_file_that_is_too_large_is_refused_before_and_during_the_download(
    server: RecordingsServer, target: Path
) -> None:
    server.files["/large"] = bytes(1001)
    fetcher = Fetcher(HERE, most_bytes=1000)
    for path in ("/large", "/endless"):
        error = refused(fetcher, f"{server.url}{path}", target)
        assert "larger than" in str(error)
        assert not error.retry


@pytest.mark.parametrize("path", ["/endless", "/dripping"])
def test_a_download_that_takes_too_long_is_given_up(
    server: RecordingsServer, target: Path, path: str
) -> None:
    error = refused(Fetcher(HERE, whole_s=0.2), f"{server.url}{path}", target)
    assert error.retry


def test_a_name_that_resolves_differently_later_uses_the_checked_address(
    server: RecordingsServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(server.url.rpartition(":")[2])
    answers = ["127.0.0.1", "10.0.0.1", "10.0.0.1"]

    def resolve(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(AF_INET, SOCK_STREAM, 6, "", (answers.pop(0), port))]

    monkeypatch.setattr("onrecord.apps.integrations.dialers.fetch.getaddrinfo", resolve)
    server.files["/r.mp3"] = b"here"
    fetch(Fetcher(HERE), f"http://rebinding.example:{port}/r.mp3", target)
    assert target.read_bytes() == b"here"
    assert len(answers) == 2


def test_one_private_address_among_public_ones_is_enough_to_refuse_a_name(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(AF_INET, SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr("onrecord.apps.integrations.dialers.fetch.getaddrinfo", lambda *_, **__: found)
    assert "private network" in str(refused(Fetcher(), "http://two.example/r.mp3", target))


@pytest.mark.parametrize("port", [22, 25, 6379, 8080, 8443])
def test_a_public_address_is_contacted_only_at_web_ports(
    target: Path, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    found = [(AF_INET, SOCK_STREAM, 6, "", ("8.8.8.8", port))]
    monkeypatch.setattr("onrecord.apps.integrations.dialers.fetch.getaddrinfo", lambda *_, **__: found)
    error = refused(Fetcher(), f"https://public.example:{port}/r.mp3", target)
    assert "ports 80 and 443 only" in str(error)
    assert not error.retry
    assert all(map(AddressCheck().takes_port, (80, 443)))


@pytest.mark.parametrize(
    ("status", "retry"),
    [(202, True), (204, True), (404, True), (429, True), (503, True), (400, False), (410, False)],
)
def test_a_temporary_error_is_worth_another_try(
    server: RecordingsServer, target: Path, status: int, retry: bool
) -> None:
    server.failures["/r.mp3"] = [status]
    error = refused(Fetcher(HERE), f"{server.url}/r.mp3", target)
    assert str(status) in str(error)
    assert error.retry is retry


def test_a_connection_that_breaks_is_worth_another_try(server: RecordingsServer, target: Path) -> None:
    assert refused(Fetcher(HERE), f"{server.url}/broken", target).retry
    assert refused(Fetcher(HERE), "http://127.0.0.1:1/", target).retry
