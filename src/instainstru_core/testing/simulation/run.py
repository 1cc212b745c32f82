"""Runs one script from its first step until everything has come to rest."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final

from attrs import evolve, frozen

from instainstru_core.reactions import HANDLERS, Handler
from instainstru_core.testing.simulation.breach import Breach
from instainstru_core.testing.simulation.cast import ACTORS, WEATHER
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.oracle import audit
from instainstru_core.testing.simulation.script import AGAIN, WORK, Script, Step
from instainstru_core.testing.simulation.tidying import tidy_up
from instainstru_core.testing.simulation.town import Town
from instainstru_core.testing.simulation.turns import Turns

CLIENT_TRIES_AGAIN: Final = 0.7
COMES_BACK_AFTER: Final = timedelta(minutes=2)


@frozen(kw_only=True)
class Told:
    """What came of a script: figures, and what was wrong in the end, if anything."""

    seed: int
    people: int
    days: int
    steps: int
    bookings: int
    events: int
    commits: int
    calls: int
    faults: int
    deaths: int
    notes: Mapping[str, int]
    outcomes: Mapping[str, int]
    flows: Mapping[tuple[str, str], int]
    breach: str | None = None
    at: Step | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing was wrong."""
        return self.breach is None


def simulate(
    script: Script,
    *,
    handlers: Mapping[str, Handler] = HANDLERS,
    stepped: Callable[[int], None] | None = None,
) -> Told:
    """Tell the whole *script*; *stepped* hears of each step's number."""
    town = Town(script, handlers=handlers)
    town.mood.rate = script.faults
    at: Step | None = None
    wrong: str | None = None
    try:
        for count, step in enumerate(script.steps):
            at = step
            town.pass_time(step.at)
            _play(town, step)
            if stepped is not None:
                stepped(count)
        at = None
        tidy_up(town)
        audit(town)
    except Breach as found:
        wrong = str(found)
    except Exception as defect:  # noqa: BLE001 - whatever is raised here is a finding
        wrong = f"{type(defect).__name__}: {defect}{_where(defect)}"
    return _told(town, wrong, at)


def _play(town: Town, step: Step) -> None:
    """One step, with everything that happens at once with it."""
    town.mood.chance = Dice(town.script.seed, step.number)
    if step.lesson is None:
        WEATHER[step.act].act(town, step)
        return
    story = _story(town, step)
    town.boundary.arm(step.crash)
    ended = _race(town, step, story) if step.beside else town.tell(story)
    town.boundary.arm(0)
    if not ended and town.mood.chance.random() < CLIENT_TRIES_AGAIN:
        town.pass_time(town.clock.now() + COMES_BACK_AFTER)
        town.tell(story)
    town.pass_time(town.clock.now())


def _story(town: Town, step: Step) -> Callable[[], None]:
    assert step.lesson is not None
    lesson = town.script.lessons[step.lesson]

    def story() -> None:
        ACTORS[step.act].act(town, lesson, step)

    return story


def _race(town: Town, step: Step, story: Callable[[], None]) -> bool:
    """The step, and something else, changing over between their steps as chance says."""
    town.notes["races"] += 1
    ended: list[bool] = []
    others = {AGAIN: story, WORK: town.work}
    other = others.get(step.beside) or _story(
        town, evolve(step, act=step.beside, choice=_BESIDE.get(step.beside, ""))
    )
    raised = Turns(town.boundary, town.mood.chance).run(
        lambda: ended.append(town.tell(story)), lambda: ended.append(town.tell(other))
    )
    _raise_first(raised)
    return all(ended)


_BESIDE: Final = {"cancel": "instructor"}
"""What those who act beside another do, where there is a choice."""


def _raise_first(raised: Iterable[BaseException | None]) -> None:
    for each in raised:
        if each is not None:
            raise each


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" ({trace.tb_frame.f_code.co_filename.rpartition('/src/')[2]}:{trace.tb_lineno})"


def _told(town: Town, wrong: str | None, at: Step | None) -> Told:
    checks = town.checks
    return Told(
        seed=town.script.seed,
        people=len(town.students) + len(town.instructors),
        days=(town.clock.now() - town.script.begins_at).days,
        steps=len(town.script.steps),
        bookings=len(town.store.tables.named("bookings")),
        events=checks.events,
        commits=town.store.commits,
        calls=sum(town.line.calls.values()),
        faults=sum(town.line.faults.values()),
        deaths=town.boundary.killed,
        notes=Counter(town.notes),
        outcomes=Counter(checks.outcomes),
        flows={(str(a), str(b)): cents for (a, b), cents in checks.flows.items()},
        breach=wrong,
        at=at,
    )
