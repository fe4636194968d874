from collections.abc import Iterator

import pytest

from factories import UserFactory, allow_recording
from harness import sound_files
from harness.recordings_server import RecordingsServer, recordings_server
from onrecord.apps.accounts.models import User
from onrecord.apps.integrations.dialers.files import imports_folder


@pytest.fixture
def server() -> Iterator[RecordingsServer]:
    with recordings_server() as running:
        yield running


@pytest.fixture(autouse=True)
def empty_imports_folder() -> Iterator[None]:
    """The folder survives a test, but the rows that name its files do not."""
    yield
    for path in imports_folder().iterdir():
        path.unlink()


@pytest.fixture(scope="session")
def mp3(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A stereo recording with the user on the left."""
    return sound_files.stereo(tmp_path_factory.mktemp("sound") / "call.mp3").read_bytes()


@pytest.fixture
def jo(db: None) -> User:
    """The user that the dialers' deliveries name, in a team that records."""
    allow_recording()
    return UserFactory(name="Jo")
