"""What notifications does when something happens elsewhere."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final, Protocol

from instainstru_core.accounts.ids import AccountId
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.booking.terms import CancelKind, NoShowType, Party
from instainstru_core.due_work.model import Payload, WorkItem
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.zones import Zone
from instainstru_core.notifications.model import Alarm, Kind
from instainstru_core.notifications.ports import Alarms, Mailer, TellingWork
from instainstru_core.notifications.use_cases.send_email import send_email
from instainstru_core.notifications.use_cases.tell import Tell, tell
from instainstru_core.notifications.use_cases.tell_of_lesson import (
    TellOfLesson,
    reminder_words,
    tell_of_lesson,
    written_out,
)
from instainstru_core.notifications.use_cases.tell_of_waitlist import (
    TellOfWaitlist,
    tell_of_waitlist,
)

BOTH: Final = (Party.STUDENT, Party.INSTRUCTOR)
_TOLD_TO_OPERATORS: Final = frozenset(
    {
        "amount",
        "booking_id",
        "credit_mismatches",
        "day",
        "debt",
        "difference_cents",
        "differences",
        "imbalance_cents",
        "inquiry",
        "payment_id",
        "payout",
        "reason",
        "result",
        "unsettled",
    }
)
"""What of an event is in its alarm: nobody's name, and no id of a person. Source: SE-35."""


class TellingWorld(Protocol):
    """What it takes to tell somebody something."""

    @property
    def ids(self) -> Ids:
        """New identifiers."""
        ...

    @property
    def clock(self) -> Clock:
        """Now."""
        ...


class MailingWorld(Protocol):
    """What it takes to send a mail."""

    @property
    def mailer(self) -> Mailer:
        """Sends e-mail."""
        ...


class RingingWorld(Protocol):
    """What it takes to ring an alarm."""

    @property
    def alarms(self) -> Alarms:
        """Reaches those who run the platform."""
        ...


def tell_of_confirmation(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `booking.confirmed`: both parties. Source: NT-20."""
    _tell(item, work, world, dict.fromkeys(BOTH, Kind.BOOKING_CONFIRMED))


def tell_of_move(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `booking.rescheduled`: both parties, from when to when. Source: BK-35, NT-20."""
    before = work.bookings.get(BookingId.parse(_text(item.payload, "predecessor_id")))
    more = {"before": written_out(before.zone.local(before.lesson.starts_at))}
    _tell(item, work, world, dict.fromkeys(BOTH, Kind.BOOKING_RESCHEDULED), more)


def tell_of_cancellation(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `booking.cancelled`: a receipt to whoever did it, the news to the others. Source: NT-20.

    A hold that was let go before anything was agreed is no news. When no card paid, both hear why.
    """
    if item.payload.get("was_confirmed") is not True:
        return
    if item.payload.get("kind") == CancelKind.PAYMENT_FAILED:
        _tell(item, work, world, dict.fromkeys(BOTH, Kind.BOOKING_CANCELLED_PAYMENT_FAILED))
        return
    by = item.payload.get("by")
    audience = {
        party: Kind.BOOKING_CANCELLATION_RECEIPT if by == party else Kind.BOOKING_CANCELLED
        for party in BOTH
    }
    _tell(item, work, world, audience)


def tell_of_reminder(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `booking.reminder_due`: both parties, unless it came to nothing. Source: NT-13, NT-20."""
    booking = work.bookings.get(item.id(BookingId, "booking_id"))
    now = world.clock.now()
    if not isinstance(booking.state, Confirmed) or booking.lesson.starts_at <= now:
        return
    kind = Kind(f"booking_reminder_{item.text('kind')}")
    _tell(item, work, world, dict.fromkeys(BOTH, kind), reminder_words(booking, now=now))


def tell_of_report(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `no_show.reported`: the accused, and until when they can object. Source: BK-36, NT-20."""
    booking = work.bookings.get(item.id(BookingId, "booking_id"))
    kind = _text(item.payload, "no_show_type")
    accused = BOTH if kind == NoShowType.MUTUAL else (Party(kind),)
    until = written_out(booking.zone.local(item.instant("dispute_until")))
    _tell(item, work, world, dict.fromkeys(accused, Kind.NO_SHOW_REPORTED), {"until": until})


def tell_of_issue(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `booking.issue_opened`: the other one. Source: BK-41, NT-20."""
    by = _text(item.payload, "opened_by")
    others = [party for party in BOTH if party != by]
    _tell(item, work, world, dict.fromkeys(others, Kind.NO_SHOW_REPORTED))


def tell_of_resolution(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `no_show.resolved` and `booking.issue_resolved`: both. Source: NT-20."""
    key = "outcome" if "outcome" in item.payload else "resolution"
    more = {"resolution": _text(item.payload, key)}
    _tell(item, work, world, dict.fromkeys(BOTH, Kind.NO_SHOW_RESOLVED), more)


def tell_of_failed_payment(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `payment.authorization_failed`, the first time: the student. Source: NT-20, PY-12."""
    if item.payload.get("failure_count", 1) != 1:
        return  # The ladder tries again in silence, until its warning. Source: PY-13.
    _tell(item, work, world, {Party.STUDENT: Kind.PAYMENT_FAILED})


def tell_of_failed_capture(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `payment.failed`: the student, whose lesson was given. Source: NT-20, PY-23."""
    _tell(item, work, world, {Party.STUDENT: Kind.PAYMENT_FAILED}, {"given": "yes"})


def tell_of_final_warning(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `payment.final_warning`: the student. Source: NT-20, PY-13."""
    _tell(item, work, world, {Party.STUDENT: Kind.PAYMENT_FINAL_WARNING})


def tell_of_settlement(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `payment.settled`, when the card paid: a receipt to the student. Source: PY-55."""
    amount = _cents(item.payload, "card_amount")
    if amount:
        more = {"amount": str(amount)}
        _tell(item, work, world, {Party.STUDENT: Kind.PAYMENT_RECEIPT}, more)


def tell_of_payout(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `payout.sent`: the instructor. Source: NT-20."""
    amount = _cents(item.payload, "amount")
    _tell(item, work, world, {Party.INSTRUCTOR: Kind.PAYOUT_SENT}, {"amount": str(amount)})


def tell_of_failed_payout(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `payout.failed`, the first refusal: the instructor. Source: NT-20, PY-47."""
    more = {"amount": str(_cents(item.payload, "amount"))}
    _tell(item, work, world, {Party.INSTRUCTOR: Kind.PAYOUT_FAILED}, more)


def tell_of_refund(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `payment.refunded`: the student. Source: spec 02 §7, PY-54."""
    more = {"amount": str(_cents(item.payload, "amount"))}
    _tell(item, work, world, {Party.STUDENT: Kind.PAYMENT_REFUNDED}, more)


def tell_of_debt(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `payment.escalated`: the student, who owes it and can't book. Source: PY-25."""
    more = {"amount": str(_cents(item.payload, "debt"))}
    _tell(item, work, world, {Party.STUDENT: Kind.PAYMENT_OWED}, more)


def tell_of_credit(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `credit.granted` and `credit.unlocked`: its student, once it can be spent. CR-11."""
    if item.payload.get("pending") is True:
        return
    lot_id, words = _text(item.payload, "lot_id"), {"amount": str(_cents(item.payload, "amount"))}
    if item.payload.get("expires_at") is not None:
        words["date"] = _date(item.payload, "expires_at")
    news = Tell(
        recipient=AccountId.parse(_text(item.payload, "student_id")),
        kind=Kind.CREDIT_GRANTED,
        subject=lot_id,
        occurrence=lot_id,
        words=words,
        data={"credit_id": lot_id},
    )
    tell(news, work=work, ids=world.ids, now=world.clock.now())


def tell_of_tier(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `commission.tier_changed`: the instructor. Source: NT-20, PR-12."""
    instructor = _text(item.payload, "instructor_id")
    news = Tell(
        recipient=AccountId.parse(instructor),
        kind=Kind.TIER_CHANGED,
        subject=instructor,
        occurrence=_text(item.payload, "occurred_at"),
        words={
            "rate": _percent(item.payload, "commission_bps"),
            "before": _percent(item.payload, "previous_bps"),
            "lessons": str(item.payload["completed"]),
        },
        data={"tier": _text(item.payload, "tier")},
    )
    tell(news, work=work, ids=world.ids, now=world.clock.now())


def alarm_of(name: str, *, is_grave: bool = False) -> Callable[[WorkItem, RingingWorld], None]:
    """A handler that rings on the event *name*. Source: spec 02 §7, PY-56, PY-58, PY-85, PY-86."""

    def tell_operators(item: WorkItem, world: RingingWorld) -> None:
        facts = {
            key: value
            for key, value in item.payload.items()
            if key in _TOLD_TO_OPERATORS and isinstance(value, str | int)
        }
        world.alarms.ring(Alarm(name=name, facts=facts, is_grave=is_grave))

    return tell_operators


def tell_of_tip(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `tip.succeeded`: the instructor, and a receipt to the student. Source: NT-20, PY-55."""
    more = {"amount": str(_cents(item.payload, "amount")), "tip": "yes"}
    audience = {Party.INSTRUCTOR: Kind.TIP_RECEIVED, Party.STUDENT: Kind.PAYMENT_RECEIPT}
    _tell(item, work, world, audience, more)


def tell_of_failed_tip(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `tip.failed`: the student, who may not be looking any more. Source: NT-20, PY-51."""
    more = {"amount": str(_cents(item.payload, "amount")), "tip": "yes"}
    _tell(item, work, world, {Party.STUDENT: Kind.PAYMENT_FAILED}, more)


def tell_of_expiring_credit(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `credit.expiring`: its student, 30 days before and again 7. Source: CR-14."""
    lot_id = _text(item.payload, "lot_id")
    news = Tell(
        recipient=AccountId.parse(_text(item.payload, "student_id")),
        kind=Kind.CREDIT_EXPIRING,
        subject=lot_id,
        occurrence=str(item.payload["days"]),
        words={
            "amount": str(_cents(item.payload, "amount")),
            "date": _date(item.payload, "expires_at"),
        },
        data={"credit_id": lot_id},
    )
    tell(news, work=work, ids=world.ids, now=world.clock.now())


def tell_of_raised_floor(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `pricing.floor_raised`: the instructor, once for each version. Source: PR-8."""
    version = str(item.payload["config_version"])
    news = Tell(
        recipient=AccountId.parse(_text(item.payload, "instructor_id")),
        kind=Kind.FLOOR_RAISED,
        subject=version,
        occurrence=version,
        words={"offerings": str(item.payload["offerings"])},
        data={"config_version": version},
    )
    tell(news, work=work, ids=world.ids, now=world.clock.now())


def tell_of_failing_calendar(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `availability.external_calendar_failed`: its owner, in words. Source: spec 01 §11."""
    feed_id = _text(item.payload, "feed_id")
    news = Tell(
        recipient=AccountId.parse(_text(item.payload, "instructor_id")),
        kind=Kind.EXTERNAL_CALENDAR_FAILED,
        subject=feed_id,
        occurrence=_text(item.payload, "occurred_at"),
        words={name: _text(item.payload, name) for name in ("host", "problem")},
        data={"external_calendar_id": feed_id},
    )
    tell(news, work=work, ids=world.ids, now=world.clock.now())


def tell_of_waitlist_match(item: WorkItem, work: TellingWork, world: TellingWorld) -> None:
    """On `waitlist.matched`: the student who waits. Source: spec 01 §11."""
    minutes = item.payload.get("minutes")
    if not isinstance(minutes, int):
        raise Malformed(f"expected minutes, got {type(minutes).__name__}")
    news = TellOfWaitlist(
        subscription_id=item.id(SubscriptionId, "subscription_id"),
        student=item.id(AccountId, "student"),
        instructor=item.id(InstructorId, "instructor"),
        minutes=minutes,
        day=date.fromisoformat(item.text("day")),
        starts_at=item.instant("starts_at"),
        zone=Zone(item.text("zone")),
    )
    tell_of_waitlist(news, work=work, ids=world.ids, clock=world.clock)


def mail(item: WorkItem, world: MailingWorld) -> None:
    """The handler `send_email`: one mail, out into the world. Source: NT-7."""
    send_email(item.payload, key=item.work_id, mailer=world.mailer)


def _tell(
    item: WorkItem,
    work: TellingWork,
    world: TellingWorld,
    audience: Mapping[Party, Kind],
    more: Mapping[str, str] | None = None,
) -> None:
    request = TellOfLesson(
        booking_id=BookingId.parse(_text(item.payload, "booking_id")),
        audience=audience,
        occurrence=_text(item.payload, "occurred_at"),
        more=more or {},
    )
    tell_of_lesson(request, work=work, ids=world.ids, clock=world.clock)


def _text(payload: Payload, name: str) -> str:
    match payload.get(name):
        case str(text):
            return text
        case other:
            raise Malformed(f"expected text as {name}, got {type(other).__name__}")


def _cents(payload: Payload, name: str) -> Money:
    match payload.get(name):
        case int(cents):
            return Money(cents)
        case other:
            raise Malformed(f"expected whole cents as {name}, got {type(other).__name__}")


def _date(payload: Payload, name: str) -> str:
    at = datetime.fromisoformat(_text(payload, name))
    return f"{at:%B} {at.day}, {at.year}"


def _percent(payload: Payload, name: str) -> str:
    match payload.get(name):
        case int(points):
            return f"{points / 100:g}%"
        case other:
            raise Malformed(f"expected basis points as {name}, got {type(other).__name__}")
