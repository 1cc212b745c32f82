"""Go into the room of a lesson by video. Source: BK-54."""

from datetime import datetime, timedelta

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.availability.model.rules import CalendarRules
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.video.errors import VideoUnavailable
from instainstru_core.booking.video.model import Seat, VideoSession, check_may_join
from instainstru_core.booking.video.ports import VideoRooms
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


@frozen(kw_only=True)
class JoinLesson:
    """One of the two wants to go in."""

    principal: Principal
    booking_id: BookingId


@frozen(kw_only=True)
class Admission:
    """The room, and what lets this one person into it."""

    session: VideoSession
    seat: Seat
    token: str
    expires_at: datetime


def join_lesson(
    request: JoinLesson,
    *,
    begin: Begin[BookingWork],
    clock: Clock,
    rooms: VideoRooms | None,
    rules: CalendarRules,
) -> Admission:
    """The way into the lesson's room, which is made on the way if there is none.

    The provider is asked between two units; asked twice, it answers with the same room.

    Raises:
        VideoUnavailable: There is no video here, or its provider is down.
        BookingNotFound: None, or not one of the caller's.
        LessonNotOnline: The two meet somewhere.
        WrongState: The lesson is not confirmed.
        JoinWindowClosed: Too early, or over.
    """
    provider = offered(rooms, rules)
    early = timedelta(minutes=rules.video_join_early_minutes)
    with begin() as work:
        booking = own_booking(work.bookings.get(request.booking_id), request.principal)
        check_may_join(booking, at=clock.now(), early=early)
        session = work.video_sessions.of(booking.booking_id)
    party = booking.party_of(request.principal.account_id)
    if party is None:
        raise BookingNotFound(booking.booking_id)
    if session is None:
        room_id = provider.create_room(booking.booking_id)
        session = _opened(booking.booking_id, room_id, begin=begin, clock=clock, early=early)
    until = booking.lesson.ends_at
    seat = Seat.of(party)
    token = provider.token(
        session.room_id, who=request.principal.account_id, seat=seat, until=until
    )
    return Admission(session=session, seat=seat, token=token, expires_at=until)


def offered(rooms: VideoRooms | None, rules: CalendarRules) -> VideoRooms:
    """The provider of this deployment.

    Raises:
        VideoUnavailable: It has none, or video is turned off.
    """
    if rooms is None or not rules.video_enabled:
        raise VideoUnavailable
    return rooms


def own_booking(booking: Booking, principal: Principal) -> Booking:
    """The *booking*, if the caller has part in it.

    Raises:
        BookingNotFound: They have none.
    """
    if booking.party_of(principal.account_id) is None:
        raise BookingNotFound(booking.booking_id)
    return booking


def _opened(
    booking_id: BookingId,
    room_id: str,
    *,
    begin: Begin[BookingWork],
    clock: Clock,
    early: timedelta,
) -> VideoSession:
    with begin() as work:
        # It may have been called off, or the other one come in, while the provider was asked.
        booking, now = work.bookings.get_for_update(booking_id), clock.now()
        check_may_join(booking, at=now, early=early)
        session = work.video_sessions.of(booking_id)
        if session is None:
            session = VideoSession(booking_id=booking_id, room_id=room_id, opened_at=now)
            work.video_sessions.keep(session)
        return session
