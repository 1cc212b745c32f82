"""The supply snapshot, kept true by the statement that keeps the roster true. Source: SR-31."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any
from uuid import UUID

from attrs import define, field, frozen
from sqlalchemy import Connection, Engine, Row, text

from adapters.postgres.roster import PostgresRoster
from instainstru_core.availability.model.roster import Roster
from instainstru_core.availability.model.who import FirstStarts, WhoIsFree
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Floors, FloorsOf
from instainstru_core.kernel.lessons import Format
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.places.ports import Places
from instainstru_core.pricing.ports import STANDARD_PRICING, PricingSource
from instainstru_core.search.model.supply import FORMATS, Candidates, Listed, Listing, Supply

_LISTED = """
    SELECT i.instructor_id, i.first_name || ' ' || i.last_initial || '.', i.bio, i.founding,
        i.went_live_at, i.zone, i.teaching_region,
        ARRAY(SELECT a.region_slug FROM instructor_areas a
              WHERE a.instructor_id = i.instructor_id),
        o.offering_id, s.service_id, s.slug, s.name,
        o.rate_travel_cents, o.rate_studio_cents, o.rate_online_cents, o.durations
    FROM instructors i
    JOIN offerings o ON o.instructor_id = i.instructor_id AND o.active
    JOIN services s ON s.service_id = o.service_id AND s.is_active
    JOIN subcategories b ON b.subcategory_id = s.subcategory_id AND b.is_active
    JOIN categories c ON c.category_id = b.category_id AND c.is_active
    WHERE i.is_live AND i.status_active AND i.payable
"""
_SOME = text(f"{_LISTED} AND i.instructor_id = ANY(:ids) ORDER BY i.instructor_id, s.slug")
_ALL = text(f"{_LISTED} ORDER BY i.instructor_id, s.slug")
_SERVICE = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM services s
        JOIN subcategories b ON b.subcategory_id = s.subcategory_id AND b.is_active
        JOIN categories c ON c.category_id = b.category_id AND c.is_active
        WHERE s.slug = :slug AND s.is_active
    )
    """
)


@frozen
class PostgresMarketView:
    """The `MarketView` port, while the market's lock is held."""

    _engine: Engine
    _supply: Supply
    _roster: Roster
    _rosters: PostgresRoster

    def candidates(self, service: str) -> Candidates | None:
        return self._supply.of(service)

    def knows(self, service: str) -> bool:
        with self._engine.connect() as connection:
            return bool(connection.scalar(_SERVICE, {"slug": service}))

    def who_is_free(self, question: WhoIsFree, among: Collection[InstructorId]) -> FirstStarts:
        return self._rosters.ask(self._roster, question, among=among)


@define(eq=False)
class PostgresMarket:
    """The `Market` port: the roster says who changed, the supply reads those again."""

    _engine: Engine
    _roster: PostgresRoster
    _places: Places
    _pricing: PricingSource = STANDARD_PRICING
    _priced_by: int = field(default=0, init=False)
    _supply: Supply | None = field(default=None, init=False)
    _gazetteer: Gazetteer | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._roster.follow(self)

    @contextmanager
    def look(self) -> Iterator[PostgresMarketView]:
        """The market as it stands; others wait until the block ends."""
        gazetteer = self._places.gazetteer()
        with self._roster.looking() as roster:
            config = self._pricing.current()
            priced = config.version == self._priced_by
            if self._supply is None or gazetteer is not self._gazetteer or not priced:
                # Other floors hide other formats. Source: PR-8, CA-8.
                self._gazetteer, self._priced_by = gazetteer, config.version
                self._supply = self._read_all(gazetteer)
            yield PostgresMarketView(self._engine, self._supply, roster, self._roster)

    def forget(self) -> None:
        """Read everything again before the next answer."""
        self._supply = None

    def refresh(self, connection: Connection, changed: Sequence[UUID]) -> None:
        """Read the listings of *changed* again."""
        if self._supply is None or self._gazetteer is None:
            return
        rows = connection.execute(_SOME, {"ids": list(changed)}).all()
        for number in changed:
            self._supply.drop(InstructorId(number))
        self._take_in(self._supply, rows, self._gazetteer)

    def _read_all(self, gazetteer: Gazetteer) -> Supply:
        supply = Supply(regions=len(gazetteer))
        with self._engine.connect() as connection:
            self._take_in(supply, connection.execute(_ALL).all(), gazetteer)
        return supply

    def _take_in(self, supply: Supply, rows: Sequence[Row[Any]], gazetteer: Gazetteer) -> None:
        floors = self._pricing.current().floors
        for _, own in groupby(rows, key=lambda row: row[0]):
            if (listing := _listing(list(own), gazetteer, floors)) is not None:
                supply.put(listing)


def _listing(rows: list[Row[Any]], gazetteer: Gazetteer, floors: FloorsOf) -> Listing | None:
    number, name, bio, founding, went_live_at, zone, studio, areas = tuple(rows[0])[:8]
    listed = tuple(each for row in rows if (each := _listed(row, floors)) is not None)
    if not listed:
        return None
    return Listing(
        instructor_id=InstructorId(number),
        name=name,
        bio=bio,
        founding=founding,
        went_live_at=went_live_at,
        areas=frozenset(gazetteer.numbers[slug] for slug in areas if slug in gazetteer.numbers),
        studio=None if studio is None else gazetteer.numbers.get(studio),
        zone=zone,
        offerings=listed,
    )


def _listed(row: Row[Any], floors: FloorsOf) -> Listed | None:
    number, service, slug, name, *rates, durations = tuple(row)[8:]
    least = floors(ServiceId(service))
    travel, studio, online = (
        _above(cents, wanted, least) for cents, wanted in zip(rates, FORMATS, strict=True)
    )
    if not travel + studio + online:
        return None
    return Listed(
        offering_id=OfferingId(number),
        service=slug,
        service_name=name,
        rates=(travel, studio, online),
        durations=tuple(durations),
    )


def _above(cents: int | None, wanted: Format, floors: Floors) -> int:
    """The rate, or nothing when it is below today's floor. Source: CA-8."""
    return cents if cents is not None and cents >= floors.of(wanted).cents else 0
