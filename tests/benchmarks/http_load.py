"""Paced HTTP load over kept connections; as thin as it can be, so that it measures the server."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Latencies:
    """In milliseconds, from the moment at which a call was due until its answer was read."""

    p50: float
    p99: float
    failed: int


class HttpConnection:
    """One kept HTTP/1.1 connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def post(self, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to a JSON body."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        length = answer.lower().partition("content-length: ")[2].split("\r\n", 1)[0]
        return int(answer.split(" ", 2)[1]), await self._reader.readexactly(int(length))

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


async def connect(port: int) -> HttpConnection:
    """A connection to a server on loopback."""
    return HttpConnection(*await asyncio.open_connection("127.0.0.1", port))


async def paced(
    port: int, path: str, token: str, bodies: Sequence[bytes], per_second: float, connections: int
) -> Latencies:
    """Post every body, one each 1/per_second, whether or not the ones before are answered."""
    begin = perf_counter() + 0.1
    due = iter([(begin + number / per_second, body) for number, body in enumerate(bodies)])
    workers = [_work(port, path, token, due) for _ in range(connections)]
    done = [each for part in await asyncio.gather(*workers) for each in part]
    latencies = sorted(1000 * seconds for seconds, _ in done)
    failed = sum(not fine for _, fine in done)
    return Latencies(latencies[len(done) // 2], latencies[len(done) * 99 // 100], failed)


async def _work(
    port: int, path: str, token: str, due: Iterator[tuple[float, bytes]]
) -> list[tuple[float, bool]]:
    connection = await connect(port)
    done = []
    for moment, body in due:
        await asyncio.sleep(moment - perf_counter())
        status, answer = await connection.post(path, token, body)
        done.append(
            (perf_counter() - moment, status == 200 and b'"reminder_id":null' not in answer)
        )
    connection.close()
    return done
