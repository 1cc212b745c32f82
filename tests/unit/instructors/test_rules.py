"""Offerings, profiles and the gate. Source: CA-7…10, IN-2…15, PL-26, PL-28."""

import json
import math
from datetime import UTC, datetime
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.instructors.errors import (
    FormatNotOffered,
    GoLivePrerequisites,
    InstructorNotFound,
    InvalidField,
    InvalidService,
    NoLocationOptions,
    NoServiceAreas,
    NoTeachingLocations,
    OfferingNotFound,
    OnlineNotSupported,
    ProfileExists,
    RateBelowFloor,
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
from instainstru_core.instructors.model.offering import STANDARD_FLOORS, Floors, Offering, Terms
from instainstru_core.instructors.model.profile import Instructor, areas_summary, jittered
from instainstru_core.instructors.use_cases.add_offering import AddOffering, add_offering
from instainstru_core.instructors.use_cases.draft_profile import DraftProfile, draft_profile
from instainstru_core.instructors.use_cases.edit_profile import EditProfile, edit_profile
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
from instainstru_core.instructors.use_cases.mark_payable import MarkPayable, mark_payable
from instainstru_core.instructors.use_cases.pause_listing import PauseListing, pause_listing
from instainstru_core.instructors.use_cases.replace_service_areas import (
    ReplaceServiceAreas,
    replace_service_areas,
)
from instainstru_core.instructors.use_cases.revise_offering import (
    ReviseOffering,
    revise_offering,
)
from instainstru_core.instructors.use_cases.set_teaching_place import (
    SetTeachingPlace,
    StudioWanted,
    set_teaching_place,
)
from instainstru_core.instructors.use_cases.withdraw_offering import (
    WithdrawOffering,
    withdraw_offering,
)
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.zones import Zone
from instainstru_core.places.errors import OutsideRegion, RegionNotFound, UnknownRegion
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.model.point import Point, haversine_km
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.instructors import some_instructor
from instainstru_core.testing.contracts.regions import SMALL_CITY
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.places import FixedPlaces
from instainstru_core.testing.memory.store import InMemoryStore

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
PIANO = id_of(ServiceId, "piano")
ORGAN = id_of(ServiceId, "organ")
ALL = frozenset(Format)
PLACES = FixedPlaces(Gazetteer(SMALL_CITY))


class Draws:
    """Chance that counts."""

    def __init__(self) -> None:
        self.drawn = 0

    def draw(self) -> float:
        self.drawn += 1
        return self.drawn / 10


class School:
    """One instructor in a store."""

    def __init__(self, **profile: object) -> None:
        self.ids = CountedIds()
        self.clock = HandMovedClock(NOON)
        self.store = InMemoryStore(self.ids, self.clock)
        self.chance = Draws()
        load_catalog(small_catalog(), begin=self.store.begin)
        with self.store.begin() as work:
            self.me = work.instructors.add(
                some_instructor(self.ids, **{"payable": True} | profile)
            ).instructor_id

    def now(self) -> Instructor:
        with self.store.begin() as work:
            return work.instructors.get(self.me)

    def add(self, terms: Terms, service_id: ServiceId = PIANO) -> Offering:
        return add_offering(
            AddOffering(instructor_id=self.me, service_id=service_id, terms=terms),
            begin=self.store.begin,
            ids=self.ids,
            clock=self.clock,
        )

    def revise(self, offering: Offering, **changes: object) -> Offering:
        request = ReviseOffering(
            instructor_id=self.me,
            offering_id=offering.offering_id,
            **changes,  # type: ignore[arg-type]
        )
        return revise_offering(request, begin=self.store.begin, clock=self.clock)

    def withdraw(self, offering_id: OfferingId) -> Offering:
        return withdraw_offering(
            WithdrawOffering(instructor_id=self.me, offering_id=offering_id),
            begin=self.store.begin,
            clock=self.clock,
        )

    def go_live(self) -> Instructor:
        return go_live(GoLive(instructor_id=self.me), begin=self.store.begin, clock=self.clock)

    def serve(self, *regions: str) -> Instructor:
        return replace_service_areas(
            ReplaceServiceAreas(instructor_id=self.me, regions=regions),
            begin=self.store.begin,
            places=PLACES,
            clock=self.clock,
        )

    def teach_at(self, studio: StudioWanted | None) -> Instructor:
        return set_teaching_place(
            SetTeachingPlace(instructor_id=self.me, studio=studio),
            begin=self.store.begin,
            places=PLACES,
            chance=self.chance,
            clock=self.clock,
        )

    def events(self) -> list[type[Event]]:
        return [type(each) for each in self.store.recorded]


def terms(*formats: Format, rate: int = 9000, **changes: object) -> Terms:
    details = {"hourly_rate": Money(rate), "formats": frozenset(formats or (Format.ONLINE,))}
    return Terms(**details | changes)  # type: ignore[arg-type]


def test_a_format_without_its_own_rate_goes_by_the_hourly_rate() -> None:
    """CA-7, CA-9."""
    asked = terms(*ALL, own_rates={Format.TRAVEL: Money(12_000)})
    assert dict(asked.rates) == {
        Format.TRAVEL: Money(12_000),
        Format.STUDIO: Money(9000),
        Format.ONLINE: Money(9000),
    }
    offering = School().add(asked)
    assert offering.headline_rate == Money(9000)
    assert offering.formats == (Format.TRAVEL, Format.STUDIO, Format.ONLINE)
    assert offering.session_price(Format.TRAVEL, 45) == Money(9000)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (terms(formats=frozenset()), NoLocationOptions),
        (terms(own_rates={Format.TRAVEL: Money(9000)}), FormatNotOffered),
        (terms(rate=100_001), InvalidField),
        (terms(rate=5999), RateBelowFloor),
        (terms(Format.STUDIO, rate=7999), RateBelowFloor),
        (terms(own_rates={Format.ONLINE: Money(0)}), InvalidField),
        (terms(durations=()), InvalidField),
        (terms(durations=(60, 60)), InvalidField),
        (terms(durations=(25,)), InvalidField),
        (terms(durations=(245,)), InvalidField),
        (terms(durations=(61,)), InvalidField),
        (terms(durations=tuple(range(30, 85, 5))), InvalidField),
        (terms(description="d" * 501), InvalidField),
    ],
)
def test_terms_have_limits(asked: Terms, refusal: type[Exception]) -> None:
    """CA-7, CA-8, CA-10, IN-3, IN-4."""
    with pytest.raises(refusal):
        asked.checked(STANDARD_FLOORS)


def test_every_format_below_its_floor_is_listed() -> None:
    """CA-8."""
    with pytest.raises(RateBelowFloor) as refused:
        terms(*ALL, rate=7000).checked(STANDARD_FLOORS)
    assert refused.value.formats == (Format.TRAVEL, Format.STUDIO)
    assert refused.value.facts()["modalities"] == ["in_person"]


def test_a_floor_raised_later_hides_the_format_only() -> None:
    """CA-8."""
    offering = School().add(terms(*ALL, rate=8000))
    raised = Floors(in_person=Money(8001), remote=Money(6000))
    assert offering.bookable_formats(STANDARD_FLOORS) == tuple(Format)
    assert offering.bookable_formats(raised) == (Format.ONLINE,)


@given(st.lists(st.integers(6, 48), min_size=1, max_size=10, unique=True))
def test_durations_are_stored_ascending(steps: list[int]) -> None:
    """CA-10."""
    checked = terms(durations=tuple(5 * each for each in steps)).checked(STANDARD_FLOORS)
    assert checked.durations == tuple(sorted(5 * each for each in steps))


@given(
    st.floats(-79, 79),
    st.floats(-179, 179),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1, exclude_max=True),
)
def test_the_public_point_is_25_to_50_metres_away(
    lat: float, lng: float, u1: float, u2: float
) -> None:
    """PL-28; 04 §10, property 10."""
    assume(abs(lat) > 0.001)
    true = Point(lat, lng)
    shown = jittered(true.lat, true.lng, u1, u2)
    metres = haversine_km(true, Point(*shown)) * 1000
    assert 24.5 <= metres <= 50.5
    assert jittered(true.lat, true.lng, u1, u2) == shown
    assert math.isfinite(shown[0])


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


def test_service_areas_have_a_limit() -> None:
    """PL-24."""
    school = School()
    with pytest.raises(InvalidField):
        school.now().serve(frozenset(f"r{n}" for n in range(101)), at=NOON)


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


@pytest.mark.parametrize(
    ("boroughs", "summary"),
    [
        ((), None),
        (("Queens",), "Queens"),
        (("Queens", "Bronx"), "Bronx, Queens"),
        (("Queens", "Bronx", "Brooklyn"), "Bronx + 2 more"),
    ],
)
def test_service_areas_in_a_few_words(boroughs: tuple[str, ...], summary: str | None) -> None:
    """IN-8."""
    assert areas_summary(frozenset(boroughs)) == summary


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


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (InstructorNotFound(InstructorId(UUID(int=1))), "no instructor 0000"),
        (OfferingNotFound(OfferingId(UUID(int=1))), "no offering 0000"),
        (ProfileExists(InstructorId(UUID(int=1))), "has a profile already"),
        (ServiceAlreadyOffered(PIANO), "is offered already"),
        (InvalidService(PIANO), "no active service"),
        (OnlineNotSupported(PIANO), "can't be taught online"),
        (FormatNotOffered((Format.TRAVEL,)), "for travel"),
        (RateBelowFloor((Format.TRAVEL, Format.STUDIO)), "travel, studio"),
        (NoLocationOptions(), "at least one of"),
        (NoServiceAreas(), "at least one service area"),
        (NoTeachingLocations(), "a teaching location"),
        (ServiceAreaInUse(), "last service area"),
        (TeachingLocationInUse(), "last teaching location"),
        (GoLivePrerequisites(("skills",)), "skills"),
        (InvalidField("bio", "too short"), "bio: too short"),
        (UnknownRegion(("x",)), "no region x"),
        (RegionNotFound("x"), "no region 'x'"),
        (OutsideRegion(), "outside the city"),
    ],
)
def test_refusals_name_the_fact(refusal: DomainError, words: str) -> None:
    """STYLE §5: and its facts are plain JSON."""
    assert words in str(refusal)
    assert json.loads(json.dumps(dict(refusal.facts()))) == refusal.facts()


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
