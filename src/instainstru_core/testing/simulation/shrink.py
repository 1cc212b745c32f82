"""Finds out how little of a failing script still fails: delta debugging over its steps."""

from collections.abc import Callable, Sequence
from typing import Final

from attrs import evolve

from instainstru_core.testing.simulation.script import ALONE, Script

MAX_TRIES: Final = 400


def shrink(script: Script, fails: Callable[[Script], bool], *, tries: int = MAX_TRIES) -> Script:
    """The smallest script found, in at most *tries* runs, for which *fails* still says yes."""
    left = tries

    def check(numbers: Sequence[int]) -> bool:
        nonlocal left
        left -= 1
        return left >= 0 and fails(script.only(numbers))

    numbers = _smaller([each.number for each in script.steps], check)
    small = script.only(numbers)
    for step in small.steps:
        for simpler in (evolve(step, crash=0), evolve(step, beside=ALONE)):
            trial = evolve(
                small,
                steps=tuple(simpler if each is step else each for each in small.steps),
            )
            if simpler != step and left > 0 and fails(trial):
                left -= 1
                small = trial
                break
    return small


def _smaller(numbers: list[int], check: Callable[[Sequence[int]], bool]) -> list[int]:
    """Zeller's ddmin: strike out ever smaller parts, as long as it still fails."""
    parts = 2
    while len(numbers) > 1:
        size = -(-len(numbers) // parts)
        for first in range(0, len(numbers), size):
            rest = numbers[:first] + numbers[first + size :]
            if rest and check(rest):
                numbers, parts = rest, max(parts - 1, 2)
                break
        else:
            if parts >= len(numbers):
                return numbers
            parts = min(parts * 2, len(numbers))
    return numbers
