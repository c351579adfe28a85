"""The memory of shown reminders: shared through Redis, kept here when Redis is lost."""

import pytest
from redis.asyncio import Redis

from gateway.services.shown_memory import ProcessMemory, RedisMemory

pytestmark = pytest.mark.integration


async def test_two_processes_share_what_was_shown(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as one, Redis.from_url(redis_url) as two:
        assert await RedisMemory(one).is_first("k")
        assert not await RedisMemory(two).is_first("k")
        assert await RedisMemory(two).is_first("other")


async def test_keys_expire_after_a_day(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        await RedisMemory(client).is_first("k")
        (key,) = await client.keys("*")
        assert 0 < await client.ttl(key) <= 24 * 3600


async def test_losing_redis_loses_nothing(redis_url: str) -> None:
    lost = redis_url.rsplit(":", 1)[0] + ":1/0"
    async with Redis.from_url(lost, socket_connect_timeout=0.2) as client:
        memory = RedisMemory(client)
        assert await memory.is_first("k")
        assert not await memory.is_first("k")


async def test_memory_of_a_process_drops_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.services.shown_memory._MAX_KEYS", 2)
    memory = ProcessMemory()
    for key in ("a", "b", "c"):
        assert await memory.is_first(key)
    assert not await memory.is_first("c")
    assert await memory.is_first("a")
