"""What the tests of the whole share: a prepared data folder, a running installation, browsers, peers."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

from harness.browser import browser
from harness.installation import Installation, prepare
from harness.peer import Peers
from harness.web import User

# No test measures speed: examples that a busy machine draws slowly are no failure.
settings.register_profile("onrecord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("onrecord")


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A data folder with the demo team, made once a run; installations start from copies of it."""
    own = tmp_path_factory.getbasetemp()
    shared = (own if worker_id == "master" else own.parent) / "prepared"
    shared.mkdir(exist_ok=True)
    # The first worker makes it; the others wait for the lock and find it made.
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = shared / "made"
        if not made.exists():
            prepare(shared / "home")
            made.touch()
    return shared / "home"


@pytest.fixture(scope="module")
def installation(prepared_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """All four processes, for the tests of one file."""
    running = Installation(tmp_path_factory.mktemp("installation") / "home", like=prepared_home)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def signed_in(installation: Installation) -> Iterator[Callable[[str], User]]:
    """Sign a demo user in at the API: `signed_in("ana")`."""
    with ExitStack() as stack:

        def enter(name: str) -> User:
            user = User(installation, name)
            stack.callback(user.close)
            return user

        yield enter


@pytest.fixture
def peers() -> Iterator[Peers]:
    """Connections that stand for browsers."""
    open_peers = Peers()
    yield open_peers
    open_peers.close()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    # Per file, not per run: it occupies the thread's event loop, which asynchronous tests want too.
    with sync_playwright() as running:
        yield running


@pytest.fixture
def chromium(playwright: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with a microphone that says 440 Hz."""
    with browser(playwright, tmp_path / "chromium") as context:
        yield context


@pytest.fixture
def other(playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """A colleague's browser."""
    with browser(playwright, tmp_path / "other") as context:
        yield context.pages[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    running = getattr(item, "funcargs", {}).get("installation")
    if report.failed and running is not None:
        report.sections.append(("the installation's log", running.said()[-20_000:]))
    return report
