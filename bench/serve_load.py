"""
How fast the live page answers: `python bench/serve_load.py URL [RATE [SECONDS]]` against a running server.

Sends requests at a steady rate, whether or not the earlier ones are answered, and prints how long answers took from
the moment each request was due: waiting in line counts.
"""

from __future__ import annotations

import asyncio
import sys
import time
from urllib.parse import urlsplit

PATHS = ("/", "/api/state", "/api/why?state={state}&when={when}", "/api/ask", "/api/verdicts", "/api/jobs", "/read")
STATES = ("KAZ", "KGZ", "TJK", "UZB", "TKM")
LINES = 64
"""Connections at most."""


async def main(url: str, rate: float, seconds: float) -> None:
    """Send, wait, print."""
    place = urlsplit(url)
    host, port = place.hostname or "127.0.0.1", place.port or 80
    lines: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(LINES):
        lines.put_nowait(await asyncio.open_connection(host, port))
    times: dict[str, list[float]] = {path: [] for path in PATHS}
    faults: dict[int, int] = {}

    async def ask(n: int, due: float) -> None:
        path = PATHS[n % len(PATHS)]
        asked = path.format(state=STATES[n % len(STATES)], when=f"20{16 + n % 8}-0{1 + n % 9}")
        line = await lines.get()
        try:
            status = await _ask(*line, host, port, asked)
        except (OSError, EOFError, ValueError):
            status, line = 0, await asyncio.open_connection(host, port)
        lines.put_nowait(line)
        times[path].append(time.perf_counter() - due)
        if status not in (200, 304):
            faults[status] = faults.get(status, 0) + 1

    began = time.perf_counter()
    work = []
    for n in range(int(rate * seconds)):
        due = began + n / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        work.append(asyncio.create_task(ask(n, due)))
    await asyncio.gather(*work)
    every = sorted(value for own in times.values() for value in own)
    for path, own in (*times.items(), ("all", every)):
        own.sort()
        spots = [1000 * own[min(len(own) - 1, int(share * len(own)))] for share in (0.5, 0.95, 0.99)]
        print(f"{path:40} {len(own):6}   p50 {spots[0]:7.1f}   p95 {spots[1]:7.1f}   p99 {spots[2]:7.1f} ms")
    print(f"{len(every) / (time.perf_counter() - began):.0f} requests a second; not fine: {faults or 'none'}")


async def _ask(read: asyncio.StreamReader, write: asyncio.StreamWriter, host: str, port: int, path: str) -> int:
    write.write(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
    await write.drain()
    head = (await read.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    if "content-length:" in head:
        await read.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
    return int(head.split()[1])


if __name__ == "__main__":
    given = sys.argv[2:]
    asyncio.run(main(sys.argv[1], float(given[0]) if given else 50.0, float(given[1]) if len(given) > 1 else 20.0))
