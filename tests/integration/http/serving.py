"""Clients of the API on any ports, without an app of its own for each test.

To put an app together takes half a second, longer than most tests. So each that a test is done with
is lent to the next, with other ports behind it.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from attrs import evolve, fields, frozen
from litestar import Litestar
from litestar.testing import TestClient

from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from instainstru_core.ports import Ports

FOUR: Final = HttpConfig(mode="int", threads=4)


@frozen
class Loan:
    """An app, and the ports that are its own."""

    ports: Ports
    app: Litestar

    @classmethod
    def of(cls, ports: Ports, config: HttpConfig) -> "Loan":
        """A new app on a copy of *ports*."""
        own = evolve(ports)
        return cls(own, create_app(own, config))

    def serve(self, ports: Ports) -> None:
        """Be an app on *ports*."""
        for name in _NAMES:
            object.__setattr__(self.ports, name, getattr(ports, name))


_NAMES: Final = [each.name for each in fields(Ports)]
_IDLE: Final[dict[HttpConfig, list[Loan]]] = defaultdict(list)


@contextmanager
def serving(ports: Ports, config: HttpConfig = FOUR) -> Iterator[TestClient[Litestar]]:
    """A client of the API on *ports*, while the block lasts; what breaks is a 500, as outside."""
    idle = _IDLE[config]
    loan = idle.pop() if idle else Loan.of(ports, config)
    loan.serve(ports)
    try:
        with TestClient(loan.app, raise_server_exceptions=False) as client:
            yield client
    finally:
        idle.append(loan)
