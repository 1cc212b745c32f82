"""Brings the processor's events to the platform: signed, at least once, in no promised order."""

import asyncio
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from attrs import Factory, define, field, frozen

from entrypoints.processor.log import CommandLog
from instainstru_core.payments.inbox.signatures import sign
from instainstru_core.testing.fakes.processor.books import Books, Emitted

HEADER: Final = "Simulator-Signature"
ADDRESS: Final = "192.0.2.1"
POLL_SECONDS: Final = 0.05
TIMEOUT_SECONDS: Final = 5.0
FIRST_WAIT_SECONDS: Final = 0.5
LONGEST_WAIT_SECONDS: Final = 60.0
MAX_AT_ONCE: Final = 20
MAX_COPIES: Final = 5
MAX_DELAY_MS: Final = 60_000


@frozen(kw_only=True)
class Manners:
    """How badly the courier behaves: *copies* of each event, *delay_ms* late, *shuffled* or not.

    With no copies at all it keeps silent: what happens meanwhile is never told.
    """

    copies: int = 1
    delay_ms: int = 0
    shuffled: bool = False


@define
class _Parcel:
    event: Emitted
    due: float
    failures: int = 0


@define
class Courier:
    """Delivers until the platform says 2xx; what it has not acknowledged survives a restart."""

    _log: CommandLog
    _books: Books
    _url: str
    _secret: bytes = field(repr=False)
    manners: Manners = Factory(Manners)
    _parcels: dict[str, _Parcel] = Factory(dict)
    _taken: int = 0
    # Chance decides only in which order a shuffling courier walks; the seed makes it repeatable.
    _chance: random.Random = Factory(lambda: random.Random(1))  # noqa: S311

    @property
    def waiting(self) -> int:
        """How many events are not delivered yet."""
        return len(self._books.events) - self._taken + len(self._parcels)

    async def walk(self) -> None:
        """Deliver for ever; ends when it is cancelled."""
        delivered = self._log.delivered()
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            while True:
                self._collect(delivered)
                due = self._due()
                await asyncio.gather(*(self._deliver(client, parcel) for parcel in due))
                if not due:
                    await asyncio.sleep(POLL_SECONDS)

    def _collect(self, delivered: set[str]) -> None:
        due = _seconds() + self.manners.delay_ms / 1000
        fresh = self._books.events[self._taken :]
        self._taken += len(fresh)
        for event in fresh:
            if event.event_id not in delivered:
                self._parcels[event.event_id] = _Parcel(event, due)

    def _due(self) -> Sequence[_Parcel]:
        now = _seconds()
        due = [parcel for parcel in self._parcels.values() if parcel.due <= now]
        if self.manners.shuffled:
            self._chance.shuffle(due)
        return due[:MAX_AT_ONCE]

    async def _deliver(self, client: httpx.AsyncClient, parcel: _Parcel) -> None:
        copies = [self._post(client, parcel.event) for _ in range(self.manners.copies)]
        if all(await asyncio.gather(*copies)):
            await asyncio.to_thread(self._log.mark_delivered, parcel.event.event_id)
            self._parcels.pop(parcel.event.event_id, None)
            return
        parcel.failures += 1
        wait = FIRST_WAIT_SECONDS * 2 ** min(parcel.failures - 1, 10)
        parcel.due = _seconds() + min(wait, LONGEST_WAIT_SECONDS)

    async def _post(self, client: httpx.AsyncClient, event: Emitted) -> bool:
        body = body_of(event)
        # Signed by the machine's clock at each attempt: the tolerance is about the real network.
        signature = sign(body, secret=self._secret, at=datetime.now(UTC))
        headers = {
            HEADER: signature,
            "Content-Type": "application/json",
            # On one machine all call from 127.0.0.1; the processor has an address of its own, so
            # that its events don't use up what the people's requests may cost.
            "X-Forwarded-For": ADDRESS,
        }
        try:
            response = await client.post(self._url, content=body, headers=headers)
        except httpx.TransportError:
            return False
        return response.is_success


def body_of(event: Emitted) -> bytes:
    """The event as the platform reads it: what changed, never what it is now."""
    document: dict[str, Any] = {
        "id": event.event_id,
        "type": event.type,
        "created": int(event.at.timestamp()),
        "data": {"object": {"id": event.object_id}},
    }
    if event.account is not None:
        document["account"] = event.account
    return json.dumps(document, separators=(",", ":")).encode()


def _seconds() -> float:
    return asyncio.get_running_loop().time()
