"""Configuration of a host, read from the environment and the data folder.

Every process (web, worker, switch, renderer) reads the same `Config`, so this imports neither Django nor any
other part of the product.
"""

import json
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Secrets:
    """The keys of an installation. Losing `master_key` means losing every recording."""

    #: 32 bytes. Wraps the data key of every journal and recording.
    master_key: bytes
    #: Bearer token for commands from the web to the switch.
    switch_secret: str
    #: HMAC key for events to the web.
    event_secret: str
    #: Django's signing key.
    django_secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Where things are, and how the processes reach each other."""

    #: Data folder. It contains the database, journals, spools, and the local blob store.
    home: Path
    #: `host:port` on which the web listens.
    web_address: str
    #: `host:port` on which the switch listens. Must not be public.
    switch_address: str
    #: The web's URL for browsers, without a trailing slash. Differs from `web_address` behind a proxy.
    public_url: str
    #: `sqlite:///absolute/path` or `postgresql://user:password@host/database`.
    database_url: str
    #: URL of the blob store, as obstore reads it: `file:///path` or `s3://bucket/prefix`.
    blob_url: str
    #: Seconds that live calls may continue after the switch is asked to stop.
    drain_s: int
    secrets: Secrets

    @property
    def journals(self) -> Path:
        return self.home / "journals"

    @property
    def database_file(self) -> Path | None:
        """The file of the SQLite database; None with PostgreSQL."""
        if not self.database_url.startswith("sqlite:"):
            return None
        return Path("/" + self.database_url.removeprefix("sqlite://").lstrip("/"))

    @property
    def blob_folder(self) -> Path | None:
        """The folder of the blob store; None if it is not on this host."""
        parts = urlsplit(self.blob_url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    def spool(self, source: str) -> Path:
        """The folder where events from a source (`switch`, `renderer`) wait for the web."""
        return self.home / "spool" / source

    @classmethod
    def load(cls, environ: "os._Environ[str] | dict[str, str]" = os.environ) -> "Config":
        """Read the `ONRECORD_*` variables. Creates the data folder and its secrets on first use.

        Raises ValueError if an address, a number, or the secrets file is invalid.
        """
        home = Path(environ.get("ONRECORD_HOME", "var")).resolve()
        web = _address(environ, "ONRECORD_WEB", "127.0.0.1:8000")
        switch = _address(environ, "ONRECORD_SWITCH", "127.0.0.1:8001")
        _own(home)
        return cls(
            home=home,
            web_address=web,
            switch_address=switch,
            public_url=environ.get("ONRECORD_PUBLIC_URL", f"http://{web}").rstrip("/"),
            database_url=environ.get("ONRECORD_DATABASE_URL", f"sqlite:///{home / 'db.sqlite3'}"),
            blob_url=environ.get("ONRECORD_BLOB_URL", (home / "blobs").as_uri()),
            drain_s=_seconds(environ, "ONRECORD_DRAIN_SECONDS", 600),
            secrets=load_secrets(home / "secrets.json"),
        )


@cache
def host_config() -> Config:
    """The configuration of this process. Raises ValueError like `Config.load`."""
    return Config.load()


def _own(home: Path) -> None:
    """Create the data folder, and make it private to our user. Older versions left it readable."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if home.stat().st_mode & 0o077:
        with suppress(PermissionError):  # it belongs to another user; the doctor reports that
            home.chmod(0o700)


def _address(environ: "os._Environ[str] | dict[str, str]", name: str, default: str) -> str:
    address = environ.get(name, default)
    try:
        split_address(address)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    return address


def _seconds(environ: "os._Environ[str] | dict[str, str]", name: str, default: int) -> int:
    value = environ.get(name, str(default))
    if not (value.isascii() and value.isdecimal() and len(value) < 6):
        raise ValueError(f"{name} is {value!r}. Write whole seconds, such as 600, or 0.")
    return int(value)


def split_address(address: str) -> tuple[str, int]:
    """Host and port of `host:port`; an IPv6 host loses its brackets. Raises ValueError for other text."""
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or not 0 < int(port) < 1 << 16:
        raise ValueError(f"{address!r} is not an address. Write host:port, such as 127.0.0.1:8000.")
    return host.strip("[]"), int(port)


def load_secrets(path: Path) -> Secrets:
    """Read the secrets file. If there is none, create it, readable only by its owner.

    Two processes may start at once, so the complete file is linked into place, and the first one wins.
    """
    if not path.exists():
        fresh = {
            "master_key": secrets.token_hex(32),
            "switch_secret": secrets.token_urlsafe(32),
            "event_secret": secrets.token_urlsafe(32),
            "django_secret": secrets.token_urlsafe(48),
        }
        draft = path.with_name(f".secrets-{secrets.token_hex(4)}")
        with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            json.dump(fresh, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    try:
        stored = json.loads(path.read_text())
        return Secrets(
            master_key=bytes.fromhex(stored["master_key"]),
            switch_secret=stored["switch_secret"],
            event_secret=stored["event_secret"],
            django_secret=stored["django_secret"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is not a secrets file ({error!r}). Restore it from a backup.") from error
