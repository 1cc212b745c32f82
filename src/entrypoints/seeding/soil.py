"""What sample people need of the world to grow in."""

from datetime import datetime
from typing import Protocol

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.places.ports import Places
from instainstru_core.ports import Reads, Work


class Hashes(Protocol):
    """Makes slow one-way hashes of passwords."""

    def hash(self, password: str) -> str:
        """A hash of *password*."""
        ...


class Past(Protocol):
    """The processor as it was, where it can be told what happened before it looked."""

    def until(self) -> datetime:
        """The moment at which it ended.

        Raises:
            OutcomeUnknown: The processor does not answer.
        """
        ...

    def at(self, moment: datetime) -> PaymentGateway:
        """The processor at *moment*: what it is asked happened then."""
        ...


class Soil(Protocol):
    """The part of the world that planting needs."""

    @property
    def begin(self) -> Begin[Work]:
        """Opens a unit of work."""
        ...

    @property
    def read(self) -> Begin[Reads]:
        """Opens queries."""
        ...

    @property
    def ids(self) -> Ids:
        """Makes identifiers."""
        ...

    @property
    def places(self) -> Places:
        """The map of the city."""
        ...

    @property
    def clock(self) -> Clock:
        """The platform's clock."""
        ...

    @property
    def gateway(self) -> PaymentGateway:
        """The card processor."""
        ...

    @property
    def passwords(self) -> Hashes:
        """Makes hashes of passwords."""
        ...
