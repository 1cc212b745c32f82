"""What every adapter of instructors and offerings must do."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from attrs import evolve

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.instructors.errors import (
    InstructorNotFound,
    OfferingNotFound,
    ProfileExists,
    ServiceAlreadyOffered,
)
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import STANDARD_FLOORS, Offering, Terms
from instainstru_core.instructors.model.profile import Instructor, TeachingPlace
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.regions import SMALL_CITY

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
RIVALS = 8


def some_instructor(ids: Ids, **changes: object) -> Instructor:
    """Maya R., who travels to Park Slope and has a studio in Astoria."""
    details: dict[str, object] = {
        "instructor_id": ids.new(InstructorId),
        "first_name": "Maya",
        "last_initial": "R",
        "bio": "I teach the piano to everyone.",
        "zone": Zone("America/New_York"),
        "service_area": frozenset({"park-slope"}),
        "teaching_place": TeachingPlace(
            label="Studio",
            address="1 Main St",
            lat=40.76,
            lng=-73.88,
            region="astoria",
            shown=(40.7603, -73.8801),
        ),
    }
    return Instructor(**details | changes)  # type: ignore[arg-type]


def some_offering(ids: Ids, instructor_id: InstructorId, slug: str = "piano") -> Offering:
    """Lessons at $90 an hour, $120 when the instructor travels."""
    return Offering.draft(
        ids.new(OfferingId),
        instructor_id=instructor_id,
        service_id=id_of(ServiceId, slug),
        service_name=slug.capitalize(),
        service_slug=slug,
        terms=Terms(
            hourly_rate=Money(9000),
            formats=frozenset({Format.TRAVEL, Format.ONLINE}),
            own_rates={Format.TRAVEL: Money(12_000)},
            durations=(60, 45),
            description="Scales first.",
        ),
        floors=STANDARD_FLOORS,
        at=NOON,
    )


class InstructorsContract:
    """Inherit, and provide the fixtures `begin`, `read` and `ids` on one empty store."""

    @pytest.fixture(autouse=True)
    def world(self, begin: Begin[Work]) -> Iterator[None]:
        """A catalogue and a city."""
        load_catalog(small_catalog(), begin=begin)
        load_regions(SMALL_CITY, begin=begin)
        yield

    def test_keeps_a_profile_whole(self, begin: Begin[Work], ids: Ids) -> None:
        maya = some_instructor(ids, payable=True, founding=True)
        with begin() as work:
            kept = work.instructors.add(maya)
        assert (kept.version, kept.events) == (1, ())
        with begin() as work:
            assert work.instructors.get(maya.instructor_id) == maya
            assert work.instructors.get_for_update(maya.instructor_id) == maya

    def test_keeps_changes(self, begin: Begin[Work], ids: Ids) -> None:
        with begin() as work:
            kept = work.instructors.add(some_instructor(ids))
        changed = kept.serve(frozenset({"queens", "flatbush"}), at=NOON).teach_at(None, at=NOON)
        with begin() as work:
            saved = work.instructors.save(changed)
        assert saved.version == 2
        with begin() as work:
            assert work.instructors.get(kept.instructor_id) == changed

    def test_knows_nobody_else(self, begin: Begin[Work], ids: Ids) -> None:
        with begin() as work, pytest.raises(InstructorNotFound):
            work.instructors.get(ids.new(InstructorId))
        with begin() as work, pytest.raises(InstructorNotFound):
            work.instructors.get_for_update(ids.new(InstructorId))

    def test_refuses_a_second_profile(self, begin: Begin[Work], ids: Ids) -> None:
        """IN-1."""
        maya = some_instructor(ids)
        with begin() as work:
            work.instructors.add(maya)
        with pytest.raises(ProfileExists), begin() as work:
            work.instructors.add(maya)

    def test_refuses_a_stale_writer(self, begin: Begin[Work], ids: Ids) -> None:
        with begin() as work:
            kept = work.instructors.add(some_instructor(ids))
        with begin() as work:
            work.instructors.save(evolve(kept, bio="Another bio of mine."))
        with pytest.raises(StaleAggregate), begin() as work:
            work.instructors.save(evolve(kept, bio="A stale bio of mine."))

    def test_undoes_when_the_block_raises(self, begin: Begin[Work], ids: Ids) -> None:
        maya = some_instructor(ids)
        with pytest.raises(ZeroDivisionError), begin() as work:
            work.instructors.add(maya)
            raise ZeroDivisionError
        with begin() as work, pytest.raises(InstructorNotFound):
            work.instructors.get(maya.instructor_id)

    def test_keeps_an_offering_whole(self, begin: Begin[Work], ids: Ids) -> None:
        """CA-7."""
        offering = self._offered(begin, ids)
        with begin() as work:
            kept = work.offerings.get(offering.instructor_id, offering.offering_id)
            assert kept == offering
            assert kept.terms == offering.terms
            assert work.offerings.of(offering.instructor_id) == (offering,)
            found = work.offerings.for_service(offering.instructor_id, offering.service_id)
            assert found == offering

    def test_refuses_two_offerings_of_a_service(self, begin: Begin[Work], ids: Ids) -> None:
        """CA-7."""
        offering = self._offered(begin, ids)
        with pytest.raises(ServiceAlreadyOffered), begin() as work:
            work.offerings.add(some_offering(ids, offering.instructor_id))

    def test_other_peoples_offerings_are_not_there(self, begin: Begin[Work], ids: Ids) -> None:
        """AC-41."""
        offering = self._offered(begin, ids)
        with begin() as work, pytest.raises(OfferingNotFound):
            work.offerings.get(ids.new(InstructorId), offering.offering_id)
        with begin() as work:
            other = id_of(ServiceId, "organ")
            assert work.offerings.for_service(offering.instructor_id, other) is None

    def test_refuses_a_stale_offering(self, begin: Begin[Work], ids: Ids) -> None:
        self._offered(begin, ids)
        offering = self._offered(begin, ids)
        with begin() as work:
            kept = work.offerings.get(offering.instructor_id, offering.offering_id)
            work.offerings.save(kept.withdraw(at=NOON))
        with begin() as work:
            again = work.offerings.get(offering.instructor_id, offering.offering_id)
            assert not again.active
        with pytest.raises(StaleAggregate), begin() as work:
            work.offerings.save(kept)

    def test_shows_a_page(self, begin: Begin[Work], read: Begin[Reads], ids: Ids) -> None:
        offering = self._offered(begin, ids)
        with begin() as work:
            work.offerings.add(some_offering(ids, offering.instructor_id, "algebra"))
        with read() as reads:
            page = reads.instructor_pages.page(offering.instructor_id)
        assert [each.service_slug for each in page.offerings] == ["algebra", "piano"]
        assert page.missing == ("stripe_connect",)
        with read() as reads, pytest.raises(InstructorNotFound):
            reads.instructor_pages.page(ids.new(InstructorId))

    def test_one_of_eight_rivals_offers_a_service(self, begin: Begin[Work], ids: Ids) -> None:
        with begin() as work:
            maya = work.instructors.add(some_instructor(ids))
        barrier = threading.Barrier(RIVALS)

        def rival() -> bool:
            barrier.wait(timeout=10)
            try:
                with begin() as work:
                    work.offerings.add(some_offering(ids, maya.instructor_id))
            except ServiceAlreadyOffered:
                return False
            return True

        with ThreadPoolExecutor(RIVALS) as pool:
            outcomes = [each.result() for each in [pool.submit(rival) for _ in range(RIVALS)]]
        assert outcomes.count(True) == 1

    def _offered(self, begin: Begin[Work], ids: Ids) -> Offering:
        with begin() as work:
            maya = work.instructors.add(some_instructor(ids))
            return work.offerings.add(some_offering(ids, maya.instructor_id))
