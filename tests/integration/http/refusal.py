"""How the table of refusals is written: one small scenario for each way to be refused."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from tests.integration.http.town import Ask, Town

Scenario: TypeAlias = Callable[[Town], Ask]
CASES: Final[list["Refused"]] = []


@frozen(kw_only=True)
class Refused:
    """A request that *scenario* leads to, and what it must be answered.

    *pointer* is where something is wrong with a 422, *has* what the problem tells beside it.
    *told*: a check says it, as who asks can't get as far with the real thing.
    *leaves*: the tables where it is written down that a bank was asked and refused.
    """

    code: str
    status: int
    rule: str
    scenario: Scenario
    pointer: str | None = None
    has: Mapping[str, Any] = field(factory=dict)
    told: bool = False
    leaves: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.code}-{self.scenario.__name__}"


def refused(
    code: str,
    status: int,
    rule: str,
    *,
    pointer: str | None = None,
    has: Mapping[str, Any] | None = None,
    told: bool = False,
    leaves: Collection[str] = (),
) -> Callable[[Scenario], Scenario]:
    """The decorated scenario ends in *code*, as *rule* says."""

    def note(scenario: Scenario) -> Scenario:
        case = Refused(
            code=code,
            status=status,
            rule=rule,
            scenario=scenario,
            pointer=pointer,
            has=has or {},
            told=told,
            leaves=frozenset(leaves),
        )
        CASES.append(case)
        return scenario

    return note
