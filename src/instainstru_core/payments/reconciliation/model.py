"""One reference at a time: what our books say of it, and what the processor's do. Source: PY-85."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from attrs import evolve, field, frozen
from attrs.validators import max_len, min_len

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.texts import stripped
from instainstru_core.kernel.time import utc
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.processor import BalanceKind, BalanceTransaction
from instainstru_core.payments.reconciliation.errors import DifferenceNotOpen

YOUNG: Final = timedelta(hours=24)
"""How long a difference may just be under way."""
OVERDUE_NIGHTS: Final = 2
"""For how many nights a difference may be open before it is an alarm."""
MAX_NOTE: Final = 1000


class ItemClass(StrEnum):
    """How the two books compare about one reference. Source: PY-85."""

    MATCHED = "matched"
    MISSING_IN_LEDGER = "missing_in_ledger"
    MISSING_AT_PROCESSOR = "missing_at_processor"
    AMOUNT_MISMATCH = "amount_mismatch"
    PENDING = "pending"

    @property
    def is_difference(self) -> bool:
        """Whether somebody must look at it."""
        return self not in {ItemClass.MATCHED, ItemClass.PENDING}


class ResolutionKind(StrEnum):
    """How a difference ended."""

    AGREED = "agreed"
    """By a later night both books said the same."""
    CARRIED = "carried"
    """The next night's run has it."""
    EXPLAINED = "explained"
    """An operator knows why, and says so."""


@frozen(kw_only=True)
class Resolution:
    """How, when and by whom; *note* says why in an operator's words."""

    kind: ResolutionKind
    at: datetime = field(converter=utc)
    note: str | None = None
    actor: AccountId | None = None


@frozen(kw_only=True)
class Explained:
    """What an operator says of a difference."""

    note: str = field(converter=stripped, validator=[min_len(1), max_len(MAX_NOTE)])


@frozen(kw_only=True)
class Standing:
    """What the two books say of one reference in all, whenever they said it.

    A side that says nothing is None. *first_day* and *nights* go on from earlier runs.
    """

    reference: str
    ledger_cents: int | None = None
    processor_cents: int | None = None
    latest_at: datetime = field(converter=utc)
    payment_id: PaymentId | None = None
    kinds: tuple[BalanceKind, ...] = ()
    first_day: date | None = None
    nights: int = 0


@frozen(kw_only=True)
class Item:
    """How the books compare about one reference, as one night's run found it."""

    day: date
    reference: str
    item_class: ItemClass
    ledger_cents: int | None
    processor_cents: int | None
    payment_id: PaymentId | None = None
    kinds: tuple[BalanceKind, ...] = ()
    first_day: date
    nights: int = 0
    resolution: Resolution | None = None

    @property
    def difference_cents(self) -> int:
        """What the processor has beyond our books."""
        return (self.processor_cents or 0) - (self.ledger_cents or 0)

    @property
    def is_open(self) -> bool:
        """Whether somebody must look at it."""
        return self.item_class.is_difference and self.resolution is None

    def explain(self, said: Explained, *, actor: AccountId, at: datetime) -> "Item":
        """The item as an operator leaves it.

        Raises:
            DifferenceNotOpen: There is nothing to resolve.
        """
        if not self.is_open:
            raise DifferenceNotOpen
        resolution = Resolution(kind=ResolutionKind.EXPLAINED, at=at, note=said.note, actor=actor)
        return evolve(self, resolution=resolution)


@frozen(kw_only=True)
class ClassTotal:
    """How many references fell into a class, and what both sides say of them."""

    item_class: ItemClass
    count: int
    ledger_cents: int
    processor_cents: int


@frozen(kw_only=True)
class Balances:
    """The two balances at the end of the day.

    *ledger_cents* is what our account of the processor came to; *imported_cents* what the movements
    come to that the processor told us of so far; *told_cents* is the balance it states as the run
    is made, and None where movements happened while it was asked.
    """

    ledger_cents: int
    imported_cents: int
    told_cents: int | None = None
    told_of_cents: int | None = None

    @property
    def unexplained_cents(self) -> int:
        """What the processor states beyond every movement it told us of."""
        if self.told_cents is None or self.told_of_cents is None:
            return 0
        return self.told_cents - self.told_of_cents


@frozen(kw_only=True)
class Run:
    """One night's comparison. *fees_cents* and *payouts_cents* were posted from it."""

    day: date
    made_at: datetime = field(converter=utc)
    transactions: int
    totals: tuple[ClassTotal, ...]
    fees_cents: int
    payouts_cents: int
    balances: Balances
    open_items: int = 0
    overdue_items: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing is left to look at."""
        return self.open_items == 0 and self.balances.unexplained_cents == 0


def day_of(day: date) -> tuple[datetime, datetime]:
    """When a day begins and ends, in UTC."""
    since = datetime.combine(day, time(), tzinfo=UTC)
    return since, since + timedelta(days=1)


def compared_cents(moved: BalanceTransaction) -> int | None:
    """What our books should say of a movement under its source; None: nothing.

    A fee is posted under the movement's own name; that of a dispute with the dispute.
    """
    match moved.kind:
        case BalanceKind.FEE:
            return None
        case BalanceKind.DISPUTE | BalanceKind.DISPUTE_REVERSAL:
            return moved.net_cents
        case _:
            return moved.amount_cents


def fee_cents(moved: BalanceTransaction) -> int:
    """What the processor kept of a movement, or took by itself: row 4's. Source: Appendix A."""
    match moved.kind:
        case BalanceKind.FEE:
            return -moved.net_cents
        case BalanceKind.DISPUTE | BalanceKind.DISPUTE_REVERSAL:
            return 0
        case _:
            return moved.fee_cents


def is_posted_from_here(moved: BalanceTransaction) -> bool:
    """Whether our books know of some of it only by the processor's list. Source: PY-85."""
    is_payout = moved.kind in {BalanceKind.PAYOUT, BalanceKind.PAYOUT_FAILURE}
    return is_payout or fee_cents(moved) != 0


def classify(standing: Standing, *, now: datetime) -> ItemClass:
    """How the two books compare about one reference."""
    ours, theirs = standing.ledger_cents, standing.processor_cents
    if (ours or 0) == (theirs or 0):
        return ItemClass.MATCHED
    if now - standing.latest_at < YOUNG:
        return ItemClass.PENDING
    if ours is None:
        return ItemClass.MISSING_IN_LEDGER
    if theirs is None:
        return ItemClass.MISSING_AT_PROCESSOR
    return ItemClass.AMOUNT_MISMATCH


def compare(standings: Iterable[Standing], *, day: date, now: datetime) -> list[Item]:
    """Every reference's item of a *day*'s run."""
    items = []
    for each in standings:
        found = classify(each, now=now)
        items.append(
            Item(
                day=day,
                reference=each.reference,
                item_class=found,
                ledger_cents=each.ledger_cents,
                processor_cents=each.processor_cents,
                payment_id=each.payment_id,
                kinds=each.kinds,
                first_day=each.first_day or day,
                nights=each.nights + 1 if found.is_difference else 0,
            )
        )
    return items


def totals_of(items: Iterable[Item]) -> tuple[ClassTotal, ...]:
    """What the items come to, class by class; classes nothing fell into are left out."""
    sums: dict[ItemClass, list[int]] = {}
    for item in items:
        total = sums.setdefault(item.item_class, [0, 0, 0])
        total[0] += 1
        total[1] += item.ledger_cents or 0
        total[2] += item.processor_cents or 0
    return tuple(
        ClassTotal(item_class=kind, count=found[0], ledger_cents=found[1], processor_cents=found[2])
        for kind in ItemClass
        if (found := sums.get(kind)) is not None
    )
