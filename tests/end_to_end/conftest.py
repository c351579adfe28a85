"""One gateway for the tests of a module; every test brings patients of its own."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.end_to_end.house import House, open_house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A listening gateway on the small city, embedded database."""
    async with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def storescu(dcmtk: Callable[[str], Path]) -> Path:
    """DCMTK's storage client."""
    return dcmtk("storescu")
