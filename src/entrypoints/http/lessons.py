"""Lessons by video, and what their provider tells. Source: BK-54, spec 01 §6."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from attrs import frozen
from litestar import Request, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy, requires
from entrypoints.http.wire import decoded, strict_json
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.use_cases.join_lesson import Admission, JoinLesson, join_lesson
from instainstru_core.booking.use_cases.read_lesson_session import read_lesson_session
from instainstru_core.booking.use_cases.record_peer import RecordPeer, record_peer
from instainstru_core.booking.video.model import Presence, Seat, VideoSession
from instainstru_core.ports import Ports

SIGNATURE: Final = "video-signature"
_PARTIES: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.VIEW_INCOMING_BOOKINGS, any_of=True
)


class AdmissionView(Struct, kw_only=True, frozen=True):
    """What lets the caller, and nobody else, into the room."""

    booking_id: BookingId
    room_id: str
    seat: Annotated[str, Meta(examples=["guest"])]
    token: str
    expires_at: datetime

    @classmethod
    def of(cls, admission: Admission) -> "AdmissionView":
        """The view of *admission*."""
        return cls(
            booking_id=admission.session.booking_id,
            room_id=admission.session.room_id,
            seat=admission.seat.value,
            token=admission.token,
            expires_at=admission.expires_at,
        )


class PresenceView(Struct, kw_only=True, frozen=True):
    """When somebody first came in, and was last seen to go."""

    joined_at: datetime | None
    left_at: datetime | None

    @classmethod
    def of(cls, presence: Presence) -> "PresenceView":
        """The view of *presence*."""
        return cls(joined_at=presence.joined_at, left_at=presence.left_at)


class LessonSessionView(Struct, kw_only=True, frozen=True):
    """The room of a lesson; without one, nobody has come yet."""

    booking_id: BookingId
    room_id: str | None
    opened_at: datetime | None
    instructor: PresenceView
    student: PresenceView

    @classmethod
    def of(cls, booking_id: BookingId, session: VideoSession | None) -> "LessonSessionView":
        """The view of *session*."""
        return cls(
            booking_id=booking_id,
            room_id=None if session is None else session.room_id,
            opened_at=None if session is None else session.opened_at,
            instructor=PresenceView.of(Presence() if session is None else session.host),
            student=PresenceView.of(Presence() if session is None else session.guest),
        )


class PeerBody(Struct, kw_only=True):
    """What the provider tells; fields that we don't know of are its own affair."""

    type: Literal["peer.joined", "peer.left"]
    room_id: Annotated[str, Meta(max_length=200)]
    seat: Seat
    at: Annotated[datetime, Meta(tz=True)]


class PeerView(Struct, frozen=True):
    """Whether there is such a room."""

    status: Literal["recorded", "ignored"]


@frozen
class SignedNews:
    """A request as it came, unread: its bytes are what was signed."""

    signature: str | None
    body: bytes


async def provide_news(request: Request[Any, Any, Any]) -> SignedNews:
    """The request as it came."""
    return SignedNews(request.headers.get(SIGNATURE), await request.body())


@post(
    "/{booking_id:str}/join",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_PARTIES, bucket="booking"),
    **documented("Join a lesson by video", refusals=(404, 409, 503)),
)
def join(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> AdmissionView:
    """Go into the room of an online lesson, from five minutes before its start to its end."""
    with alone_with(booking_id, ports.mutexes):
        admission = join_lesson(
            JoinLesson(principal=principal, booking_id=booking_id),
            begin=ports.begin,
            clock=ports.clock,
            rooms=ports.video,
            rules=ports.rules,
        )
    return AdmissionView.of(admission)


@get(
    "/{booking_id:str}/session",
    sync_to_thread=True,
    opt=policy(access=_PARTIES, bucket="read"),
    **documented("Show the room of a lesson", refusals=(404, 503)),
)
def session(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> LessonSessionView:
    """The room of a lesson by video, and who was in it when."""
    found = read_lesson_session(
        booking_id, viewer=principal, begin=ports.begin, rooms=ports.video, rules=ports.rules
    )
    return LessonSessionView.of(booking_id, found)


@post(
    "/video",
    status_code=200,
    sync_to_thread=True,
    dependencies={"news": Provide(provide_news)},
    opt=policy(access=PUBLIC, bucket="edge", machine=True),
    **documented("Take an event of the video provider", refusals=(400, 409, 422, 503)),
)
def receive(news: NamedDependency[SignedNews], ports: NamedDependency[Ports]) -> PeerView:
    """Note who came into a room, or went; signed like the processor's events."""
    ports.webhook_verifier.verify(news.signature, news.body)
    told: PeerBody = decoded(strict_json(news.body), PeerBody)
    request = RecordPeer(
        room_id=told.room_id, seat=told.seat, at=told.at, leaving=told.type == "peer.left"
    )
    known = record_peer(request, begin=ports.begin, mutexes=ports.mutexes)
    return PeerView("recorded" if known else "ignored")


ROUTER: Final = Router("/lessons", route_handlers=[join, session], tags=["bookings"])
WEBHOOK_ROUTER: Final = Router("/webhooks", route_handlers=[receive], tags=["webhooks"])
