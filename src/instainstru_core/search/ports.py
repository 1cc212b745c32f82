"""Where the supply and everybody's free time come from."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Protocol

from instainstru_core.availability.model.who import FirstStarts, WhoIsFree
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.search.model.supply import Candidates


class MarketView(Protocol):
    """Everything that can be booked, as it stood at one moment."""

    def candidates(self, service: str) -> Candidates | None:
        """Everyone listed who offers *service*; None when nobody does."""
        ...

    def knows(self, service: str) -> bool:
        """Whether the catalogue shows *service* at all."""
        ...

    def who_is_free(self, question: WhoIsFree, among: Collection[InstructorId]) -> FirstStarts:
        """Which of *among* can start when."""
        ...


class Market(Protocol):
    """The supply snapshot and the roster, looked at together. Source: SR-31, AV-42."""

    def look(self) -> AbstractContextManager[MarketView]:
        """A view that holds what was committed before this call; not to be kept."""
        ...
