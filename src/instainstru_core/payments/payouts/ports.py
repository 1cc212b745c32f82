"""Where payouts to banks and holds of transfers are kept."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import InstantPayoutId
from instainstru_core.payments.payouts.model import (
    HoldCause,
    InstantPayout,
    KnownPayout,
    PayoutHold,
)


class BankPayouts(Protocol):
    """Every payout of an instructor's account to their bank. Source: PY-48."""

    def find_for_update(self, payout: str) -> KnownPayout | None:
        """The payout that the processor calls so, locked for this unit."""
        ...

    def keep(self, payout: KnownPayout) -> None:
        """Keep the payout as it is now."""
        ...


class InstantPayouts(Protocol):
    """Every payout that was asked for. Source: PY-49."""

    def add(self, payout: InstantPayout) -> None:
        """Write it down, before the call.

        Raises:
            InstantPayoutInProgress: Another one of the instructor's is not answered yet.
        """
        ...

    def get_for_update(self, instant_payout_id: InstantPayoutId) -> InstantPayout:
        """The payout, locked for this unit.

        Raises:
            InstantPayoutNotFound: There is none.
        """
        ...

    def save(self, payout: InstantPayout) -> None:
        """Keep what became of it."""
        ...

    def made_of(self, payouts: Collection[str]) -> frozenset[str]:
        """Which of the processor's *payouts* are the answers of ours."""
        ...

    def overdue(self, *, now: datetime, limit: int) -> Sequence[InstantPayoutId]:
        """Those that are to be called again at *now*, the longest overdue first."""
        ...


class PayoutHolds(Protocol):
    """What keeps transfers back. Source: PY-73."""

    def find(self, instructor_id: InstructorId) -> PayoutHold | None:
        """What keeps the instructor's transfers back, an operator's hold before all others."""
        ...

    def of(self, instructor_id: InstructorId) -> Sequence[PayoutHold]:
        """Everything that keeps the instructor's transfers back, locked for this unit."""
        ...

    def place(self, hold: PayoutHold) -> None:
        """Keep transfers back; while one is there for the same cause another says nothing new."""
        ...

    def lift(self, instructor_id: InstructorId, cause: HoldCause) -> None:
        """Let transfers go, as far as *cause* goes."""
        ...

    def lessons_ahead(self, instructor_id: InstructorId, *, at: datetime) -> bool:
        """Whether the instructor has a confirmed lesson that is not over at *at*."""
        ...


@frozen(kw_only=True)
class PaidOut:
    """What an instructor's bank got in all, and what is on its way. Source: PY-48."""

    paid: Money
    pending: Money


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FAR: Final = 10**16


def cursor_after(payout: KnownPayout) -> Cursor:
    """Where a list of payouts, newest first, goes on after this one."""
    since = (payout.seen.created_at - _EPOCH) // timedelta(microseconds=1)
    return Cursor((since, payout.seen.payout))


def place_of(cursor: Cursor) -> tuple[datetime, str]:
    """The creation and name of the payout that *cursor* goes on after.

    Raises:
        Malformed: It belongs to another list.
    """
    match cursor.key:
        case (int(since), str(payout)) if abs(since) < _FAR:
            return _EPOCH + timedelta(microseconds=since), payout
        case _:
            raise Malformed("expected a cursor that an earlier page returned")


class PayoutQueries(Protocol):
    """Payouts to banks, to be read."""

    def of_instructor(self, instructor_id: InstructorId, page: PageRequest) -> Page[KnownPayout]:
        """The instructor's payouts, newest first."""
        ...

    def totals(self, instructor_id: InstructorId) -> PaidOut:
        """What was paid out in all, and what is pending."""
        ...

    def instant(self, instructor_id: InstructorId, *, limit: int) -> Sequence[InstantPayout]:
        """The payouts that the instructor asked for, newest first."""
        ...

    def holds(self) -> Sequence[PayoutHold]:
        """Everything that keeps transfers back, the longest first."""
        ...
