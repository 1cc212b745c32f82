"""The fixed words of a booking's life. Source: spec 01 §1, §3, BK-26, BK-27."""

from enum import StrEnum


class BookingStatus(StrEnum):
    """Where a booking is in its life; the only upper-case words of the platform."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"


class CancelKind(StrEnum):
    """Why a booking ended without its lesson. Source: spec 01 §3."""

    BY_STUDENT = "by_student"
    BY_INSTRUCTOR = "by_instructor"
    BY_ADMIN = "by_admin"
    PAYMENT_FAILED = "payment_failed"
    HOLD_EXPIRED = "hold_expired"
    SUPERSEDED = "superseded"
    ABORTED = "aborted"
    RESCHEDULED = "rescheduled"


class Party(StrEnum):
    """Who acts on a booking."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"


class Band(StrEnum):
    """The distance to the start when someone acts. Source: BK-26."""

    GE24 = "ge24"
    H12_24 = "h12_24"
    LT12 = "lt12"


class PolicyCase(StrEnum):
    """What kind of cancellation it is; payments maps each to money. Source: BK-27."""

    ADMIN = "admin"
    LOCK_INSTRUCTOR_CANCELLED = "lock_instructor_cancelled"
    LOCK_STUDENT_GE12 = "lock_student_ge12"
    LOCK_STUDENT_LT12 = "lock_student_lt12"
    PENDING_UNPAID = "pending_unpaid"
    INSTRUCTOR = "instructor"
    STUDENT_GE24_GAMING = "student_ge24_gaming"
    STUDENT_GE24 = "student_ge24"
    STUDENT_12_24 = "student_12_24"
    STUDENT_LT12 = "student_lt12"


class PaymentStep(StrEnum):
    """What moving a lesson asks of its money. Source: BK-31, spec 01 §5."""

    SCHEDULED = "scheduled"
    IMMEDIATE = "immediate"
    CARRY = "carry"
    LOCK = "lock"


class NoShowType(StrEnum):
    """Who did not come. Source: BK-36."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    MUTUAL = "mutual"


class ReminderKind(StrEnum):
    """How long before the start people are reminded. Source: BK-49."""

    DAY = "24h"
    HOUR = "1h"


class Standing(StrEnum):
    """A student's payment standing. Source: PY-71."""

    OK = "ok"
    LOCKED = "locked"
    RESTRICTED = "restricted"
    IN_DEBT = "credit_balance_negative"
