"""Whether a lesson could be booked, over HTTP. Source: AV-40."""

from typing import Annotated, Final, Self

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from entrypoints.http.bookings import CreateBookingBody
from entrypoints.http.openapi import documented
from entrypoints.http.policy import AUTHENTICATED, policy
from entrypoints.http.problems import status_of, title_of
from instainstru_core.accounts.model import Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.policies.proximity import ProximityWarning
from instainstru_core.booking.use_cases.check_lesson import (
    CheckedLesson,
    CheckLesson,
    check_lesson,
)
from instainstru_core.kernel.errors import DomainError
from instainstru_core.ports import Ports


class CheckBody(CreateBookingBody, kw_only=True, forbid_unknown_fields=True):
    """A lesson as it would be booked, perhaps in place of one that the caller has."""

    exclude_booking_id: BookingId | None = None


class FailureView(Struct, kw_only=True, frozen=True):
    """One reason why the lesson can't be booked, as booking it would say."""

    code: Annotated[str, Meta(examples=["time_not_open"])]
    status: Annotated[int, Meta(examples=[422])]
    message: str
    facts: Annotated[
        dict[str, object], Meta(description="What the refusal knows, by name.", examples=[{}])
    ]

    @classmethod
    def of(cls, failure: DomainError) -> Self:
        """The reason."""
        return cls(
            code=failure.code,
            status=status_of(failure),
            message=str(failure) or title_of(failure.code),
            facts=dict(failure.facts()),
        )


class ProximityWarningView(Struct, kw_only=True, frozen=True):
    """Another lesson of the caller's is near in time, but elsewhere."""

    code: Annotated[str, Meta(examples=["proximity"])]
    booking_id: BookingId
    gap_minutes: int

    @classmethod
    def of(cls, warning: ProximityWarning) -> Self:
        """The warning."""
        return cls(code="proximity", booking_id=warning.booking_id, gap_minutes=warning.gap_minutes)


class CheckedView(Struct, kw_only=True, frozen=True):
    """Whether it could be booked now, everything against it in order, and what to think of."""

    available: bool
    failures: list[FailureView]
    warnings: list[ProximityWarningView]

    @classmethod
    def of(cls, checked: CheckedLesson) -> Self:
        """The outcome."""
        return cls(
            available=checked.available,
            failures=[FailureView.of(each) for each in checked.failures],
            warnings=[ProximityWarningView.of(each) for each in checked.warnings],
        )


@post(
    "/availability/checks",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=AUTHENTICATED, bucket="lookup"),
    **documented("Check whether a lesson could be booked", refusals=(404,)),
)
def check(
    data: JSONBody[CheckBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> CheckedView:
    """Every reason against a lesson at once; nothing is held, and nothing is changed."""
    request = CheckLesson(
        principal=principal,
        proposal=data.proposal(principal),
        instead_of=data.exclude_booking_id,
    )
    checked = check_lesson(
        request,
        begin=ports.begin,
        places=ports.places,
        clock=ports.clock,
        pricing=ports.pricing,
    )
    return CheckedView.of(checked)


ROUTER: Final = Router("/", route_handlers=[check])
