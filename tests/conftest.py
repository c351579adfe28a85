"""What every test may ask for: real servers on loopback, started when first asked for."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.services import tools
from tests.services.network import stay_on_loopback
from tests.services.object_store import ObjectStore, object_store
from tests.services.postgresql import PostgresServer, postgres_server
from tests.services.redis import redis_server

stay_on_loopback()

# A shared two-core machine is slow at times; a slow example is no wrong example.
hypothesis_settings.register_profile("house", deadline=None, print_blob=True)
hypothesis_settings.load_profile("house")


@pytest.fixture(scope="session", name="postgres_server")
def _postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the session."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def fresh_postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The postgresql+asyncpg:// URL of an empty database of this test's own."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture(scope="module")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a database that the tests of one module share."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture
def redis_url(_redis_server: str) -> str:
    """The redis:// URL of an empty Redis server."""
    with redis.Redis.from_url(_redis_server) as client:
        client.flushall()
    return _redis_server


@pytest.fixture(scope="session", name="object_store")
def _object_store() -> Iterator[ObjectStore]:
    """An S3 service with credentials and one bucket."""
    with object_store() as store:
        yield store


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """A Chromium that can draw Chinese."""
    return tools.chromium()


@pytest.fixture(scope="module")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """A headless browser for the synchronous tests of one module.

    Playwright keeps an event loop running, so such a module holds no `async def` test.
    """
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(tools.browser_driver())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium_path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page in a Chinese browser, 1440 × 900."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def dcmtk() -> Callable[[str], Path]:
    """Finds a command of DCMTK: `dcmtk("storescu")`."""
    return tools.dcmtk
