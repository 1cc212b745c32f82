"""The market in memory: made anew at each look, so never stale."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from attrs import frozen

from instainstru_core.availability.model.who import FirstStarts, WhoIsFree
from instainstru_core.availability.ports import LiveRoster
from instainstru_core.catalog.model import Catalog
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.model.offering import FloorsOf, standard_floors
from instainstru_core.instructors.queries import InstructorPage
from instainstru_core.places.ports import Places
from instainstru_core.search.model.listing import listing_of
from instainstru_core.search.model.supply import Candidates, Supply
from instainstru_core.testing.memory.store import InMemoryStore


@frozen
class InMemoryMarketView:
    """The `MarketView` port on one supply."""

    _supply: Supply
    _catalog: Catalog
    _roster: LiveRoster

    def candidates(self, service: str) -> Candidates | None:
        return self._supply.of(service)

    def knows(self, service: str) -> bool:
        return any(each.slug == service for each in self._catalog.shown_services())

    def who_is_free(self, question: WhoIsFree, among: Collection[InstructorId]) -> FirstStarts:
        return self._roster.who_is_free(question, among=among)


@frozen(kw_only=True)
class InMemoryMarket:
    """The `Market` port over a store."""

    store: InMemoryStore
    roster: LiveRoster
    places: Places
    floors: FloorsOf = standard_floors

    @contextmanager
    def look(self) -> Iterator[InMemoryMarketView]:
        """Everything that can be booked, as the store has it now."""
        gazetteer = self.places.gazetteer()
        supply = Supply(regions=len(gazetteer))
        with self.store.read() as reads:
            catalog = reads.catalog_pages.tree()
            pages = reads.instructor_pages.everyone()
        for page in pages:
            self._put(supply, page, catalog)
        yield InMemoryMarketView(supply, catalog, self.roster)

    def _put(self, supply: Supply, page: InstructorPage, catalog: Catalog) -> None:
        shown = {each.service_id for each in catalog.shown_services()}
        offered = [each for each in page.active_offerings if each.service_id in shown]
        gazetteer = self.places.gazetteer()
        listing = listing_of(page.instructor, offered, gazetteer=gazetteer, floors=self.floors)
        if listing is not None:
            supply.put(listing)
