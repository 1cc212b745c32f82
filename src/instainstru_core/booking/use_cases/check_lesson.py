"""Say whether a lesson could be booked, and everything that speaks against it. Source: AV-40."""

from typing import TypeVar

from attrs import evolve, frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.booking.errors.life import BookingNotFound
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.policies.checks import check, own_holds_in_the_way
from instainstru_core.booking.policies.facts import Facts, Proposal
from instainstru_core.booking.policies.proximity import ProximityWarning, proximity_warnings
from instainstru_core.booking.ports import BookingWork
from instainstru_core.booking.use_cases.create_booking import (
    CreateBooking,
    gather_facts,
    time_of,
)
from instainstru_core.kernel.errors import DomainError, NotFound
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.places.ports import Places
from instainstru_core.pricing.model.config import DEFAULT_PRICING, PricingConfig

WorkT = TypeVar("WorkT", bound=BookingWork)


@frozen(kw_only=True)
class CheckLesson:
    """Somebody signed in asks about one lesson, perhaps in place of one that they have."""

    principal: Principal
    proposal: Proposal
    instead_of: BookingId | None = None


@frozen(kw_only=True)
class CheckedLesson:
    """Every reason why not, in the order of BK-11, and what to think of before."""

    failures: tuple[DomainError, ...]
    warnings: tuple[ProximityWarning, ...]

    @property
    def available(self) -> bool:
        """Whether booking it now would succeed."""
        return not self.failures


def check_lesson(
    request: CheckLesson,
    *,
    begin: Begin[WorkT],
    places: Places,
    clock: Clock,
    pricing: PricingConfig = DEFAULT_PRICING,
) -> CheckedLesson:
    """Run every check that booking runs, without its locks of calendars and without writing.

    The caller's own live holds that booking would give up are in nobody's way. Source: BK-15.

    Raises:
        BookingNotFound: It is not one of the caller's own that shall be left out.
    """
    city = places.gazetteer()
    with begin() as work:
        proposal = _apart(work, request)
        try:
            settings = work.calendars.settings(proposal.instructor)
        except NotFound:
            settings = None
        lesson = time_of(proposal, settings)
        facts = gather_facts(
            work,
            CreateBooking(principal=request.principal, proposal=proposal),
            settings,
            lesson,
            city,
            now=clock.now(),
            pricing=pricing,
        )
    own = own_holds_in_the_way(proposal, facts, lesson) if lesson else ()
    left = facts.without(own)
    return CheckedLesson(
        failures=check(proposal, left),
        warnings=() if lesson is None else _warnings(proposal, left, lesson),
    )


def _apart(work: BookingWork, request: CheckLesson) -> Proposal:
    if request.instead_of is None:
        return request.proposal
    booking = work.bookings.get(request.instead_of)
    if booking.student != request.proposal.student:
        raise BookingNotFound(request.instead_of)
    return evolve(request.proposal, apart_from=booking.chain.chain_id)


def _warnings(proposal: Proposal, facts: Facts, lesson: Interval) -> tuple[ProximityWarning, ...]:
    return proximity_warnings(
        proposal.student,
        lesson,
        proposal.location_type,
        _place(proposal, facts),
        near=[each for each in facts.near if each.chain.chain_id != proposal.apart_from],
        now=facts.now,
        rules=facts.settings.rules,
    )


def _place(proposal: Proposal, facts: Facts) -> Place | None:
    asked, point = proposal.place, proposal.place.point
    match proposal.format:
        case Format.STUDIO:
            return facts.parties.teacher.teaching_place if facts.parties.teacher else None
        case Format.TRAVEL if asked.address and point:
            return Place(address=asked.address, lat=point[0], lng=point[1], place_id=asked.place_id)
        case _:
            return None
