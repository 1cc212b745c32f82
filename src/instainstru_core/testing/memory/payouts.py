"""Payouts to banks and holds of transfers in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime

from attrs import define

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.payments.ids import InstantPayoutId
from instainstru_core.payments.model.processor import PayoutStatus
from instainstru_core.payments.payouts.errors import (
    InstantPayoutInProgress,
    InstantPayoutNotFound,
)
from instainstru_core.payments.payouts.model import (
    HoldCause,
    InstantPayout,
    KnownPayout,
    PayoutHold,
)
from instainstru_core.payments.payouts.ports import PaidOut, cursor_after, place_of
from instainstru_core.testing.memory.tables import Tables

PENDING = frozenset({PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT})


def _payouts(tables: Tables) -> dict[str, KnownPayout]:
    return tables.of("bank_payouts", str, KnownPayout)


def _instant(tables: Tables) -> dict[InstantPayoutId, InstantPayout]:
    return tables.of("instant_payouts", InstantPayoutId, InstantPayout)


def _holds(tables: Tables) -> dict[str, PayoutHold]:
    return tables.of("payout_holds", str, PayoutHold)


@define
class InMemoryBankPayouts:
    """The `BankPayouts` port."""

    _tables: Tables

    def find_for_update(self, payout: str) -> KnownPayout | None:
        return _payouts(self._tables).get(payout)

    def keep(self, payout: KnownPayout) -> None:
        _payouts(self._tables)[payout.seen.payout] = payout


@define
class InMemoryInstantPayouts:
    """The `InstantPayouts` port."""

    _tables: Tables

    def add(self, payout: InstantPayout) -> None:
        for other in _instant(self._tables).values():
            if other.instructor_id == payout.instructor_id and not other.finished:
                raise InstantPayoutInProgress("another instant payout is not answered yet")
        _instant(self._tables)[payout.instant_payout_id] = payout

    def get_for_update(self, instant_payout_id: InstantPayoutId) -> InstantPayout:
        if (found := _instant(self._tables).get(instant_payout_id)) is None:
            raise InstantPayoutNotFound(f"there is no instant payout {instant_payout_id}")
        return found

    def save(self, payout: InstantPayout) -> None:
        self.get_for_update(payout.instant_payout_id)
        _instant(self._tables)[payout.instant_payout_id] = payout

    def made_of(self, payouts: Collection[str]) -> frozenset[str]:
        ours = {each.payout for each in _instant(self._tables).values()}
        return frozenset(each for each in payouts if each in ours)

    def overdue(self, *, now: datetime, limit: int) -> Sequence[InstantPayoutId]:
        due = [
            each
            for each in _instant(self._tables).values()
            if not each.finished and each.next_attempt_at <= now
        ]
        due.sort(key=lambda each: (each.next_attempt_at, each.instant_payout_id))
        return [each.instant_payout_id for each in due[:limit]]


@define
class InMemoryPayoutHolds:
    """The `PayoutHolds` port."""

    _tables: Tables

    def find(self, instructor_id: InstructorId) -> PayoutHold | None:
        every = self.of(instructor_id)
        return every[0] if every else None

    def of(self, instructor_id: InstructorId) -> Sequence[PayoutHold]:
        mine = [
            hold for hold in _holds(self._tables).values() if hold.instructor_id == instructor_id
        ]
        mine.sort(key=lambda hold: (hold.cause is not HoldCause.OPERATOR, hold.cause.value))
        return mine

    def place(self, hold: PayoutHold) -> None:
        _holds(self._tables).setdefault(f"{hold.instructor_id}:{hold.cause}", hold)

    def lift(self, instructor_id: InstructorId, cause: HoldCause) -> None:
        _holds(self._tables).pop(f"{instructor_id}:{cause}", None)

    def lessons_ahead(self, instructor_id: InstructorId, *, at: datetime) -> bool:
        return any(
            booking.instructor == instructor_id
            and isinstance(booking.state, Confirmed)
            and booking.lesson.ends_at > at
            for booking in self._tables.of("bookings", BookingId, Booking).values()
        )


@define
class InMemoryPayoutQueries:
    """The `PayoutQueries` query."""

    _tables: Tables

    def of_instructor(self, instructor_id: InstructorId, page: PageRequest) -> Page[KnownPayout]:
        mine = self._mine(instructor_id)
        mine.sort(key=lambda each: (each.seen.created_at, each.seen.payout), reverse=True)
        if page.cursor is not None:
            before = place_of(page.cursor)
            mine = [e for e in mine if (e.seen.created_at, e.seen.payout) < before]
        shown = mine[: page.limit]
        more = len(mine) > len(shown)
        return Page(items=shown, next_cursor=cursor_after(shown[-1]) if more else None)

    def totals(self, instructor_id: InstructorId) -> PaidOut:
        mine = [each.seen for each in self._mine(instructor_id)]
        return PaidOut(
            paid=Money(sum(e.amount.cents for e in mine if e.status is PayoutStatus.PAID)),
            pending=Money(sum(e.amount.cents for e in mine if e.status in PENDING)),
        )

    def instant(self, instructor_id: InstructorId, *, limit: int) -> Sequence[InstantPayout]:
        mine = [e for e in _instant(self._tables).values() if e.instructor_id == instructor_id]
        mine.sort(key=lambda each: each.instant_payout_id, reverse=True)
        return mine[:limit]

    def holds(self) -> Sequence[PayoutHold]:
        return sorted(
            _holds(self._tables).values(),
            key=lambda hold: (hold.placed_at, hold.instructor_id, hold.cause.value),
        )

    def _mine(self, instructor_id: InstructorId) -> list[KnownPayout]:
        every = _payouts(self._tables).values()
        return [each for each in every if each.instructor_id == instructor_id]
