"""Waiting for an instructor's time. Source: spec 01 §11."""

from datetime import date, datetime
from typing import Annotated, Final, Self

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, field

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.model.windows import MAX_WINDOWS_PER_DAY, Window, WindowText
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.subscription import MAX_LIVE, Subscription
from instainstru_core.availability.waitlist.use_cases.list_subscriptions import list_subscriptions
from instainstru_core.availability.waitlist.use_cases.subscribe import Subscribe, subscribe
from instainstru_core.availability.waitlist.use_cases.unsubscribe import Unsubscribe, unsubscribe
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import LocationType
from instainstru_core.ports import Ports

_STUDENTS: Final = requires(Permission.CREATE_BOOKINGS)
_Time = Annotated[str, Meta(min_length=1, max_length=8, examples=["17:00"])]
_Weekday = Annotated[int, Meta(ge=1, le=7)]


class HoursBody(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Hours of the day on the instructor's clock."""

    start: _Time
    end: Annotated[str, Meta(min_length=1, max_length=8, examples=["20:30"])]


class SubscribeBody(Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """The time a student waits for: the whole lesson lies in one of the windows, if any."""

    instructor_id: InstructorId
    location_type: LocationType
    duration: Annotated[int, Meta(ge=1, le=1440, examples=[60])]
    first: Annotated[date, Meta(description="The first date.")] = field(name="from")
    last: Annotated[date, Meta(description="The last date; at most 60 in all.")] = field(name="to")
    weekdays: (
        Annotated[
            list[_Weekday],
            Meta(min_length=1, max_length=7, description="1 is Monday.", examples=[[2, 4]]),
        ]
        | None
    ) = None
    windows: Annotated[list[HoursBody], Meta(max_length=MAX_WINDOWS_PER_DAY)] = []


class HoursView(Struct, frozen=True):
    """Hours of the day on the instructor's clock."""

    start: _Time
    end: str

    @classmethod
    def of(cls, window: Window) -> Self:
        """The hours."""
        return cls(window.starts, window.ends)


class NewsView(Struct, frozen=True):
    """A free time that I was told of; it was held for nobody."""

    date: date
    starts_at: datetime


class SubscriptionView(Struct, kw_only=True, frozen=True):
    """A time I wait for, and what I was told of it."""

    subscription_id: SubscriptionId
    instructor_id: InstructorId
    location_type: LocationType
    duration: int
    first: date = field(name="from")
    last: date = field(name="to")
    weekdays: list[int]
    windows: list[HoursView]
    since: datetime
    news: list[NewsView]

    @classmethod
    def of(cls, subscription: Subscription) -> Self:
        """The subscription as its student sees it."""
        wish = subscription.wish
        return cls(
            subscription_id=subscription.subscription_id,
            instructor_id=subscription.instructor,
            location_type=wish.location_type,
            duration=wish.minutes,
            first=wish.first,
            last=wish.last,
            weekdays=[day + 1 for day in sorted(wish.weekdays)],
            windows=[HoursView.of(each) for each in wish.windows],
            since=subscription.since,
            news=[NewsView(day, at) for day, at in sorted(subscription.told.items())],
        )


class WaitlistView(Struct, kw_only=True, frozen=True):
    """Everything I wait for, oldest first."""

    items: list[SubscriptionView]
    limit: Annotated[int, Meta(description="How much one may wait for at a time.")]


@get(
    sync_to_thread=True,
    opt=policy(access=_STUDENTS, bucket="read"),
    **documented("List the times I wait for"),
)
def list_mine(principal: NamedDependency[Principal], ports: NamedDependency[Ports]) -> WaitlistView:
    """What I wait for and is not over."""
    found = list_subscriptions(_student(principal), read=ports.read, clock=ports.clock)
    return WaitlistView(items=[SubscriptionView.of(each) for each in found], limit=MAX_LIVE)


@post(
    sync_to_thread=True,
    opt=policy(access=_STUDENTS, bucket="write", idempotency=OPTIONAL),
    **documented("Wait for a time", refusals=(404, 409)),
)
def wait(
    data: JSONBody[SubscribeBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> SubscriptionView:
    """Hear of it once it is free: first come, first told. Nothing is held for anybody."""
    request = Subscribe(
        student=_student(principal),
        instructor_id=data.instructor_id,
        location_type=data.location_type,
        minutes=data.duration,
        first=data.first,
        last=data.last,
        weekdays=None if data.weekdays is None else [day - 1 for day in data.weekdays],
        windows=[WindowText(each.start, each.end) for each in data.windows],
    )
    subscription = subscribe(
        request,
        read=ports.read,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(SubscriptionView.of),
    )
    return SubscriptionView.of(subscription)


@delete(
    "/{subscription_id:str}",
    sync_to_thread=True,
    opt=policy(access=_STUDENTS, bucket="write"),
    **documented("Wait for a time no more", refusals=(404,)),
)
def give_up(
    subscription_id: FromPath[SubscriptionId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> None:
    """Hear of it no more."""
    request = Unsubscribe(student=_student(principal), subscription_id=subscription_id)
    unsubscribe(request, begin=ports.begin)


def _student(principal: Principal) -> StudentId:
    return StudentId(principal.account_id.value)


ROUTER: Final = Router("/waitlist", route_handlers=[list_mine, wait, give_up], tags=["waitlist"])
