"""Several stories at once, one step of one of them at a time: a race that can be told again."""

from collections.abc import Callable, Sequence
from threading import Lock, Thread

from attrs import Factory, define, field

from instainstru_core.testing.simulation.boundary import Boundary
from instainstru_core.testing.simulation.dice import Dice


def _closed() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@define
class _Runner:
    """One story in a thread of its own, which goes on only when it is its turn."""

    story: Callable[[], None]
    turn: Lock = field(factory=_closed)
    ended: bool = False
    raised: BaseException | None = None


@define
class Turns:
    """Hands one baton from thread to thread; who holds it is the only one that runs.

    The baton changes hands at boundaries alone, and *chance* says to whom: the same chance is the
    same race.
    """

    boundary: Boundary
    chance: Dice
    _runners: Sequence[_Runner] = ()
    _now: int = 0
    _over: Lock = Factory(_closed)

    def run(self, *stories: Callable[[], None]) -> Sequence[BaseException | None]:
        """Tell all *stories* to their ends; what each raised, if anything."""
        self._runners = [_Runner(story) for story in stories]
        threads = [Thread(target=self._tell, args=(each,)) for each in self._runners]
        for thread in threads:
            thread.start()
        before, self.boundary.give_way = self.boundary.give_way, self._give_way
        self._pass_on()
        self._over.acquire()
        self.boundary.give_way = before
        for thread in threads:
            thread.join()
        return [each.raised for each in self._runners]

    def _tell(self, runner: _Runner) -> None:
        runner.turn.acquire()
        try:
            runner.story()
        except BaseException as raised:  # noqa: BLE001 - a death is told, too, to who ran the race
            runner.raised = raised
        runner.ended = True
        self._pass_on()

    def _give_way(self) -> None:
        me = self._runners[self._now]
        self._pass_on()
        me.turn.acquire()

    def _pass_on(self) -> None:
        waiting = [number for number, each in enumerate(self._runners) if not each.ended]
        if not waiting:
            self._over.release()
            return
        self._now = self.chance.choice(waiting)
        self._runners[self._now].turn.release()
