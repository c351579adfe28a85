"""Runs the migrations on either database; the URL comes from `gateway.storage.schema`."""

import asyncio
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.storage import (  # noqa: F401 - they register tables
    audit_tables,
    conformance_tables,
    dicomweb_tables,
    person_tables,
    registry_tables,
)
from gateway.storage.tables import metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def _run_on_postgresql(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


def _run_on_sqlite(url: str) -> None:
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


_url: str = context.config.attributes["url"]
if _url.startswith("sqlite"):
    _run_on_sqlite(_url)
else:
    asyncio.run(_run_on_postgresql(_url))
