"""A lesson's room, who was in it, and what that says about the lesson. Source: BK-54, BK-55."""

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import evolve, field, frozen
from attrs.converters import optional

from instainstru_core.booking.errors.life import WrongState
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.states import Confirmed
from instainstru_core.booking.terms import NoShowType, Party
from instainstru_core.booking.video.errors import JoinWindowClosed, LessonNotOnline
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.kernel.time import utc


class Seat(StrEnum):
    """As what somebody sits in the room: the instructor is its host. Source: BK-54."""

    HOST = "host"
    GUEST = "guest"

    @classmethod
    def of(cls, party: Party) -> "Seat":
        """The seat of *party*."""
        return cls.HOST if party is Party.INSTRUCTOR else cls.GUEST


@frozen(kw_only=True)
class Presence:
    """When somebody first came in, and when they were last seen to go."""

    joined_at: datetime | None = field(default=None, converter=optional(utc))
    left_at: datetime | None = field(default=None, converter=optional(utc))

    def joined(self, at: datetime) -> "Presence":
        """They came in at *at*: told twice, or late, it says the same."""
        first = at if self.joined_at is None else min(self.joined_at, at)
        return evolve(self, joined_at=first)

    def left(self, at: datetime) -> "Presence":
        """They went at *at*, so they were there by then."""
        last = at if self.left_at is None else max(self.left_at, at)
        return evolve(self.joined(at), left_at=last)


@frozen(kw_only=True)
class VideoSession:
    """The one room of a lesson, from the first time that somebody came in. Source: BK-54."""

    booking_id: BookingId
    room_id: str
    opened_at: datetime = field(converter=utc)
    host: Presence = Presence()
    guest: Presence = Presence()

    def seen(self, seat: Seat, *, at: datetime, leaving: bool) -> "VideoSession":
        """What the provider says of one who sits in *seat*."""
        before = self.host if seat is Seat.HOST else self.guest
        after = before.left(at) if leaving else before.joined(at)
        return evolve(self, host=after) if seat is Seat.HOST else evolve(self, guest=after)


def check_may_join(booking: Booking, *, at: datetime, early: timedelta) -> None:
    """Whether the room is open for the lesson's two people. Source: BK-54.

    Raises:
        LessonNotOnline: They meet somewhere.
        WrongState: The lesson is not confirmed.
        JoinWindowClosed: More than *early* before the start, or after the end.
    """
    if booking.location_type is not LocationType.ONLINE:
        raise LessonNotOnline(booking.booking_id)
    if not isinstance(booking.state, Confirmed):
        raise WrongState(booking.booking_id, booking.status)
    opens_at, closes_at = booking.lesson.starts_at - early, booking.lesson.ends_at
    if not opens_at <= at <= closes_at:
        raise JoinWindowClosed(booking.booking_id, opens_at, closes_at)


def missing(session: VideoSession | None) -> NoShowType | None:
    """Who did not come, as far as the room knows. Source: BK-55."""
    host = session is not None and session.host.joined_at is not None
    guest = session is not None and session.guest.joined_at is not None
    if host and guest:
        return None
    if not host and not guest:
        return NoShowType.MUTUAL
    return NoShowType.STUDENT if host else NoShowType.INSTRUCTOR
