"""Stores on both databases, with the real schema."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.security.field_encryption import FieldCipher
from gateway.security.key_ring import new_ring
from gateway.storage.connect import open_database
from gateway.storage.schema import migrate
from gateway.storage.sealing import Sealer
from gateway.storage.session import Database


@pytest.fixture
def sealer() -> Sealer:
    """A sealer with a fresh key."""
    return Sealer(FieldCipher(new_ring()))


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """An empty store, once on each database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'gateway.sqlite3'}"
    else:
        url = request.getfixturevalue("fresh_postgres_database")
    await migrate(url)
    async with open_database(url, pool_size=4) as opened:
        yield opened
