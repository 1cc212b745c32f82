"""Waitlists in PostgreSQL, one statement per call."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from attrs import define
from sqlalchemy import Connection, Row, bindparam, delete, text
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.outbox import Outbox
from adapters.postgres.queries.availability import zone_of
from adapters.postgres.tables.waitlist import waitlist
from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.planes import plane_bytes
from instainstru_core.availability.waitlist.errors import SubscriptionExists, SubscriptionNotFound
from instainstru_core.availability.waitlist.events import WaitlistMatched
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.subscription import Subscription, Wish
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import utc

_LIST: Final = waitlist.c
_STUDENT: Final = _LIST.student_id == bindparam("student", type_=_LIST.student_id.type)
_THIS: Final = _LIST.subscription_id == bindparam("this", type_=_LIST.subscription_id.type)

_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_ADD: Final = (
    insert(waitlist)
    .on_conflict_do_nothing(constraint="waitlist_wish_key")
    .returning(_LIST.subscription_id)
)
_REMOVE: Final = delete(waitlist).where(_THIS, _STUDENT).returning(_LIST.subscription_id)
_FORGET: Final = delete(waitlist).where(_LIST.last_day < bindparam("before"))
# What was given up meanwhile joins nothing, and what was told before conflicts.
_TELL: Final = text(
    """
    INSERT INTO waitlist_news (subscription_id, day, starts_at, told_at)
    SELECT subscription_id, day, starts_at, :told_at
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:days AS date[]), CAST(:starts AS timestamptz[])
    ) AS news (subscription_id, day, starts_at)
    JOIN waitlist USING (subscription_id)
    ON CONFLICT (subscription_id, day) DO NOTHING
    RETURNING subscription_id, day
    """
)


_SUBSCRIPTIONS: Final = """
    SELECT waiting.*,
        ARRAY(SELECT day FROM waitlist_news AS news
              WHERE news.subscription_id = waiting.subscription_id ORDER BY day) AS days,
        ARRAY(SELECT starts_at FROM waitlist_news AS news
              WHERE news.subscription_id = waiting.subscription_id ORDER BY day) AS starts
    FROM waitlist AS waiting
"""
_OF_STUDENT: Final = text(
    f"""
    SELECT mine.*, instructor.zone
    FROM (
        {_SUBSCRIPTIONS}
        WHERE student_id = :student AND last_day >= :since
    ) AS mine
    LEFT JOIN instructors AS instructor USING (instructor_id)
    ORDER BY mine.since, mine.subscription_id
    """  # noqa: S608 - constants
)
_WAITING: Final = text(
    f"""
    {_SUBSCRIPTIONS}
    WHERE instructor_id = :instructor AND last_day >= :first
        AND first_day <= coalesce(CAST(:last AS date), 'infinity')
    ORDER BY since, subscription_id
    """
)


@define
class PostgresWaitlistQueries:
    """The `WaitlistQueries` port."""

    _connection: Connection

    def of_student(self, student: StudentId, *, now: datetime) -> Sequence[Subscription]:
        # West of Greenwich a date is over later than there.
        values = {"student": student.value, "since": now.date() - timedelta(days=1)}
        rows = self._connection.execute(_OF_STUDENT, values)
        return [_subscription(row) for row in rows if row.last_day >= _today(row.zone, now)]

    def waiting(
        self, instructor_id: InstructorId, *, first: date, last: date | None
    ) -> Sequence[Subscription]:
        values = {"instructor": instructor_id.value, "first": first, "last": last}
        return [_subscription(row) for row in self._connection.execute(_WAITING, values)]


@define
class PostgresWaitlist:
    """The `Waitlist` port."""

    _connection: Connection
    _outbox: Outbox

    def lock(self, student: StudentId) -> None:
        self._connection.execute(_LOCK, {"name": f"waitlist:{student}"})

    def of_student(self, student: StudentId, *, now: datetime) -> Sequence[Subscription]:
        return PostgresWaitlistQueries(self._connection).of_student(student, now=now)

    def add(self, subscription: Subscription) -> None:
        if self._connection.scalar(_ADD, _columns(subscription)) is None:
            raise SubscriptionExists

    def remove(self, student: StudentId, subscription_id: SubscriptionId) -> None:
        values = {"student": student, "this": subscription_id}
        if self._connection.scalar(_REMOVE, values) is None:
            raise SubscriptionNotFound(subscription_id)

    def tell(self, news: Sequence[WaitlistMatched]) -> int:
        if not news:
            return 0
        values = {
            "ids": [each.subscription_id.value for each in news],
            "days": [each.day for each in news],
            "starts": [each.starts_at for each in news],
            "told_at": news[0].occurred_at,
        }
        rows = self._connection.execute(_TELL, values).all()
        new = {(SubscriptionId(number), day) for number, day in rows}
        told = tuple(each for each in news if (each.subscription_id, each.day) in new)
        self._outbox.record(told)
        return len(told)

    def forget(self, *, before: date) -> int:
        return self._connection.execute(_FORGET, {"before": before}).rowcount


def _today(zone: str | None, now: datetime) -> date:
    return now.date() if zone is None else zone_of(zone).today(now)


def _columns(subscription: Subscription) -> dict[str, Any]:
    wish = subscription.wish
    return {
        "subscription_id": subscription.subscription_id,
        "student_id": subscription.student,
        "instructor_id": subscription.instructor,
        "location_type": wish.location_type,
        "minutes": wish.minutes,
        "first_day": wish.first,
        "last_day": wish.last,
        "weekdays": sum(1 << day for day in wish.weekdays),
        "mask": plane_bytes(wish.mask),
        "since": subscription.since,
    }


def _subscription(row: Row[Any]) -> Subscription:
    told = zip(row.days, row.starts, strict=True)
    return Subscription(
        subscription_id=SubscriptionId(row.subscription_id),
        student=StudentId(row.student_id),
        instructor=InstructorId(row.instructor_id),
        wish=Wish(
            location_type=LocationType(row.location_type),
            minutes=row.minutes,
            first=row.first_day,
            last=row.last_day,
            weekdays=frozenset(day for day in range(7) if row.weekdays >> day & 1),
            mask=int.from_bytes(row.mask, "little"),
        ),
        since=utc(row.since),
        told={day: utc(starts_at) for day, starts_at in told},
    )
