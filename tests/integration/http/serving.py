"""Clients of the API on any ports, without an app of its own for each test.

To put an app together takes half a second, longer than most tests. So each that a test is done with
is lent to the next, with other ports behind it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from attrs import evolve, fields, frozen
from litestar import Litestar
from litestar.testing import TestClient

from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from instainstru_core.ports import Ports

FOUR: Final = HttpConfig(mode="int", threads=4)
Make = Callable[[Ports, HttpConfig], Litestar]
"""Puts an app together."""


@frozen
class Loan:
    """An app, and the ports that are its own."""

    ports: Ports
    app: Litestar

    @classmethod
    def of(cls, ports: Ports, config: HttpConfig, make: Make) -> "Loan":
        """A new app on a copy of *ports*."""
        own = evolve(ports)
        return cls(own, make(own, config))

    def serve(self, ports: Ports) -> None:
        """Be an app on *ports*."""
        for name in _NAMES:
            object.__setattr__(self.ports, name, getattr(ports, name))


_NAMES: Final = [each.name for each in fields(Ports)]
_IDLE: Final[dict[tuple[Make, HttpConfig], list[Loan]]] = defaultdict(list)


@contextmanager
def lent(ports: Ports, config: HttpConfig = FOUR, make: Make = create_app) -> Iterator[Litestar]:
    """An app on *ports*, put together by *make*, while the block lasts."""
    idle = _IDLE[make, config]
    loan = idle.pop() if idle else Loan.of(ports, config, make)
    loan.serve(ports)
    try:
        yield loan.app
    finally:
        idle.append(loan)


@contextmanager
def serving(ports: Ports, config: HttpConfig = FOUR) -> Iterator[TestClient[Litestar]]:
    """A client of the API on *ports*, while the block lasts; what breaks is a 500, as outside."""
    with (
        lent(ports, config) as app,
        TestClient(app, raise_server_exceptions=False) as client,
    ):
        yield client
