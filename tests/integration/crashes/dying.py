"""Tell a story once for every point at which its process can die."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from sqlalchemy import Engine

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from entrypoints.crash_points import CrashPoint
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till
from tests.integration.crashes.counter import served
from tests.integration.crashes.processes import REFUSED, Workshop
from tests.integration.crashes.saving import Saved
from tests.integration.crashes.telling import (
    Act,
    Story,
    all_is_well,
    effects_since,
    left,
    undone,
)

ROUNDS: Final = 4
GUIDE: Final = Path(__file__).parents[3] / "docs/guide/crash-points.md"
Left = tuple[list[tuple[str, int]], list[tuple[Any, ...]]]


@frozen
class Scene:
    """Where a story has led to; it is told on from here as often as one likes."""

    story: Story
    workshop: Workshop
    act: Act
    saved: Saved

    @property
    def left(self) -> Left:
        """What the processor did since, and what is on file."""
        happened = effects_since(self.workshop.till, self.saved.effects)
        return happened, left(self.workshop.engine) if self.story.alike else []

    def undisturbed(self) -> tuple[list[CrashPoint], Left]:
        """Where its process can die, and what is left when it doesn't."""
        points = self.workshop.rehearse(self.act)
        self._go_on()
        return points, self.left

    def killed(self, point: CrashPoint) -> Left:
        """What is left when it dies at *point*, the client asks again, and time goes on."""
        self.saved.restore()
        self.workshop.kill(self.act, point)
        if self.story.again:
            with suppress(*REFUSED):
                self.act()
        elif point.side == "before":
            self.act()
        self._go_on()
        return self.left

    def _go_on(self) -> None:
        """A new process does what is due, and asks for every answer that is overdue."""
        till = self.workshop.till
        for _ in range(ROUNDS):
            till.after(minutes=2)
            self.story.then(till)
            if not undone(till, self.workshop.engine):
                break
        all_is_well(till, self.workshop.engine)


@contextmanager
def arranged(story: Story, engine: Engine) -> Iterator[Scene]:
    """*story* up to where its process begins."""
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    till = Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)
    with (
        tempfile.TemporaryDirectory(prefix="ii-line-") as directory,
        served(till.processor, Path(directory) / "line") as line,
        engine.connect() as connection,
    ):
        connection.detach()  # What it keeps is gone with it.
        act = story.arrange(till)
        saved = Saved.of(till, connection)
        yield Scene(story, Workshop(engine, till, line), act, saved)


def dies_everywhere(story: Story, engine: Engine) -> int:
    """Kill it at every point, and compare; how many points there are."""
    with arranged(story, engine) as scene:
        points, expected = scene.undisturbed()
        assert expected[0] == sorted(story.effects), f"undisturbed, it came to {expected[0]}"
        for point in points:
            name = f"{point.label}#{point.occurrence}:{point.side}"
            try:
                found = scene.killed(point)
            except AssertionError as wrong:
                wrong.add_note(f"killed at {name}")
                raise
            assert found == expected, f"killed at {name}"
    return len(points)


def documented(name: str) -> int:
    """How many points the guide says that a story has."""
    found = re.search(rf"^\| {re.escape(name)} \| (\d+) \|$", GUIDE.read_text(), re.MULTILINE)
    assert found is not None, f"{GUIDE.name} does not know {name!r}"
    return int(found[1])
