"""The servers that the other tests stand on are real, empty and private to the test run."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from obstore.store import S3Store
from playwright.sync_api import Page
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.services.object_store import ObjectStore

pytestmark = pytest.mark.integration


async def test_each_test_gets_an_empty_database(fresh_postgres_database: str) -> None:
    engine = create_async_engine(fresh_postgres_database)
    async with engine.connect() as connection:
        tables = await connection.scalar(
            text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        )
        durable = await connection.scalar(text("SHOW fsync"))
    await engine.dispose()
    assert (tables, durable) == (0, "on")


def test_redis_answers_and_is_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


async def test_object_store_keeps_what_it_is_given(object_store: ObjectStore) -> None:
    store = object_store.store()
    await store.put_async("folder/one", b"bytes")
    answer = await store.get_async("folder/one")
    assert bytes(await answer.bytes_async()) == b"bytes"


def test_object_store_refuses_a_wrong_key(object_store: ObjectStore) -> None:
    stranger = S3Store(
        object_store.bucket,
        endpoint=object_store.endpoint,
        access_key_id=object_store.access_key,
        secret_access_key="wrong",
        region="us-east-1",
        virtual_hosted_style_request=False,
        client_options={"allow_http": True},
    )
    with pytest.raises(Exception, match="403"):
        stranger.put("folder/two", b"bytes")


def test_dcmtk_is_not_pynetdicom(dcmtk: Callable[[str], Path]) -> None:
    said = subprocess.run([dcmtk("storescu"), "--version"], capture_output=True, check=True)
    assert b"dcmtk" in said.stdout.lower()


def test_browser_draws_chinese_text(page: Page) -> None:
    page.set_content(
        "<b id=a style='font-size:40px'>互</b><b id=b style='font-size:40px'>\uffff</b>"
    )
    drawn = [page.locator(f"#{name}").screenshot() for name in ("a", "b")]
    assert drawn[0] != drawn[1]


def test_connection_beyond_this_machine_is_refused() -> None:
    with socket.socket() as outward, pytest.raises(PermissionError, match="this machine only"):
        outward.connect(("192.0.2.1", 80))
