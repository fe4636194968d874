"""A switch process for the tests of one module."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest

from harness.switch_rig import Browser, SwitchRig


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SwitchRig]:
    with SwitchRig(tmp_path_factory.mktemp("switch")) as rig:
        yield rig


@pytest.fixture
async def rig(running: SwitchRig) -> SwitchRig:
    await running.ready()
    return running


@pytest.fixture
async def client(rig: SwitchRig) -> AsyncIterator[aiohttp.ClientSession]:
    async with rig.client() as session:
        yield session


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with Browser() as peer:
        yield peer
