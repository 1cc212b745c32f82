"""What a person is told, in the app and by mail. Source: spec 05 §2.6."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen
from attrs.validators import max_len, min_len

from instainstru_core.accounts.ids import AccountId
from instainstru_core.kernel.time import utc
from instainstru_core.notifications.ids import NotificationId

MAX_TITLE_LENGTH = 200
MAX_BODY_LENGTH = 2000


class Kind(StrEnum):
    """What a notification is about: the part of the catalogue that is built. Source: NT-20."""

    BOOKING_CONFIRMED = "booking_confirmed"
    BOOKING_RESCHEDULED = "booking_rescheduled"
    BOOKING_CANCELLED = "booking_cancelled"
    BOOKING_CANCELLED_PAYMENT_FAILED = "booking_cancelled_payment_failed"
    BOOKING_CANCELLATION_RECEIPT = "booking_cancellation_receipt"
    CREDIT_EXPIRING = "credit_expiring"
    CREDIT_GRANTED = "credit_granted"
    EXTERNAL_CALENDAR_FAILED = "external_calendar_failed"
    BOOKING_REMINDER_24H = "booking_reminder_24h"
    BOOKING_REMINDER_1H = "booking_reminder_1h"
    FLOOR_RAISED = "floor_raised"
    NO_SHOW_REPORTED = "no_show_reported"
    NO_SHOW_RESOLVED = "no_show_resolved"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_FINAL_WARNING = "payment_final_warning"
    PAYMENT_OWED = "payment_owed"
    PAYMENT_RECEIPT = "payment_receipt"
    PAYMENT_REFUNDED = "payment_refunded"
    PAYOUT_FAILED = "payout_failed"
    PAYOUT_SENT = "payout_sent"
    TIER_CHANGED = "tier_changed"
    TIP_RECEIVED = "tip_received"
    WAITLIST_MATCHED = "waitlist_matched"


WITHOUT_MAIL: Final = frozenset({Kind.BOOKING_REMINDER_1H, Kind.CREDIT_GRANTED, Kind.TIER_CHANGED})
"""What is told in the app alone: it would be old by the time that a mail is read, or can wait.

Source: NT-20.
"""


@frozen(kw_only=True)
class Notification:
    """One thing a person was told in the app; *key* says what it was about, once. Source: NT-1."""

    notification_id: NotificationId
    account_id: AccountId
    kind: Kind
    key: str
    title: str = field(validator=(min_len(1), max_len(MAX_TITLE_LENGTH)))
    body: str = field(validator=max_len(MAX_BODY_LENGTH))
    data: Mapping[str, str]
    created_at: datetime = field(converter=utc)
    read_at: datetime | None = None


@frozen(kw_only=True)
class Alarm:
    """What those who run the platform must hear: ids and figures alone, and nobody's name.

    A *grave* one stops money from moving.
    """

    name: str
    facts: Mapping[str, str | int | bool]
    is_grave: bool = False


@frozen(kw_only=True)
class Mail:
    """One e-mail, ready to be sent: always as text and as HTML. Source: NT-11."""

    to: str = field(repr=False)
    template: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


def notification_key(kind: Kind, *, subject: str, recipient: AccountId, occurrence: str) -> str:
    """What makes one occurrence notify one person once. Source: NT-1."""
    return f"{kind}:{subject}:{recipient}:{occurrence}"
