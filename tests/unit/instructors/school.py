"""One instructor in a store, for the tests of the rules."""

from datetime import UTC, datetime

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.instructors.ids import OfferingId
from instainstru_core.instructors.model.offering import Offering, Terms
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.instructors.use_cases.add_offering import AddOffering, add_offering
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
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
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.places.model.gazetteer import Gazetteer
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
