"""A booked lesson and what can happen to it. Source: spec 01 §2.4…2.7, §3."""

from datetime import datetime
from typing import Any, Self

from attrs import evolve, field, frozen
from attrs.validators import max_len, optional

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules
from instainstru_core.booking.errors.life import (
    HoldExpired,
    LessonNotEnded,
    LessonStarted,
    WrongState,
)
from instainstru_core.booking.events import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingEvent,
    BookingHeld,
    BookingHoldReleased,
    BookingNoShowRecorded,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.parts import (
    AUTO_COMPLETE_AFTER,
    CAPTURE_AFTER,
    DURATION_STEP_MINUTES,
    MAX_DURATION_MINUTES,
    MAX_NOTE_LENGTH,
    MIN_DURATION_MINUTES,
    Chain,
    Place,
    band,
    hold_expiry,
)
from instainstru_core.booking.model.states import (
    MAX_REASON_LENGTH,
    STATUSES,
    Cancelled,
    Completed,
    Confirmed,
    NoShow,
    Pending,
    State,
)
from instainstru_core.booking.terms import (
    BookingStatus,
    CancelKind,
    NoShowType,
    Party,
    PolicyCase,
)
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.events import Aggregate
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval, utc
from instainstru_core.kernel.zones import Zone


@frozen(kw_only=True)
class Booking(Aggregate):
    """One lesson, one student, one instructor, at a price fixed from the start. Source: BK-1."""

    booking_id: BookingId
    chain: Chain
    student: StudentId
    instructor: InstructorId
    service_id: ServiceId
    lesson: Interval
    zone: Zone
    student_zone: Zone
    location_type: LocationType
    place: Place | None = None
    service_name: str
    hourly_rate: Money
    price: Money
    service_area: str | None = None
    note: str | None = field(default=None, validator=optional(max_len(MAX_NOTE_LENGTH)))
    instructor_note: str | None = field(default=None, validator=optional(max_len(MAX_NOTE_LENGTH)))
    meeting_details: str | None = field(
        default=None, validator=optional(max_len(MAX_REASON_LENGTH))
    )
    created_at: datetime = field(converter=utc)
    state: State

    def __attrs_post_init__(self) -> None:
        minutes = self.lesson.minutes
        if not MIN_DURATION_MINUTES <= minutes <= MAX_DURATION_MINUTES:
            raise Malformed(f"a lesson lasts 30 to 240 minutes, not {minutes}")
        if self.lesson.duration.total_seconds() % (60 * DURATION_STEP_MINUTES):
            raise Malformed(f"a lesson lasts a multiple of 5 minutes, not {self.lesson.duration}")
        if self.student.value == self.instructor.value:
            raise Malformed("student and instructor are two people")

    @classmethod
    def hold(
        cls,
        booking_id: BookingId,
        *,
        at: datetime,
        lesson: Interval,
        rules: CalendarRules = DEFAULT_RULES,
        **details: Any,
    ) -> Self:
        """A new booking: *lesson* is reserved while payment is being set up. Source: BK-16."""
        expires_at = hold_expiry(start=lesson.starts_at, created_at=at, rules=rules)
        held = cls(
            booking_id=booking_id,
            chain=Chain(chain_id=booking_id),
            lesson=lesson,
            created_at=at,
            state=Pending(expires_at),
            **details,
        )
        held_event = held._event(BookingHeld, at, hold_expires_at=expires_at)
        return evolve(held, events=(held_event,))

    @property
    def status(self) -> BookingStatus:
        """The state's public name."""
        return STATUSES[type(self.state)]

    @property
    def confirmed_at(self) -> datetime | None:
        """When it was confirmed, if ever."""
        match self.state:
            case Pending():
                return None
            case Confirmed(at):
                return at
            case Completed() | Cancelled() | NoShow() as later:
                return later.confirmed_at

    @property
    def capture_due_at(self) -> datetime:
        """When the money is taken, whoever completed the lesson. Source: BK-23."""
        return self.lesson.ends_at + CAPTURE_AFTER

    def occupies(self, now: datetime) -> bool:
        """Whether its time is taken at *now*. Source: AV-30."""
        match self.state:
            case Cancelled():
                return False
            case Pending(hold_expires_at):
                return now < hold_expires_at
            case _:
                return True

    def is_live_hold(self, now: datetime) -> bool:
        """Whether it is a hold that has not ended at *now*."""
        return isinstance(self.state, Pending) and self.occupies(now)

    def party_of(self, account_id: AccountId) -> Party | None:
        """Whether *account_id* is its student, its instructor, or neither."""
        if account_id.value == self.student.value:
            return Party.STUDENT
        return Party.INSTRUCTOR if account_id.value == self.instructor.value else None

    def extend_hold(self, *, attempted_at: datetime, rules: CalendarRules = DEFAULT_RULES) -> Self:
        """Hold on for another try to pay. Source: BK-16.

        Raises:
            WrongState: It is no hold.
            HoldExpired: It was one.
        """
        self._check_live(attempted_at)
        expires_at = hold_expiry(
            start=self.lesson.starts_at,
            created_at=self.created_at,
            last_attempt_at=attempted_at,
            rules=rules,
        )
        return evolve(self, state=Pending(expires_at))

    def confirm(self, *, at: datetime) -> Self:
        """Agree on the lesson: its payment is scheduled or authorised. Source: BK-17, BK-18.

        Raises:
            WrongState: It is no hold.
            HoldExpired: It was one.
        """
        self._check_live(at)
        return self._moved(Confirmed(at), self._event(BookingConfirmed, at))

    def cancel(
        self, *, at: datetime, by: Party, actor: AccountId, reason: str, policy_case: PolicyCase
    ) -> Self:
        """Call the lesson off and free its time. Source: BK-25, BK-28.

        Raises:
            WrongState: It is over already.
            LessonStarted: Its own parties can't any more; an admin can.
        """
        if not isinstance(self.state, Pending | Confirmed):
            raise WrongState(self.booking_id, self.status)
        if by is not Party.ADMIN and at >= self.lesson.starts_at:
            raise LessonStarted(self.booking_id)
        kind = {
            Party.STUDENT: CancelKind.BY_STUDENT,
            Party.INSTRUCTOR: CancelKind.BY_INSTRUCTOR,
            Party.ADMIN: CancelKind.BY_ADMIN,
        }[by]
        return self._called_off(
            Cancelled(
                at=at,
                kind=kind,
                confirmed_at=self.confirmed_at,
                by=by,
                actor=actor,
                reason=reason.strip(),
                policy_case=policy_case,
            )
        )

    def abandon(self, *, at: datetime) -> Self:
        """Give up a lesson whose authorisation keeps failing. Source: BK-20.

        Raises:
            WrongState: It is not confirmed.
        """
        if not isinstance(self.state, Confirmed):
            raise WrongState(self.booking_id, self.status)
        return self._called_off(
            Cancelled(at=at, kind=CancelKind.PAYMENT_FAILED, confirmed_at=self.state.at)
        )

    def expire(self, *, at: datetime) -> Self:
        """Let go of a hold that nobody paid in time. Source: BK-19.

        Raises:
            WrongState: It is no hold, or one that has not ended.
        """
        if not isinstance(self.state, Pending) or self.occupies(at):
            raise WrongState(self.booking_id, self.status)
        return self._released(at, CancelKind.HOLD_EXPIRED)

    def supersede(self, *, at: datetime) -> Self:
        """Let go of a hold for another one of the same student. Source: BK-15.

        Raises:
            WrongState: It is no hold.
        """
        if not isinstance(self.state, Pending):
            raise WrongState(self.booking_id, self.status)
        return self._released(at, CancelKind.SUPERSEDED)

    def complete(self, *, at: datetime, note: str | None = None) -> Self:
        """The instructor says the lesson was given. Source: BK-21.

        Raises:
            WrongState: It is not confirmed.
            LessonNotEnded: It may still be going on.
        """
        if not isinstance(self.state, Confirmed):
            raise WrongState(self.booking_id, self.status)
        if at < self.lesson.ends_at:
            raise LessonNotEnded(self.booking_id, self.lesson.ends_at)
        return self._completed(at, at, self.state, automatic=False, note=note)

    def complete_by_itself(self, *, at: datetime) -> Self:
        """A day after the end, the lesson counts as given at its end. Source: BK-22.

        Raises:
            WrongState: It is not confirmed.
            LessonNotEnded: The day is not over.
        """
        if not isinstance(self.state, Confirmed):
            raise WrongState(self.booking_id, self.status)
        if at < self.lesson.ends_at + AUTO_COMPLETE_AFTER:
            raise LessonNotEnded(self.booking_id, self.lesson.ends_at)
        return self._completed(at, self.lesson.ends_at, self.state, automatic=True)

    def complete_upheld(self, *, at: datetime) -> Self:
        """A no-show was claimed and refuted: the lesson counts as given at its end. Source: BK-39.

        Raises:
            WrongState: It is not confirmed.
        """
        if not isinstance(self.state, Confirmed):
            raise WrongState(self.booking_id, self.status)
        return self._completed(at, self.lesson.ends_at, self.state, automatic=True)

    def miss(self, type: NoShowType, *, at: datetime) -> Self:  # noqa: A002 - the platform's word
        """It is certain that somebody did not come. Source: BK-39, BK-41, BK-53.

        Raises:
            WrongState: It is neither confirmed nor completed.
        """
        match self.state:
            case Confirmed(confirmed_at):
                completed_at = None
            case Completed(at=completed_at, confirmed_at=confirmed_at):
                pass
            case _:
                raise WrongState(self.booking_id, self.status)
        missed = NoShow(at=at, confirmed_at=confirmed_at, completed_at=completed_at, type=type)
        news = self._event(
            BookingNoShowRecorded, at, no_show_type=type, was_completed=completed_at is not None
        )
        return self._moved(missed, news)

    def annotate(self, *, instructor_note: str | None, meeting_details: str | None) -> Self:
        """What the instructor writes down for themself, and for both. Source: BK-45.

        Raises:
            WrongState: It was cancelled.
        """
        if isinstance(self.state, Cancelled):
            raise WrongState(self.booking_id, self.status)
        return evolve(self, instructor_note=instructor_note, meeting_details=meeting_details)

    def _check_live(self, at: datetime) -> None:
        if not isinstance(self.state, Pending):
            raise WrongState(self.booking_id, self.status)
        if at >= self.state.hold_expires_at:
            raise HoldExpired(self.booking_id, self.state.hold_expires_at)

    def _completed(
        self,
        at: datetime,
        completed_at: datetime,
        before: Confirmed,
        *,
        automatic: bool,
        note: str | None = None,
    ) -> Self:
        return evolve(
            self,
            instructor_note=self.instructor_note if note is None else note,
            state=Completed(at=completed_at, confirmed_at=before.at),
            events=(
                *self.events,
                self._event(BookingCompleted, at, completed_at=completed_at, automatic=automatic),
            ),
        )

    def _called_off(self, state: Cancelled) -> Self:
        news = self._event(
            BookingCancelled,
            state.at,
            kind=state.kind,
            band=band(self.lesson.starts_at, state.at),
            policy_case=state.policy_case,
            by=state.by,
            actor=state.actor,
            was_confirmed=state.confirmed_at is not None,
        )
        return self._moved(state, news)

    def _released(self, at: datetime, kind: CancelKind) -> Self:
        news = self._event(BookingHoldReleased, at, kind=kind)
        return self._moved(Cancelled(at=at, kind=kind), news)

    def _moved(self, state: State, news: BookingEvent) -> Self:
        return evolve(self, state=state, events=(*self.events, news))

    def _event(self, of: type[BookingEvent], at: datetime, **more: object) -> BookingEvent:
        return of(
            occurred_at=at,
            booking_id=self.booking_id,
            chain_id=self.chain.chain_id,
            student=self.student,
            instructor=self.instructor,
            service_id=self.service_id,
            service_name=self.service_name,
            lesson=self.lesson,
            zone=self.zone.name,
            location_type=self.location_type,
            price=self.price,
            booking_version=self.version + 1,
            **more,
        )
