"""What every market must do: nobody shown who can't be booked, nobody forgotten."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import StudentId
from instainstru_core.availability.model.planes import DayPlanes, span
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.model.booking import Booking
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import STANDARD_FLOORS, Offering, Terms
from instainstru_core.instructors.use_cases.edit_profile import EditProfile, edit_profile
from instainstru_core.instructors.use_cases.go_live import GoLive, go_live
from instainstru_core.instructors.use_cases.pause_listing import PauseListing, pause_listing
from instainstru_core.instructors.use_cases.replace_service_areas import (
    ReplaceServiceAreas,
    replace_service_areas,
)
from instainstru_core.instructors.use_cases.revise_offering import (
    ReviseOffering,
    revise_offering,
)
from instainstru_core.instructors.use_cases.withdraw_offering import (
    WithdrawOffering,
    withdraw_offering,
)
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.places.errors import RegionNotFound
from instainstru_core.places.ports import Places
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Work
from instainstru_core.search.errors import InvalidFilter, UnknownService
from instainstru_core.search.model.finding import Found, SearchPage
from instainstru_core.search.model.query import LessonType, SearchQuery, Sort
from instainstru_core.search.one_look import one_look
from instainstru_core.search.ports import Market
from instainstru_core.search.use_cases.find_first_starts import find_first_starts
from instainstru_core.search.use_cases.search_lessons import search_lessons
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.instructors import NOON, some_instructor
from instainstru_core.testing.contracts.regions import SMALL_CITY
from instainstru_core.testing.fakes.clock import HandMovedClock

TUESDAY = date(2030, 1, 8)
WEDNESDAY = date(2030, 1, 9)
WORKDAY = span(108, 204)
"""Nine to five."""
NINE = NEW_YORK.midnight(TUESDAY) + timedelta(hours=9)


class MarketContract:
    """Inherit, and provide `begin`, `ids`, `clock`, `places` and `market` on one empty store."""

    @pytest.fixture(autouse=True)
    def world(
        self, begin: Begin[Work], ids: Ids, clock: HandMovedClock, places: Places, market: Market
    ) -> Iterator[None]:
        """A catalogue, a city, and what the suite is told about."""
        load_catalog(small_catalog(), begin=begin)
        load_regions(SMALL_CITY, begin=begin)
        self._begin, self._ids, self._clock = begin, ids, clock
        self._places, self._market = places, market
        yield

    def search(self, **changes: object) -> SearchPage:
        """Pianos on Tuesday, unless *changes* say otherwise."""
        details: dict[str, object] = {"service": "piano", "dates": (TUESDAY,)}
        query = SearchQuery(**details | changes)  # type: ignore[arg-type]
        return search_lessons(query, market=self._market, places=self._places, clock=self._clock)

    def found(self, **changes: object) -> list[InstructorId]:
        """Whom `search` finds, in order."""
        return [each.listing.instructor_id for each in self.search(**changes).results]

    def only(self, **changes: object) -> Found:
        """The one result."""
        (result,) = self.search(**changes).results
        return result

    def teacher(
        self,
        *,
        rates: dict[Format, int] | None = None,
        slug: str = "piano",
        days: tuple[date, ...] = (TUESDAY,),
        planes: DayPlanes | None = None,
        durations: tuple[int, ...] = (60,),
        live: bool = True,
        **profile: object,
    ) -> Offering:
        """Someone live who offers one service, open nine to five."""
        given = rates or {Format.TRAVEL: 12_000, Format.STUDIO: 10_000, Format.ONLINE: 9000}
        with self._begin() as work:
            who = work.instructors.add(some_instructor(self._ids, **{"payable": True} | profile))
            offering = Offering.draft(
                self._ids.new(OfferingId),
                instructor_id=who.instructor_id,
                service_id=id_of(ServiceId, slug),
                service_name=slug.capitalize(),
                service_slug=slug,
                terms=Terms(
                    hourly_rate=Money(min(given.values())),
                    formats=frozenset(given),
                    own_rates={each: Money(cents) for each, cents in given.items()},
                    durations=durations,
                ),
                floors=STANDARD_FLOORS,
                at=NOON,
            )
            kept = work.offerings.add(offering)
            open_day = planes or DayPlanes(travel=WORKDAY, studio=WORKDAY, online=WORKDAY)
            work.calendars.lock(who.instructor_id)
            opened = dict.fromkeys(days, open_day)
            work.calendars.save_days(who.instructor_id, opened, at=NOON)
        if live:
            go_live(GoLive(instructor_id=who.instructor_id), begin=self._begin, clock=self._clock)
        return kept

    def book(self, offering: Offering, starts_at: datetime, minutes: int = 60) -> None:
        """A hold on an hour online."""
        with self._begin() as work:
            work.calendars.lock(offering.instructor_id)
            work.bookings.add(
                Booking.hold(
                    self._ids.new(BookingId),
                    at=self._clock.now(),
                    lesson=Interval.lasting(starts_at, timedelta(minutes=minutes)),
                    student=self._ids.new(StudentId),
                    instructor=offering.instructor_id,
                    service_id=offering.service_id,
                    zone=NEW_YORK,
                    student_zone=NEW_YORK,
                    location_type=LocationType.ONLINE,
                    service_name="Piano",
                    hourly_rate=Money(90_00),
                    price=Money(90_00),
                )
            )

    @pytest.mark.parametrize("ahead", [59, 60, 61, 70, 200, 365])
    def test_sr36_a_day_is_found_however_far_ahead(self, ahead: int) -> None:
        """AV-41: up to the horizon of a year, free time is what the calendar says."""
        day = TUESDAY + timedelta(days=ahead - 1)
        me = self.teacher(days=(day,)).instructor_id
        assert self.found(dates=(day,)) == [me]
        assert self.found(dates=(day,), after=9 * 60, before=10 * 60) == [me]
        assert self.found(dates=(day,), before=9 * 60 + 30) == []
        assert self.found(dates=(day - timedelta(days=1),)) == []
        assert self.found(dates=(day, TUESDAY)) == [me]

    def test_finds_who_is_free_with_the_first_start(self) -> None:
        """SR-36, SR-49: the cheapest format that is free, and when."""
        offering = self.teacher()
        result = self.only()
        assert result.listing.instructor_id == offering.instructor_id
        assert result.listing.name == "Maya R."
        assert (result.format, result.rate, result.price) == (
            Format.ONLINE,
            Money(9000),
            Money(9000),
        )
        assert (result.minutes, result.first_start) == (60, NINE)

    def test_hides_who_is_not_listed(self) -> None:
        """IN-9, IN-13: a pause, and going live again, are seen by the next search."""
        offering = self.teacher(live=False)
        me = offering.instructor_id
        assert self.found() == []
        go_live(GoLive(instructor_id=me), begin=self._begin, clock=self._clock)
        assert self.found() == [me]
        pause_listing(PauseListing(instructor_id=me), begin=self._begin, clock=self._clock)
        assert self.found() == []

    def test_hides_what_was_withdrawn(self) -> None:
        offering = self.teacher()
        assert self.found() == [offering.instructor_id]
        withdraw_offering(
            WithdrawOffering(
                instructor_id=offering.instructor_id, offering_id=offering.offering_id
            ),
            begin=self._begin,
            clock=self._clock,
        )
        assert self.found() == []

    def test_sees_a_new_price_at_once(self) -> None:
        """04 §10, property 13."""
        offering = self.teacher(rates={Format.ONLINE: 9000})
        assert self.only().rate == Money(9000)
        revise_offering(
            ReviseOffering(
                instructor_id=offering.instructor_id,
                offering_id=offering.offering_id,
                own_rates={Format.ONLINE: Money(11_000)},
            ),
            begin=self._begin,
            clock=self._clock,
        )
        assert self.only().rate == Money(11_000)

    def test_sees_a_booking_at_once(self) -> None:
        """AV-34: the buffer after the lesson is gone too."""
        offering = self.teacher(rates={Format.ONLINE: 9000})
        assert self.only().first_start == NINE
        self.book(offering, NINE)
        assert self.only().first_start == NINE + timedelta(minutes=75)

    def test_gives_an_expired_hold_back(self) -> None:
        """AV-30: time alone frees it."""
        offering = self.teacher(rates={Format.ONLINE: 9000})
        self.book(offering, NINE)
        assert self.only().first_start > NINE
        self._clock.move(timedelta(minutes=31))
        assert self.only().first_start == NINE

    def test_sees_time_opened_later(self) -> None:
        offering = self.teacher(days=())
        assert self.found() == []
        with self._begin() as work:
            work.calendars.lock(offering.instructor_id)
            opened = {TUESDAY: DayPlanes(online=WORKDAY)}
            work.calendars.save_days(offering.instructor_id, opened, at=NOON)
        assert self.found() == [offering.instructor_id]

    def test_looks_where_the_student_is(self) -> None:
        """SR-35: travel by area, studio by its region; online-only fails."""
        slope = self.teacher(teaching_place=None, rates={Format.TRAVEL: 12_000})
        studio = self.teacher(rates={Format.STUDIO: 10_000}, service_area=frozenset())
        self.teacher(rates={Format.ONLINE: 9000})
        assert self.found(region="park-slope") == [slope.instructor_id]
        assert self.found(region="south-slope") == [slope.instructor_id]
        assert self.found(region="brooklyn") == [slope.instructor_id]
        assert self.found(region="flatbush") == []
        assert self.found(region="queens") == [studio.instructor_id]
        assert self.search(region="queens").after_location == 1

    def test_online_lessons_have_no_place(self) -> None:
        """SR-35."""
        offering = self.teacher(rates={Format.ONLINE: 9000})
        found = self.found(region="flatbush", lesson_type=LessonType.ONLINE)
        assert found == [offering.instructor_id]

    def test_sees_another_area_at_once(self) -> None:
        offering = self.teacher(teaching_place=None, rates={Format.TRAVEL: 12_000})
        replace_service_areas(
            ReplaceServiceAreas(instructor_id=offering.instructor_id, regions=("queens",)),
            begin=self._begin,
            places=self._places,
            clock=self._clock,
        )
        assert self.found(region="park-slope") == []
        assert self.found(region="astoria") == [offering.instructor_id]

    def test_sees_another_bio_at_once(self) -> None:
        offering = self.teacher()
        assert self.only().listing.bio.startswith("I teach the piano")
        edit_profile(
            EditProfile(instructor_id=offering.instructor_id, bio="Chopin, mostly."),
            begin=self._begin,
            clock=self._clock,
        )
        assert self.only().listing.bio == "Chopin, mostly."

    def test_takes_formats_by_the_lesson(self) -> None:
        """SR-34: the effective rate is of the formats that will do."""
        self.teacher()
        assert self.only(lesson_type=LessonType.STUDIO).rate == Money(10_000)
        assert self.only(lesson_type=LessonType.IN_PERSON).format is Format.STUDIO
        assert self.only(lesson_type=LessonType.TRAVEL).rate == Money(12_000)

    def test_prices_by_the_lesson(self) -> None:
        """CA-9, SR-34: half an hour costs half, but limits are set to the rate of an hour."""
        self.teacher(durations=(30, 60))
        half = self.only(minutes=30, max_rate=Money(9000))
        assert (half.price, half.rate, half.format) == (Money(4500), Money(9000), Format.ONLINE)
        assert self.found(minutes=30, max_rate=Money(8999)) == []
        assert self.found(minutes=45) == []

    def test_sr34_limits_of_the_rate_are_inclusive(self) -> None:
        """The effective rate is the lowest among the formats that satisfy the query."""
        self.teacher(rates={Format.TRAVEL: 12_000, Format.STUDIO: 10_000, Format.ONLINE: 9000})
        assert self.only(min_rate=Money(9000)).format is Format.ONLINE
        assert self.only(min_rate=Money(9001)).format is Format.STUDIO
        assert self.only(min_rate=Money(12_000), max_rate=Money(12_000)).format is Format.TRAVEL
        assert self.found(min_rate=Money(12_001)) == []
        assert self.found(lesson_type=LessonType.IN_PERSON, max_rate=Money(9999)) == []
        with pytest.raises(InvalidFilter):
            self.search(min_rate=Money(9001), max_rate=Money(9000))

    def test_fits_the_lesson_between_the_hours(self) -> None:
        """SR-36: the whole lesson lies in the window."""
        self.teacher(planes=DayPlanes(online=span(108, 120)))
        assert len(self.found(after=540, before=600)) == 1
        assert self.found(after=555, before=620) == []
        assert self.found(after=600) == []

    def test_takes_an_hour_unless_it_is_not_offered(self) -> None:
        """SR-36: then the shortest."""
        self.teacher(durations=(90, 45))
        assert self.only().minutes == 45

    def test_hides_formats_below_the_floor(self) -> None:
        """CA-8, SR-31: a floor raised later hides the format."""
        offering = self.teacher(rates={Format.STUDIO: 8000, Format.ONLINE: 6000})
        cheap = evolve(offering, rates={Format.STUDIO: Money(7999), Format.ONLINE: Money(6000)})
        with self._begin() as work:
            work.offerings.save(cheap)
        assert self.only().format is Format.ONLINE
        assert self.found(lesson_type=LessonType.STUDIO) == []

    def test_orders_by_what_was_asked(self) -> None:
        """SR-47, SR-48."""
        dear = self.teacher(rates={Format.ONLINE: 20_000}).instructor_id
        late = self.teacher(
            rates={Format.ONLINE: 9000}, planes=DayPlanes(online=span(180, 204))
        ).instructor_id
        founder = self.teacher(rates={Format.ONLINE: 15_000}, founding=True).instructor_id
        assert self.found() == [founder, late, dear]
        assert self.found(sort=Sort.PRICE_ASC) == [late, founder, dear]
        assert self.found(sort=Sort.PRICE_DESC) == [dear, founder, late]
        assert self.found(sort=Sort.SOONEST) == [founder, dear, late]

    @pytest.mark.parametrize("sort", list(Sort))
    def test_pages_without_loss_or_repetition(self, sort: Sort) -> None:
        """SR-49: pages together are the whole."""
        for cents in (9000, 9000, 9000, 12_000, 12_000):
            self.teacher(rates={Format.ONLINE: cents})
        whole = self.found(sort=sort)
        assert len(whole) == 5
        paged: list[InstructorId] = []
        page = self.search(sort=sort, limit=2)
        while True:
            assert page.total == 5
            paged += [each.listing.instructor_id for each in page.results]
            if page.next_cursor is None:
                break
            page = self.search(sort=sort, limit=2, cursor=page.next_cursor)
        assert paged == whole

    def test_everyone_is_told_of_on_each_page(self) -> None:
        """SR-49: who was found, also on the other pages, in the same order."""
        for cents in (9000, 12_000, 10_000):
            self.teacher(rates={Format.ONLINE: cents})
        page = self.search(limit=1)
        assert [each.instructor_id for each in page.everyone] == self.found()
        assert page.everyone[0] is page.results[0].listing

    def test_first_starts_are_of_one_moment(self) -> None:
        """AV-41: one for each date, within the hours that were asked for."""
        who = self.teacher(days=(TUESDAY, WEDNESDAY)).instructor_id
        away = self.teacher(days=(TUESDAY,), rates={Format.TRAVEL: 12_000}).instructor_id
        query = SearchQuery(service="piano", dates=(WEDNESDAY, TUESDAY), after=600)
        with one_look(self._market) as market:
            page = search_lessons(query, market=market, places=self._places, clock=self._clock)
            starts = find_first_starts(
                page.results, query, most=4, market=market, clock=self._clock
            )
        ten = NINE + timedelta(hours=1)
        assert starts == {who: (ten, ten + timedelta(days=1)), away: (ten,)}
        one = find_first_starts(page.results, query, most=1, market=self._market, clock=self._clock)
        assert one == {who: (ten,), away: (ten,)}

    def test_looks_over_several_days(self) -> None:
        self.teacher(days=(WEDNESDAY,))
        assert self.found() == []
        result = self.only(dates=(TUESDAY, WEDNESDAY))
        assert result.first_start == NINE + timedelta(days=1)

    def test_refuses_what_can_never_match(self) -> None:
        """SR-36, 04 §9."""
        with pytest.raises(UnknownService):
            self.search(service="juggling")
        with pytest.raises(RegionNotFound):
            self.search(region="atlantis")
        with pytest.raises(InvalidFilter):
            self.search(dates=(date(2029, 12, 1),))
        assert self.found(service="organ") == []
