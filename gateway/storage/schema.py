"""Bringing a database to the schema of this release (Alembic)."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(url: str) -> None:
    """Apply every migration that the database lacks; safe to run at every start."""
    await asyncio.to_thread(_upgrade, url)


def _upgrade(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")
