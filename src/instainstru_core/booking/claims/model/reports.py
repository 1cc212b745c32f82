"""Somebody says that somebody did not come, and what became of it. Source: BK-36…BK-39, spec 01 §3.

A decision is given the booking, and what else it must know; it answers with the claim as it is
then, and the events that tell of it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from attrs import evolve, field, frozen
from attrs.validators import max_len, optional

from instainstru_core.accounts.ids import AccountId
from instainstru_core.booking.claims.errors import (
    AlreadyDisputed,
    AlreadyReported,
    AlreadyResolved,
    DisputeWindowClosed,
    NoShowWindowClosed,
    NotDisputed,
)
from instainstru_core.booking.claims.events import (
    NoShowDisputed,
    NoShowReported,
    NoShowResolved,
)
from instainstru_core.booking.claims.model.saying import (
    MAX_NOTES,
    MAX_REASON,
    check_not_settled,
    check_said_in_time,
    checked_reason,
    parties,
)
from instainstru_core.booking.claims.terms import Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.terms import BookingStatus, NoShowType, Party
from instainstru_core.kernel.errors import Forbidden, InvalidState, Malformed
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.time import utc

DISPUTE_WITHIN: Final = timedelta(hours=24)

_MAY_REPORT: Final[dict[Party, frozenset[NoShowType]]] = {
    Party.STUDENT: frozenset({NoShowType.INSTRUCTOR}),
    Party.INSTRUCTOR: frozenset({NoShowType.STUDENT}),
    Party.ADMIN: frozenset({NoShowType.INSTRUCTOR, NoShowType.STUDENT}),
}

_ACCUSED: Final[dict[NoShowType, frozenset[Party]]] = {
    NoShowType.STUDENT: frozenset({Party.STUDENT}),
    NoShowType.INSTRUCTOR: frozenset({Party.INSTRUCTOR}),
    NoShowType.MUTUAL: frozenset({Party.STUDENT, Party.INSTRUCTOR}),
}


class ReportState(StrEnum):
    """How far a report has come. Source: spec 01 §3."""

    OPEN = "open"
    DISPUTED = "disputed"
    RESOLVED = "resolved"


@frozen(kw_only=True)
class Dispute:
    """The accused objects. Source: BK-37."""

    at: datetime = field(converter=utc)
    reason: str = field(validator=max_len(MAX_REASON))


@frozen(kw_only=True)
class Verdict:
    """What became of a report; *resolver* is absent when nobody disputed it in time."""

    at: datetime = field(converter=utc)
    resolution: Resolution
    resolver: AccountId | None = None
    notes: str | None = field(default=None, validator=optional(max_len(MAX_NOTES)))


@frozen(kw_only=True)
class NoShowReport(Aggregate):
    """Somebody says that somebody did not come; at most one a booking. Source: BK-36.

    *reporter* is absent when the platform noticed by itself. *status_before* and *payment_before*
    are how the booking and its payment stood.
    """

    booking_id: BookingId
    type: NoShowType
    reporter: AccountId | None
    reason: str | None = field(default=None, validator=optional(max_len(MAX_REASON)))
    reported_at: datetime = field(converter=utc)
    dispute: Dispute | None = None
    verdict: Verdict | None = None
    status_before: BookingStatus
    payment_before: str | None

    @property
    def state(self) -> ReportState:
        """Where it stands."""
        if self.verdict is not None:
            return ReportState.RESOLVED
        return ReportState.OPEN if self.dispute is None else ReportState.DISPUTED

    @property
    def is_open(self) -> bool:
        """Whether nothing became of it yet."""
        return self.verdict is None

    @property
    def dispute_until(self) -> datetime:
        """The last instant at which the accused can object. Source: BK-37."""
        return self.reported_at + DISPUTE_WITHIN

    def is_undisputed(self, now: datetime) -> bool:
        """Whether the accused let the time to object go by. Source: BK-38."""
        return self.state is ReportState.OPEN and now > self.dispute_until

    def objected(self, booking: Booking, *, by: Party, reason: str, at: datetime) -> "NoShowReport":
        """The accused objects. Source: BK-37.

        Raises:
            Forbidden: Somebody else does.
            AlreadyDisputed: For the second time.
            AlreadyResolved: It is settled.
            ReasonLength: The reason is too short or too long.
            DisputeWindowClosed: More than a day after the report.
        """
        if by not in _ACCUSED[self.type]:
            raise Forbidden("only the accused can dispute a report")
        if self.dispute is not None:
            raise AlreadyDisputed(self.booking_id)
        if self.verdict is not None:
            raise AlreadyResolved(self.booking_id)
        said = checked_reason(reason)
        if at > self.dispute_until:
            raise DisputeWindowClosed(self.booking_id, self.dispute_until)
        news = NoShowDisputed(
            occurred_at=at, no_show_type=self.type, disputed_by=by, **parties(booking)
        )
        return evolve(self, dispute=Dispute(at=at, reason=said), events=(*self.events, news))

    def withdrawn(self, booking: Booking, *, by: AccountId, at: datetime) -> "NoShowReport":
        """Who reported it takes it back. Source: BK-39.

        Raises:
            Forbidden: Somebody else does.
            AlreadyResolved: It is settled.
            AlreadyDisputed: The accused objected: an admin decides.
        """
        if by != self.reporter:
            raise Forbidden("only who reported a no-show can withdraw it")
        if self.verdict is not None:
            raise AlreadyResolved(self.booking_id)
        if self.dispute is not None:
            raise AlreadyDisputed(self.booking_id)
        return self._judged(booking, Verdict(at=at, resolution=Resolution.CANCELLED, resolver=by))

    def was_withdrawn_by(self, account_id: AccountId) -> bool:
        """Whether *account_id* took it back before."""
        return (
            self.verdict is not None
            and self.verdict.resolution is Resolution.CANCELLED
            and self.reporter == self.verdict.resolver == account_id
        )

    def resolved(
        self,
        booking: Booking,
        resolution: Resolution,
        *,
        by: AccountId,
        at: datetime,
        notes: str | None = None,
    ) -> "NoShowReport":
        """An admin decides. Source: BK-39.

        Raises:
            AlreadyResolved: Somebody did before.
            NotDisputed: There is no dispute to uphold.
            Malformed: It is no decision of a person.
        """
        if self.verdict is not None:
            raise AlreadyResolved(self.booking_id)
        if resolution is Resolution.CONFIRMED_NO_DISPUTE:
            raise Malformed("only time confirms a report for want of a dispute")
        if resolution is Resolution.DISPUTE_UPHELD and self.dispute is None:
            raise NotDisputed(self.booking_id)
        return self._judged(
            booking, Verdict(at=at, resolution=resolution, resolver=by, notes=notes)
        )

    def lapsed(self, booking: Booking, *, at: datetime) -> "NoShowReport":
        """Nobody disputed it in time. Source: BK-38.

        Raises:
            InvalidState: Somebody did, or still can, or it is settled.
        """
        if not self.is_undisputed(at):
            raise InvalidState("a report that is disputed, or can still be, is for an admin")
        return self._judged(booking, Verdict(at=at, resolution=Resolution.CONFIRMED_NO_DISPUTE))

    def _judged(self, booking: Booking, verdict: Verdict) -> Self:
        news = NoShowResolved(
            occurred_at=verdict.at,
            no_show_type=self.type,
            resolution=verdict.resolution,
            **parties(booking),
        )
        return evolve(self, verdict=verdict, events=(*self.events, news))


def report(
    booking: Booking,
    *,
    type: NoShowType,  # noqa: A002 - the word of the platform
    by: Party | None,
    reporter: AccountId | None,
    reason: str | None,
    at: datetime,
    earlier: NoShowReport | None,
    payment: str | None,
) -> NoShowReport:
    """Say that somebody did not come; *by* is absent when the platform noticed. Source: BK-36.

    Raises:
        Forbidden: It is not theirs to say.
        WrongState: The lesson is not agreed on, or over otherwise.
        NoShowWindowClosed: Before the start, or more than a day after the end.
        AlreadyReported: *earlier* is there, whatever became of it.
        AlreadySettled: The *payment* is captured or settled (PY-40).
    """
    if by is not None and type not in _MAY_REPORT[by]:
        raise Forbidden(f"a no-show of this kind is not for the {by} to report")
    check_said_in_time(booking, at, NoShowWindowClosed)
    if earlier is not None:
        raise AlreadyReported(booking.booking_id)
    check_not_settled(booking, payment)
    news = NoShowReported(
        occurred_at=at,
        no_show_type=type,
        reporter=reporter,
        reported_by=by,
        dispute_until=at + DISPUTE_WITHIN,
        **parties(booking),
    )
    return NoShowReport(
        booking_id=booking.booking_id,
        type=type,
        reporter=reporter,
        reason=reason,
        reported_at=at,
        status_before=booking.status,
        payment_before=payment,
        events=(news,),
    )
