"""A small closed-loop load generator: so many clients, each waiting for its answer.

It speaks to this machine only, keeps its connections alive, and is bounded in time.
`http.client` costs the least of the standard choices, as server and generator share the cores.
"""

import http.client
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from urllib.parse import urlsplit

from attrs import Factory, define, frozen

MAX_SECONDS = 120.0


@frozen(kw_only=True)
class Shot:
    """One request: what to send, and which statuses are right."""

    method: str
    path: str
    headers: Mapping[str, str] = Factory(dict)
    body: object = None
    expected: frozenset[int] = frozenset({200})


@define(kw_only=True)
class Outcome:
    """What one run measured; times in milliseconds."""

    name: str
    seconds: float
    milliseconds: list[float]
    statuses: Counter[int]
    unexpected: list[str]

    @property
    def per_second(self) -> float:
        """Requests answered each second, over all clients."""
        return len(self.milliseconds) / self.seconds if self.seconds else 0.0

    @property
    def median(self) -> float:
        """The median time of one request."""
        return statistics.median(self.milliseconds) if self.milliseconds else 0.0

    @property
    def p95(self) -> float:
        """The time that 95 of 100 requests stayed below."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))] if ordered else 0.0


def run(
    name: str,
    base_url: str,
    next_shot: Callable[[int, int], Shot | None],
    *,
    clients: int = 8,
    seconds: float = 8.0,
) -> Outcome:
    """Let *clients* fire `next_shot(client, n)` until it says None or *seconds* are over.

    Raises:
        ValueError: *base_url* is not on this machine.
    """
    target = urlsplit(base_url)
    if target.hostname not in {"127.0.0.1", "localhost", "::1"}:
        message = f"load goes to this machine only, not to {target.hostname}"
        raise ValueError(message)
    times: list[float] = []
    statuses: Counter[int] = Counter()
    unexpected: list[str] = []
    gathering = Lock()
    begun = time.perf_counter()
    deadline = begun + min(seconds, MAX_SECONDS)

    def fire(client: int) -> None:
        mine: list[float] = []
        counts: Counter[int] = Counter()
        surprises: list[str] = []
        connection = http.client.HTTPConnection(str(target.hostname), target.port, timeout=30)
        sent = 0
        while time.perf_counter() < deadline:
            shot = next_shot(client, sent)
            if shot is None:
                break
            sent += 1
            payload = None if shot.body is None else json.dumps(shot.body).encode()
            headers = dict(shot.headers)
            if payload is not None:
                headers["Content-Type"] = "application/json"
            started = time.perf_counter()
            try:
                connection.request(shot.method, shot.path, body=payload, headers=headers)
                response = connection.getresponse()
                text = response.read()
            except (OSError, http.client.HTTPException) as error:
                counts[0] += 1
                surprises.append(f"{shot.method} {shot.path}: {error!r}, request {sent}")
                connection.close()
                continue
            mine.append((time.perf_counter() - started) * 1000)
            counts[response.status] += 1
            if response.status not in shot.expected and len(surprises) < 3:
                surprises.append(f"{shot.method} {shot.path}: {response.status} {text[:300]!r}")
        connection.close()
        with gathering:
            times.extend(mine)
            statuses.update(counts)
            unexpected.extend(surprises)

    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(fire, client) for client in range(clients)]:
            done.result()
    return Outcome(
        name=name,
        seconds=time.perf_counter() - begun,
        milliseconds=times,
        statuses=statuses,
        unexpected=unexpected,
    )
