"""How many statements a request costs, counted where they leave for the database."""

from typing import Any

from attrs import define, field
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine, event

from benchmarks.load import Shot
from benchmarks.scenarios import NextShot
from entrypoints.bootstrap import ports
from entrypoints.http.app import create_app
from entrypoints.http.config import HttpConfig
from entrypoints.settings import Settings
from entrypoints.web.app import website

WARM_UP = 3


@define
class Counter:
    """The same API and pages in this process; BEGIN and COMMIT are no statements here."""

    _client: TestClient[Litestar]
    _count: int = field(default=0, init=False)

    def of(self, shots: NextShot) -> int | None:
        """What the fourth request of a kind costs: the first ones fill what is kept in memory."""
        for number in range(WARM_UP):
            self._fire(shots(0, number))
        self._count = 0
        return self._count if self._fire(shots(0, WARM_UP)) else None  # read after the request

    def saw(self, *_: Any) -> None:
        """One more statement."""
        self._count += 1

    def _fire(self, shot: Shot | None) -> bool:
        if shot is None:
            return False
        headers = dict(shot.headers)
        if isinstance(shot.body, bytes):
            headers["Content-Type"] = "application/json"
            response = self._client.request(
                shot.method, shot.path, headers=headers, content=shot.body
            )
        else:
            response = self._client.request(shot.method, shot.path, headers=headers, json=shot.body)
        return response.status_code in shot.expected

    def close(self) -> None:
        """Stop looking."""
        event.remove(Engine, "before_cursor_execute", self.saw)
        self._client.__exit__(None, None, None)


def count_statements(settings: Settings) -> Counter:
    """A counter on the platform's own database."""
    world, config = ports(settings, connections=2), HttpConfig.of(settings)
    pages = website(world, config)
    app = create_app(
        world,
        config,
        more=pages.routes,
        lost=pages.lost,
        on_error=pages.on_error,
        refused=pages.refused,
    )
    client = TestClient(app)
    client.__enter__()
    counter = Counter(client)
    event.listen(Engine, "before_cursor_execute", counter.saw)
    return counter
