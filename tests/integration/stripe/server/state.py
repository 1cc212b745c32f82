"""What the fake Stripe remembers: documents as its API shows them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.integration.stripe.server.faults import Refusal, missing
from tests.integration.stripe.server.forms import Doc

PLATFORM = "acct_platform"
CREDIT = 1_000_000_00
"""How far transfers may bring the balance below zero, so that few tests need money first."""


@dataclass(frozen=True)
class Effect:
    """Something that really happened."""

    kind: str
    name: str


@dataclass
class Books:
    """Every object by its id; `account` of an object is the connected one that it belongs to."""

    objects: dict[str, Doc] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    balances: dict[str, int] = field(default_factory=lambda: {PLATFORM: 0})
    schedules: dict[str, Doc] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    events: list[Doc] = field(default_factory=list)
    clock: Callable[[], float] = time.time
    shift: float = 0
    _made: int = 0

    def now(self) -> int:
        """Seconds, as everything here is dated."""
        return int(self.clock() + self.shift)

    def add(self, prefix: str, kind: str, document: Doc, *, account: str = PLATFORM) -> Doc:
        """Keep a new object."""
        self._made += 1
        name = f"{prefix}_{self._made:016d}"
        made: Doc = {"id": name, "object": kind, "created": self.now(), "livemode": False}
        self.objects[name] = made | document
        self.owners[name] = account
        return self.objects[name]

    def get(self, name: str, kind: str, *, account: str = PLATFORM, param: str = "id") -> Doc:
        """The object of that kind."""
        found = self.objects.get(name)
        if found is None or found["object"] != kind or self.owners[name] != account:
            raise missing(kind, name, param=param)
        return found

    def all(self, kind: str, *, account: str = PLATFORM) -> Iterator[Doc]:
        """Every object of that kind, the newest first."""
        for name in sorted(self.objects, key=lambda each: each.rpartition("_")[2], reverse=True):
            if self.objects[name]["object"] == kind and self.owners[name] == account:
                yield self.objects[name]

    def effect(self, kind: str, name: str) -> None:
        """Write down that something happened."""
        self.effects.append(Effect(kind, name))

    def count(self, kind: str) -> int:
        """How often it happened."""
        return sum(each.kind == kind for each in self.effects)

    def emit(self, kind: str, about: Doc, *, account: str = PLATFORM) -> None:
        """Tell the platform, with the object as it is now."""
        event = self.add(
            "evt",
            "event",
            {"type": kind, "api_version": None, "data": {"object": dict(about)}},
        )
        if account != PLATFORM:
            event["account"] = account
        self.events.append(event)

    def book(
        self, kind: str, source: str, amount: int, *, fee: int = 0, category: str | None = None
    ) -> Doc:
        """Change the platform's balance."""
        self.balances[PLATFORM] += amount - fee
        return self.add(
            "txn",
            "balance_transaction",
            {
                "type": kind,
                "reporting_category": category or kind,
                "source": source,
                "amount": amount,
                "fee": fee,
                "net": amount - fee,
                "currency": "usd",
            },
        )

    def connected(self, name: str) -> Doc:
        """A connected account that has not left; Stripe answers 403 for all others."""
        found = self.objects.get(name)
        if found is None or found["object"] != "account" or found["deauthorised"]:
            message = f"The provided key does not have access to account '{name}'"
            raise Refusal(403, "account_invalid", message, saved=False)
        return found


def day(moment: int) -> int:
    """The start of the day."""
    date = datetime.fromtimestamp(moment, UTC).date()
    return int(datetime(date.year, date.month, date.day, tzinfo=UTC).timestamp())
