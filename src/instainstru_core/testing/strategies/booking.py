"""Bookings, and a small world to book in: one open week, one service, one instructor or more."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Protocol

from attrs import frozen
from hypothesis import strategies as st

from instainstru_core.accounts.ids import AccountId, SessionId, StudentId
from instainstru_core.accounts.model import GRANTS, Principal, Role
from instainstru_core.availability.model.planes import SLOTS_PER_DAY, DayPlanes, span
from instainstru_core.availability.ports import AvailabilityWork
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.booking.model.parts import Place
from instainstru_core.booking.policies.facts import AskedPlace, Proposal
from instainstru_core.booking.ports import BookingWork
from instainstru_core.catalog.ids import CategoryId, ServiceId, SubcategoryId
from instainstru_core.catalog.model import AgeGroup, Catalog, Category, Service, Subcategory
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor, TeachingPlace
from instainstru_core.instructors.ports import InstructorWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.places.model.gazetteer import Gazetteer, Region
from instainstru_core.places.ports import PlacesWork
from instainstru_core.testing.memory.places import FixedPlaces

MONDAY: Final = date(2030, 1, 7)
NOON: Final = NEW_YORK.midnight(MONDAY) + timedelta(hours=12)
"""Monday noon in New York."""
INSIDE: Final = AskedPlace(address="200 8th Avenue", lat=40.745, lng=-74.0)
OUTSIDE: Final = AskedPlace(address="1 Ocean Avenue", lat=40.60, lng=-74.4)
OPEN_DAYS: Final = 14
_ALL: Final = span(0, SLOTS_PER_DAY)
ALWAYS_OPEN: Final = DayPlanes(_ALL, _ALL, _ALL)
_EAST, _WEST, _SOUTH, _NORTH = -73.92, -74.03, 40.70, 40.82
_SQUARE: Final = [
    [_WEST, _SOUTH],
    [_EAST, _SOUTH],
    [_EAST, _NORTH],
    [_WEST, _NORTH],
    [_WEST, _SOUTH],
]
_REGIONS: Final = (
    Region(
        slug="manhattan",
        name="Manhattan",
        borough="manhattan",
        lat=40.76,
        lng=-73.98,
        outline=json.dumps({"type": "Polygon", "coordinates": [_SQUARE]}),
    ),
    Region(
        slug="chelsea",
        name="Chelsea",
        borough="manhattan",
        lat=40.7465,
        lng=-74.0014,
        part_of="manhattan",
    ),
)
TOWN: Final = FixedPlaces(Gazetteer(_REGIONS))


class ClassroomWork(BookingWork, InstructorWork, PlacesWork, Protocol):
    """What arranging a classroom reaches."""


@frozen(kw_only=True)
class Classroom:
    """An instructor who can be booked, and what they teach."""

    instructor: InstructorId
    service_id: ServiceId

    def proposal(self, student: StudentId, start: datetime = NOON, **changes: Any) -> Proposal:
        """An hour online with this instructor, unless *changes* say otherwise."""
        asked: dict[str, Any] = {
            "student": student,
            "instructor": self.instructor,
            "service_id": self.service_id,
            "start": start,
            "duration_minutes": 60,
            "location_type": LocationType.ONLINE,
        }
        return Proposal(**{**asked, **changes})


def signed_in(who: StudentId | InstructorId, role: Role = Role.STUDENT) -> Principal:
    """*who*, signed in, with everything that *role* may do."""
    return Principal(
        account_id=AccountId(who.value),
        role=role,
        permissions=GRANTS[role],
        session_id=SessionId(who.value),
    )


def open_classroom(
    begin: Begin[ClassroomWork],
    ids: Ids,
    *,
    first_day: date = MONDAY,
    planes: DayPlanes = ALWAYS_OPEN,
    formats: Iterable[Format] = tuple(Format),
) -> Classroom:
    """A new instructor, live and payable, open for two weeks from *first_day*."""
    instructor_id = ids.new(InstructorId)
    catalog = piano_catalog()
    service = catalog.services[0]
    with begin() as work:
        work.catalog.load(catalog)
        work.regions.load(_REGIONS)
        work.instructors.add(bookable(instructor_id))
        work.offerings.add(
            Offering(
                offering_id=ids.new(OfferingId),
                instructor_id=instructor_id,
                service_id=service.service_id,
                service_name=service.name,
                rates=dict.fromkeys(formats, Money(90_00)),
                durations=(30, 45, 60, 90),
            )
        )
        _open_days(work, instructor_id, first_day, planes)
    return Classroom(instructor=instructor_id, service_id=service.service_id)


def _open_days(
    work: AvailabilityWork, instructor_id: InstructorId, first_day: date, planes: DayPlanes
) -> None:
    work.calendars.lock(instructor_id)
    days = {first_day + timedelta(days=n): planes for n in range(OPEN_DAYS)}
    work.calendars.save_days(instructor_id, days, at=NEW_YORK.midnight(first_day))


def piano_catalog() -> Catalog:
    """A catalogue of one service."""
    category = CategoryId.parse("01000000000000000000000001")
    subcategory = SubcategoryId.parse("01000000000000000000000002")
    return Catalog(
        categories=(Category(category_id=category, slug="music", name="Music", display_order=1),),
        subcategories=(
            Subcategory(
                subcategory_id=subcategory,
                category="music",
                slug="keys",
                name="Keys",
                display_order=1,
            ),
        ),
        services=(
            Service(
                service_id=ServiceId.parse("01000000000000000000000003"),
                subcategory="keys",
                slug="piano",
                name="Piano",
                eligible_age_groups=tuple(AgeGroup),
                display_order=1,
            ),
        ),
    )


def bookable(instructor_id: InstructorId, **changes: Any) -> Instructor:
    """An instructor who is live and payable, serves Chelsea and has a studio there."""
    details: dict[str, Any] = {
        "first_name": "Jane",
        "last_initial": "S",
        "bio": "Plays and teaches.",
        "is_live": True,
        "payable": True,
        "went_live_at": datetime(2029, 1, 1, tzinfo=UTC),
        "service_area": frozenset({"chelsea"}),
        "teaching_place": TeachingPlace(
            label="Studio", address="180 7th Avenue", lat=40.742, lng=-73.998, region="chelsea"
        ),
    }
    return Instructor(instructor_id=instructor_id, **{**details, **changes})


def a_booking(
    booking_id: BookingId,
    *,
    student: StudentId,
    instructor: InstructorId,
    starts_at: datetime = NOON,
    minutes: int = 60,
    created_at: datetime | None = None,
    **changes: Any,
) -> Booking:
    """A hold of an hour online, made a week before, unless told otherwise."""
    details: dict[str, Any] = {
        "service_id": ServiceId.parse("01000000000000000000000003"),
        "zone": NEW_YORK,
        "student_zone": NEW_YORK,
        "location_type": LocationType.ONLINE,
        "service_name": "Piano",
        "hourly_rate": Money(90_00),
        "price": Money(90_00).for_minutes(minutes),
    }
    return Booking.hold(
        booking_id,
        at=created_at or starts_at - timedelta(days=7),
        lesson=Interval.lasting(starts_at, timedelta(minutes=minutes)),
        student=student,
        instructor=instructor,
        **{**details, **changes},
    )


STUDIO: Final = Place(address="180 7th Avenue", lat=40.742, lng=-73.998)


def starts(*, days: int = 2) -> st.SearchStrategy[datetime]:
    """Starts on the grid between Tuesday 09:00 and 13:00, on each of *days*."""
    first = NOON + timedelta(hours=21)
    quarters = st.integers(0, 16).map(lambda n: n * timedelta(minutes=15))
    which = st.integers(0, days - 1).map(lambda n: timedelta(days=n))
    return st.builds(lambda day, quarter: first + day + quarter, which, quarters)


def minutes() -> st.SearchStrategy[int]:
    """The durations that a classroom offers."""
    return st.sampled_from((30, 45, 60, 90))


def location_types() -> st.SearchStrategy[LocationType]:
    """Every location type."""
    return st.sampled_from(tuple(LocationType))
