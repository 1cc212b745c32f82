"""The process may die at any commit and any call: a new one finishes (PY-6, property 8)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from attrs import define

from instainstru_core.booking.model.states import Confirmed
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.testing.strategies.payments import Till, TillWork

LAST_COMMIT = 26
LAST_CALL = 3
MAX_RETRIES = 5


class Killed(BaseException):
    """As `kill -9` would: no handler of ours sees it."""


@define
class Fuse:
    """Burns the n-th time it is reached, once."""

    at: int
    reached: int = 0

    def reach(self) -> None:
        self.reached += 1
        if self.reached == self.at:
            raise Killed


def dying_units(begin: Begin[TillWork], fuse: Fuse) -> Begin[TillWork]:
    """Units of which one dies just before its commit, or just after it."""

    @contextmanager
    def dying() -> Iterator[TillWork]:
        with begin() as work:
            yield work
            fuse.reach()
        fuse.reach()

    return dying


@define
class DyingGateway:
    """The processor, behind a process that dies before a call or after its answer."""

    processor: Any
    fuse: Fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.processor, name)

        def dying(*arguments: Any, **named: Any) -> Any:
            self.fuse.reach()
            answer = call(*arguments, **named)
            self.fuse.reach()
            return answer

        return dying


def survive(till: Till, dying: Begin[TillWork], step: Callable[[], object]) -> None:
    """Do *step*; when the process dies, a new one starts two minutes later and does it again."""
    living = till.begin
    for _ in range(MAX_RETRIES):
        till.begin = dying
        try:
            step()
        except Killed:
            till.clock.move(timedelta(minutes=2))
            continue
        finally:
            till.begin = living
        return
    raise AssertionError("it died more often than a fuse can burn")


def tell(till: Till, dying: Begin[TillWork]) -> None:
    """One lesson, 20 hours ahead, from checkout to payout."""
    booking = till.hold(hours_ahead=20)

    def complete() -> None:
        if isinstance(till.booking(booking).state, Confirmed):
            till.complete(booking)

    survive(till, dying, lambda: till.pay(booking))
    survive(till, dying, lambda: till.at(booking.lesson.ends_at))
    survive(till, dying, complete)
    survive(till, dying, lambda: till.at(booking.lesson.ends_at + timedelta(hours=24)))
    for _ in range(3):
        survive(till, dying, lambda: till.after(minutes=2))
    assert till.payment(booking).outcome is Outcome.LESSON_COMPLETED
    assert till.books().balanced
    moved = [
        each.kind
        for each in till.processor.effects
        if each.kind in {"authorisation", "capture", "void", "transfer"}
    ]
    assert moved == ["authorisation", "capture", "transfer"]


@pytest.mark.parametrize("at", range(1, 2 * LAST_COMMIT + 1))
def test_property_8_dying_at_a_commit(at: int) -> None:
    till = Till.opened()
    fuse = Fuse(at)
    tell(till, dying_units(till.begin, fuse))
    assert fuse.reached >= at, "the story has fewer commits than that"


@pytest.mark.parametrize("at", range(1, 2 * LAST_CALL + 1))
def test_property_8_dying_at_a_call_of_the_processor(at: int) -> None:
    till = Till.opened()
    fuse = Fuse(at)
    till.gateway = DyingGateway(till.processor, fuse)
    tell(till, till.begin)
    assert fuse.reached >= at
