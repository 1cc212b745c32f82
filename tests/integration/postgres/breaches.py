"""What must never be found among bookings and payments, asked in SQL that shares nothing with ours.

Each question counts what is wrong; everything may be asked at any moment, between two transactions.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, text

from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.ids import EntityId

_OWNS = "{0}.status <> 'CANCELLED' AND NOT ({0}.status = 'PENDING' AND {0}.hold_expires_at <= :now)"
_PAIRS = (
    "SELECT count(*) FROM bookings one JOIN bookings other"
    " ON one.booking_id < other.booking_id AND one.chain_id <> other.chain_id"
    f" AND {_OWNS.format('one')} AND {_OWNS.format('other')}"
)
_BUFFER = """
    CASE WHEN one.location_type IN ('student_location', 'neutral_location')
           OR other.location_type IN ('student_location', 'neutral_location')
         THEN interval '60 minutes' ELSE interval '15 minutes' END
"""
_STANDS = "status IN ('CONFIRMED', 'COMPLETED', 'NO_SHOW')"

BREACHES: Mapping[str, str] = {
    "lessons of an instructor overlap": f"""
        {_PAIRS} AND one.instructor_id = other.instructor_id
        AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
    """,
    "lessons of a student overlap": f"""
        {_PAIRS} AND one.student_id = other.student_id
        AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
    """,
    "lessons of an instructor are too close": f"""
        {_PAIRS} AND one.instructor_id = other.instructor_id
        AND one.starts_at < other.ends_at + {_BUFFER}
        AND other.starts_at < one.ends_at + {_BUFFER}
    """,
    "a student has more than three live holds": """
        SELECT count(*) FROM (
            SELECT student_id FROM bookings
            WHERE status = 'PENDING' AND hold_expires_at > :now AND predecessor_id IS NULL
            GROUP BY student_id HAVING count(*) > 3
        ) AS hoards
    """,
    "a chain has two lessons": f"""
        SELECT count(*) FROM (
            SELECT chain_id FROM bookings GROUP BY chain_id
            HAVING count(*) FILTER (WHERE {_STANDS}) > 1
                OR count(*) FILTER (WHERE status = 'PENDING') > 1
        ) AS doubled
    """,
    "a move is miscounted": """
        SELECT count(*) FROM bookings successor LEFT JOIN bookings predecessor
            ON predecessor.booking_id = successor.predecessor_id
        WHERE (successor.predecessor_id IS NULL) <> (successor.chain_id = successor.booking_id)
           OR successor.reschedule_count <> coalesce(predecessor.reschedule_count + 1, 0)
           OR predecessor.chain_id <> successor.chain_id
           OR predecessor.starts_at <> successor.predecessor_start
    """,
    "a lesson moved on after a late move": """
        SELECT count(*) FROM bookings successor JOIN bookings predecessor
            ON predecessor.booking_id = successor.predecessor_id
        WHERE predecessor.late_reschedule
    """,
    "a swap was done by half": """
        SELECT count(*) FROM bookings successor JOIN bookings predecessor
            ON predecessor.booking_id = successor.predecessor_id
        WHERE successor.confirmed_at IS NOT NULL <> (
            predecessor.status = 'CANCELLED' AND predecessor.cancel_kind = 'rescheduled'
            AND predecessor.successor_id = successor.booking_id
        )
    """,
    "a lesson has no open payment of its own time, or more than one": f"""
        SELECT count(*) FROM bookings
        WHERE {_STANDS} AND 1 <> (
            SELECT count(*) FROM payments
            WHERE payments.booking_id = bookings.booking_id
              AND payments.starts_at = bookings.starts_at
              AND payments.ends_at = bookings.ends_at
              AND payments.lesson_price_cents = bookings.price_cents
              AND payments.outcome IS DISTINCT FROM 'checkout_abandoned_no_charge'
        )
    """,
    "a lesson that moved kept a payment": """
        SELECT count(*) FROM bookings JOIN payments USING (booking_id)
        WHERE cancel_kind = 'rescheduled'
    """,
    "a payment has two holds that count": """
        SELECT count(*) FROM (
            SELECT payment_id FROM card_holds
            WHERE status IN ('active', 'requires_action', 'captured')
            GROUP BY payment_id HAVING count(*) > 1
        ) AS doubled
    """,
    "a journal does not balance": """
        SELECT count(*) FROM (
            SELECT journal_id FROM journal_lines GROUP BY journal_id HAVING sum(cents) <> 0
        ) AS crooked
    """,
    "the books are more than their journals": """
        SELECT count(*) FROM (SELECT sum(cents) AS cents FROM journal_lines) AS books
        WHERE cents <> 0
    """,
    "a lesson was given before its end": """
        SELECT count(*) FROM bookings WHERE completed_at < ends_at
    """,
    "work was given up": "SELECT count(*) FROM work_items WHERE dead",
}

_TOLD = text("SELECT name, payload ->> 'booking_id' AS booking_id FROM events")
_LOGGED = text(
    "SELECT booking_id, before ->> 'status' AS before, after ->> 'status' AS after"
    " FROM booking_log ORDER BY entry_id"
)
_BOOKINGS = text(
    "SELECT booking_id, status, cancel_kind, predecessor_id,"
    " confirmed_at IS NOT NULL AS was_agreed FROM bookings"
)
_TIMERS = text("SELECT handler, payload ->> 'booking_id' AS booking_id FROM work_items")
_NEXT = {
    None: {"PENDING"},
    "PENDING": {"CONFIRMED", "CANCELLED"},
    "CONFIRMED": {"COMPLETED", "CANCELLED", "NO_SHOW"},
    "COMPLETED": {"NO_SHOW"},
}
"""Spec 01 §3."""


def breaches(connection: Connection, now: datetime) -> dict[str, int]:
    """How often each of `BREACHES` was found; empty when nothing is wrong."""
    counted = {name: connection.scalar(text(sql), {"now": now}) for name, sql in BREACHES.items()}
    return {name: count for name, count in counted.items() if count}


def stranded(connection: Connection) -> list[str]:
    """Holds without a timer that lets them go, and lessons without one that completes them."""
    filed = {(row.handler, row.booking_id) for row in connection.execute(_TIMERS)}
    needs = {"PENDING": "expire_hold", "CONFIRMED": "complete_lesson"}
    return [
        f"{row.status} {row.booking_id}"
        for row in connection.execute(_BOOKINGS)
        if row.status in needs and (needs[row.status], _name(row.booking_id)) not in filed
    ]


def told_wrongly(connection: Connection) -> list[str]:
    """Bookings whose beginning or end was not told exactly as often as it happened."""
    told = Counter((row.name, row.booking_id) for row in connection.execute(_TOLD))
    wrong = []
    for row in connection.execute(_BOOKINGS):
        cancelled = row.status == "CANCELLED"
        silent = row.cancel_kind in {"rescheduled", "aborted"}
        released = row.cancel_kind in {"hold_expired", "superseded"}
        expected = {
            "booking.confirmed": row.was_agreed and row.predecessor_id is None,
            "booking.rescheduled": row.was_agreed and row.predecessor_id is not None,
            "booking.completed": row.status == "COMPLETED",
            "booking.no_show_recorded": row.status == "NO_SHOW",
            "booking.hold_released": cancelled and released,
            "booking.cancelled": cancelled and not released and not silent,
        }
        wrong += [
            f"{row.status} {row.booking_id}: {name} {told[name, _name(row.booking_id)]} times"
            for name, due in expected.items()
            if told[name, _name(row.booking_id)] != int(due)
        ]
    return wrong


def logged_wrongly(connection: Connection) -> list[str]:
    """Bookings whose log skips a step, repeats one, or ends elsewhere than they do."""
    latest: dict[object, str] = {}
    wrong = []
    for row in connection.execute(_LOGGED):
        if row.before != latest.get(row.booking_id) or row.after not in _NEXT[row.before]:
            wrong.append(f"{row.booking_id}: {row.before} to {row.after}")
        latest[row.booking_id] = row.after
    now = {row.booking_id: row.status for row in connection.execute(_BOOKINGS)}
    wrong += [
        f"{each}: {now.get(each)}" for each in now | latest if now.get(each) != latest.get(each)
    ]
    return wrong


def _name(found: object) -> str:
    kind: type[EntityId] = BookingId
    return str(kind(found))  # type: ignore[arg-type]
