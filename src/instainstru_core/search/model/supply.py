"""The supply: everything that can be booked, as columns, one table a service. Source: SR-31."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
from attrs import Factory, define, frozen
from numpy.typing import NDArray

from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.kernel.lessons import Format

FORMATS = tuple(Format)
DEFAULT_MINUTES = 60
COMPLETE_BIO = 100
WORD_BITS = 64


@frozen(kw_only=True)
class Listed:
    """One offering as it is searched; a format without a rate isn't offered, or below the floor."""

    offering_id: OfferingId
    service: str
    service_name: str
    rates: tuple[int, int, int]
    durations: tuple[int, ...]

    @property
    def usual_minutes(self) -> int:
        """How long a lesson is unless said: 60 if offered, else the shortest. Source: SR-36."""
        return DEFAULT_MINUTES if DEFAULT_MINUTES in self.durations else self.durations[0]


@frozen(kw_only=True)
class Listing:
    """One instructor as the public may find her. *areas* and *studio* are region numbers."""

    instructor_id: InstructorId
    name: str
    bio: str
    founding: bool
    went_live_at: datetime
    areas: frozenset[int]
    studio: int | None
    zone: str
    offerings: tuple[Listed, ...]


@frozen(kw_only=True, eq=False)
class Candidates:
    """Everyone who offers one service, a row each."""

    service: str
    listings: tuple[Listing, ...]
    offerings: tuple[Listed, ...]
    rates: NDArray[np.int64]
    """Shape (rows, 3): cents an hour for each format, 0 where it isn't offered."""
    usual_minutes: NDArray[np.int64]
    lengths: NDArray[np.uint64]
    areas: NDArray[np.uint64]
    studio: NDArray[np.int64]
    founding: NDArray[np.bool_]
    complete: NDArray[np.bool_]
    went_live: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.listings)

    def serve(self, regions: Iterable[int]) -> NDArray[np.bool_]:
        """Which rows travel to one of *regions*."""
        wanted = bits(regions, self.areas.shape[1])
        return np.asarray((self.areas & wanted).any(axis=1), dtype=np.bool_)

    def last(self, minutes: int) -> NDArray[np.bool_]:
        """Which rows offer lessons of *minutes*."""
        return (self.lengths & _length_bit(minutes)).astype(np.bool_)


def _length_bit(minutes: int) -> np.uint64:
    return np.uint64(1 << minutes // 5)


def bits(numbers: Iterable[int], words: int) -> NDArray[np.uint64]:
    """*numbers* as bits in so many words."""
    whole = 0
    for number in numbers:
        whole |= 1 << number
    return np.frombuffer(whole.to_bytes(words * 8, "little"), dtype="<u8").astype(np.uint64)


@define(eq=False)
class Supply:
    """Everyone who can be found, by service. Not for two threads at once.

    A service's columns are made when it is first asked for and thrown away when someone who offers
    it changes: a change costs nothing to the other services.
    """

    regions: int
    _listings: dict[InstructorId, Listing] = Factory(dict)
    _by_service: dict[str, dict[InstructorId, Listed]] = Factory(dict)
    _columns: dict[str, Candidates] = Factory(dict)

    def __len__(self) -> int:
        return len(self._listings)

    def put(self, listing: Listing) -> None:
        """Take *listing* in, in place of what was known of the instructor."""
        self.drop(listing.instructor_id)
        self._listings[listing.instructor_id] = listing
        for offering in listing.offerings:
            owners = self._by_service.setdefault(offering.service, {})
            owners[listing.instructor_id] = offering
            self._columns.pop(offering.service, None)

    def drop(self, instructor_id: InstructorId) -> None:
        """Nobody may find the instructor any more."""
        before = self._listings.pop(instructor_id, None)
        for offering in before.offerings if before else ():
            self._by_service[offering.service].pop(instructor_id, None)
            self._columns.pop(offering.service, None)

    def counts(self) -> Mapping[str, int]:
        """How many instructors offer each service."""
        return {service: len(owners) for service, owners in self._by_service.items() if owners}

    def of(self, service: str) -> Candidates | None:
        """Everyone who offers *service*; None when nobody does."""
        if service not in self._columns:
            owners = self._by_service.get(service)
            if not owners:
                return None
            self._columns[service] = self._compiled(service, owners)
        return self._columns[service]

    def _compiled(self, service: str, owners: Mapping[InstructorId, Listed]) -> Candidates:
        ids = sorted(owners)
        listings = tuple(self._listings[each] for each in ids)
        offered = tuple(owners[each] for each in ids)
        words = -(-max(self.regions, 1) // WORD_BITS)
        lengths = [sum(1 << minutes // 5 for minutes in each.durations) for each in offered]
        studios = [-1 if each.studio is None else each.studio for each in listings]
        return Candidates(
            service=service,
            listings=listings,
            offerings=offered,
            rates=np.array([each.rates for each in offered], dtype=np.int64),
            usual_minutes=np.array([each.usual_minutes for each in offered], dtype=np.int64),
            lengths=np.array(lengths, dtype=np.uint64),
            areas=np.array([bits(each.areas, words) for each in listings], dtype=np.uint64),
            studio=np.array(studios, dtype=np.int64),
            founding=np.array([each.founding for each in listings], dtype=np.bool_),
            complete=np.array([len(each.bio) >= COMPLETE_BIO for each in listings]),
            went_live=np.array(
                [int(each.went_live_at.timestamp()) for each in listings], dtype=np.int64
            ),
        )
