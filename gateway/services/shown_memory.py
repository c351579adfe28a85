"""The memory of reminders already shown, so that a repeated call is not counted twice.

Redis shares it between processes; the embedded default keeps it here. Losing it loses nothing:
indicators count distinct keys, only the log gets a repeated line.
"""

from collections import OrderedDict
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.log import get_logger

_log = get_logger("shown_memory")
_DAY_SECONDS = 24 * 3600
_MAX_KEYS = 200_000


class ShownMemory(Protocol):
    """Remembers keys for a day."""

    async def is_first(self, key: str) -> bool:
        """Whether the key is new; it is known from now on."""


class ProcessMemory:
    """The memory of one process; the oldest keys go first."""

    def __init__(self) -> None:
        self._keys: OrderedDict[str, None] = OrderedDict()

    async def is_first(self, key: str) -> bool:
        """Whether the key is new; it is known from now on."""
        if key in self._keys:
            return False
        self._keys[key] = None
        if len(self._keys) > _MAX_KEYS:
            self._keys.popitem(last=False)
        return True


class RedisMemory:
    """The memory shared through Redis; when Redis is lost, this process remembers alone."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._fallback = ProcessMemory()

    async def is_first(self, key: str) -> bool:
        """Whether the key is new; it is known from now on."""
        here = await self._fallback.is_first(key)
        try:
            return bool(await self._client.set(f"shown:{key}", 1, nx=True, ex=_DAY_SECONDS))
        except RedisError as error:
            _log.warning("redis unavailable", error_type=type(error).__name__)
            return here
