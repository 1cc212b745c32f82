"""What instructors do: offerings, places, the gate. Source: IN-2…15, PL-24…28."""

from uuid import UUID

import pytest
from attrs import evolve

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.instructors.errors import (
    GoLivePrerequisites,
    InvalidField,
    InvalidService,
    NoServiceAreas,
    NoTeachingLocations,
    OfferingNotFound,
    OnlineNotSupported,
    ProfileExists,
    ServiceAlreadyOffered,
    ServiceAreaInUse,
    TeachingLocationInUse,
)
from instainstru_core.instructors.events import (
    InstructorPaused,
    InstructorResumed,
    InstructorUnlisted,
    InstructorWentLive,
    OfferingChanged,
    ProfileChanged,
    ServiceAreasChanged,
    TeachingLocationChanged,
)
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import STANDARD_FLOORS, Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.use_cases.draft_profile import DraftProfile, draft_profile
from instainstru_core.instructors.use_cases.edit_profile import EditProfile, edit_profile
from instainstru_core.instructors.use_cases.mark_payable import MarkPayable, mark_payable
from instainstru_core.instructors.use_cases.pause_listing import PauseListing, pause_listing
from instainstru_core.instructors.use_cases.set_teaching_place import (
    StudioWanted,
)
from instainstru_core.instructors.use_cases.withdraw_offering import (
    WithdrawOffering,
    withdraw_offering,
)
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import Zone
from instainstru_core.places.errors import OutsideRegion, UnknownRegion
from instainstru_core.places.model.point import Point
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.instructors import some_instructor
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.store import InMemoryStore
from tests.unit.instructors.school import ALL, NOON, ORGAN, School, terms


def test_an_offering_is_added_once() -> None:
    """CA-7, and its event."""
    school = School()
    school.add(terms())
    with pytest.raises(ServiceAlreadyOffered):
        school.add(terms())
    assert school.events() == [OfferingChanged]


def test_a_withdrawn_offering_comes_back_with_its_id() -> None:
    """IN-6."""
    school = School()
    first = school.add(terms())
    school.withdraw(first.offering_id)
    with pytest.raises(OfferingNotFound):
        school.withdraw(first.offering_id)
    with pytest.raises(OfferingNotFound):
        school.revise(first, hourly_rate=Money(9500))
    again = school.add(terms(rate=9500))
    assert (again.offering_id, again.active) == (first.offering_id, True)
    assert again.hourly_rate == Money(9500)


def test_only_services_of_the_catalogue_are_offered() -> None:
    """IN-3, IN-4."""
    school = School()
    with pytest.raises(InvalidService):
        school.add(terms(), id_of(ServiceId, "juggling"))
    with pytest.raises(OnlineNotSupported):
        school.add(terms(Format.ONLINE), ORGAN)
    school.add(terms(Format.STUDIO), ORGAN)


def test_formats_need_their_place() -> None:
    """IN-4."""
    school = School(service_area=frozenset(), teaching_place=None)
    with pytest.raises(NoServiceAreas):
        school.add(terms(*ALL))
    with pytest.raises(NoTeachingLocations):
        school.add(terms(Format.STUDIO, Format.ONLINE))
    offering = school.add(terms())
    with pytest.raises(NoServiceAreas):
        school.revise(offering, formats=ALL)


def test_a_revision_leaves_what_it_does_not_name() -> None:
    """CA-7: own rates stay with their format and go with it."""
    school = School()
    offering = school.add(terms(*ALL, own_rates={Format.TRAVEL: Money(12_000)}))
    dearer = school.revise(offering, hourly_rate=Money(10_000))
    assert dearer.rates[Format.TRAVEL] == Money(12_000)
    assert dearer.rates[Format.ONLINE] == Money(10_000)
    less = school.revise(dearer, formats=frozenset({Format.ONLINE}))
    assert less.formats == (Format.ONLINE,)
    assert less.own_rates == frozenset()
    longer = school.revise(less, durations=(90, 60), description=" Chopin. ")
    assert (longer.durations, longer.description) == ((60, 90), "Chopin.")
    before = len(school.store.recorded)
    assert school.revise(longer, durations=(60, 90)) == longer
    assert len(school.store.recorded) == before


def test_a_service_hidden_later_is_not_revised() -> None:
    """CA-6, IN-3."""
    school = School()
    offering = school.add(terms())
    whole = small_catalog()
    hidden = tuple(evolve(each, is_active=False) for each in whole.services)
    load_catalog(evolve(whole, services=hidden), begin=school.store.begin)
    with pytest.raises(InvalidService):
        school.revise(offering, hourly_rate=Money(9500))


def test_at_most_twenty_offerings() -> None:
    """IN-2."""
    school = School()
    with school.store.begin() as work:
        for n in range(20):
            work.offerings.add(
                Offering.draft(
                    school.ids.new(OfferingId),
                    instructor_id=school.me,
                    service_id=id_of(ServiceId, f"s{n}"),
                    service_name=f"S{n}",
                    terms=terms(),
                    floors=STANDARD_FLOORS,
                    at=NOON,
                )
            )
    with pytest.raises(InvalidField, match="at most 20"):
        school.add(terms())


def test_the_gate_lists_what_is_missing() -> None:
    """IN-11, IN-12."""
    school = School(payable=False)
    with pytest.raises(GoLivePrerequisites) as refused:
        school.go_live()
    assert refused.value.facts() == {"missing": ["skills", "stripe_connect"]}


def test_going_live_pausing_and_resuming() -> None:
    """IN-12, IN-13: each is said once."""
    school = School()
    school.add(terms())
    assert school.go_live().is_visible
    school.go_live()
    for _ in range(2):
        pause_listing(
            PauseListing(instructor_id=school.me), begin=school.store.begin, clock=school.clock
        )
    assert not school.now().is_visible
    assert school.go_live().went_live_at == NOON
    assert school.events()[1:] == [InstructorWentLive, InstructorPaused, InstructorResumed]


def test_whoever_teaches_nothing_is_unlisted() -> None:
    """IN-15."""
    school = School()
    offering = school.add(terms())
    school.go_live()
    school.withdraw(offering.offering_id)
    assert not school.now().is_live
    last = school.store.recorded[-1]
    assert isinstance(last, InstructorUnlisted)
    assert last.reason == "no_services"


def test_whoever_cannot_be_paid_is_unlisted() -> None:
    """IN-11, IN-15."""
    school = School()
    school.add(terms())
    school.go_live()
    for payable in (False, False, True):
        mark_payable(
            MarkPayable(instructor_id=school.me, payable=payable),
            begin=school.store.begin,
            clock=school.clock,
        )
    assert (school.now().payable, school.now().is_live) == (True, False)
    assert school.events()[2:] == [ProfileChanged, InstructorUnlisted, ProfileChanged]


def test_the_last_place_stays_while_it_is_needed() -> None:
    """IN-5, PL-24."""
    school = School()
    school.add(terms(Format.TRAVEL, Format.STUDIO))
    with pytest.raises(ServiceAreaInUse):
        school.serve()
    with pytest.raises(TeachingLocationInUse):
        school.teach_at(None)
    assert school.serve("queens", "queens").service_area == {"queens"}
    school.serve("queens")
    assert school.events().count(ServiceAreasChanged) == 1
    with pytest.raises(UnknownRegion):
        school.serve("queens", "atlantis")


def test_a_studio_keeps_its_public_point() -> None:
    """PL-28: the same address doesn't redraw it; another one does."""
    school = School(teaching_place=None)
    studio = StudioWanted(label="Home", address="1 Main St", point=Point(40.67, -73.98))
    first = school.teach_at(studio).teaching_place
    assert first is not None
    assert first.region == "park-slope"
    again = school.teach_at(evolve(studio, address=" 1 MAIN ST ", label="Studio")).teaching_place
    assert again is not None
    assert again.shown == first.shown
    assert school.chance.drawn == 2
    moved = school.teach_at(evolve(studio, point=Point(40.671, -73.98))).teaching_place
    assert moved is not None
    assert moved.shown != first.shown
    assert school.teach_at(None).teaching_place is None
    assert school.events() == [TeachingLocationChanged] * 4


@pytest.mark.parametrize(
    ("studio", "refusal"),
    [
        (StudioWanted(label=" ", address="1 Main St", point=Point(40.67, -73.98)), InvalidField),
        (StudioWanted(label="A", address="x" * 513, point=Point(40.67, -73.98)), InvalidField),
        (StudioWanted(label="A", address="Rome", point=Point(41.9, 12.5)), OutsideRegion),
    ],
)
def test_studios_lie_in_the_city(studio: StudioWanted, refusal: type[Exception]) -> None:
    """IN-2, PL-4."""
    with pytest.raises(refusal):
        School().teach_at(studio)


def test_a_profile_is_edited() -> None:
    """IN-2: composed and trimmed before it is measured."""
    school = School()

    def edit(bio: str | None = None, zone: Zone | None = None) -> Instructor:
        request = EditProfile(instructor_id=school.me, bio=bio, zone=zone)
        return edit_profile(request, begin=school.store.begin, clock=school.clock)

    assert edit(bio="  Une cafe\u0301 lec\u0327on.  ").bio == "Une café leçon."
    assert edit(zone=Zone("America/Chicago")).zone == Zone("America/Chicago")
    edit()
    assert school.events() == [ProfileChanged, ProfileChanged]
    for bio in ("   short   ", "x" * 1001):
        with pytest.raises(InvalidField, match="bio"):
            edit(bio=bio)


def test_other_people_are_strangers() -> None:
    """AC-41: another's offering is not there."""
    school = School()
    offering = school.add(terms())
    with school.store.begin() as work:
        other = work.instructors.add(some_instructor(school.ids)).instructor_id
    assert other != school.me
    with pytest.raises(OfferingNotFound):
        withdraw_offering(
            WithdrawOffering(instructor_id=other, offering_id=offering.offering_id),
            begin=school.store.begin,
            clock=school.clock,
        )
    assert isinstance(school.now().instructor_id, InstructorId)


def test_signing_up_to_teach_drafts_a_profile() -> None:
    """IN-1, IN-8: only the initial is kept."""
    store = InMemoryStore(CountedIds(), HandMovedClock(NOON))
    with store.begin() as work:
        request = DraftProfile(
            instructor_id=InstructorId(UUID(int=7)),
            first_name="Maya",
            last_name="rivera",
            zone=Zone("America/New_York"),
        )
        drafted = draft_profile(request, instructors=work.instructors)
    assert drafted.public_name == "Maya R."
    assert not drafted.is_visible
    with store.begin() as work, pytest.raises(ProfileExists):
        draft_profile(request, instructors=work.instructors)
