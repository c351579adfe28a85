"""A listening gateway on the small city, for what HTTP itself answers."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.end_to_end.house import House, open_house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """The gateway of one module, embedded database."""
    async with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened
