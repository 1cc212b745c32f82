"""Facts that claims publish. Source: spec 01 §7, BK-36…BK-41."""

from datetime import datetime
from typing import ClassVar

from attrs import frozen

from instainstru_core.accounts.ids import AccountId, StudentId
from instainstru_core.booking.claims.terms import IssueOutcome, Resolution
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import NoShowType, Party
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.events import Event


@frozen(kw_only=True)
class ClaimEvent(Event):
    """What every event about a claim tells: which lesson, and whose."""

    booking_id: BookingId
    chain_id: BookingId
    student: StudentId
    instructor: InstructorId


@frozen(kw_only=True)
class NoShowReported(ClaimEvent):
    """Somebody says that somebody did not come; its payment is frozen. Source: BK-36.

    *reporter* and *reported_by* are absent when the platform noticed by itself (BK-55).
    """

    name: ClassVar[str] = "no_show.reported"
    no_show_type: NoShowType
    reporter: AccountId | None
    reported_by: Party | None
    dispute_until: datetime


@frozen(kw_only=True)
class NoShowDisputed(ClaimEvent):
    """The accused objects: an admin decides. Source: BK-37."""

    name: ClassVar[str] = "no_show.disputed"
    no_show_type: NoShowType
    disputed_by: Party


@frozen(kw_only=True)
class NoShowResolved(ClaimEvent):
    """The report is settled. Where it is confirmed `booking.no_show_recorded` tells it too.

    Source: BK-38, BK-39.
    """

    name: ClassVar[str] = "no_show.resolved"
    no_show_type: NoShowType
    resolution: Resolution


@frozen(kw_only=True)
class BookingIssueOpened(ClaimEvent):
    """One of the two objects to the lesson's completion; its payment is frozen. Source: BK-41."""

    name: ClassVar[str] = "booking.issue_opened"
    opener: AccountId
    opened_by: Party


@frozen(kw_only=True)
class BookingIssueResolved(ClaimEvent):
    """An admin settled the issue; after `no_show` `booking.no_show_recorded` tells it too.

    Source: BK-41.
    """

    name: ClassVar[str] = "booking.issue_resolved"
    outcome: IssueOutcome
    no_show_type: NoShowType | None
