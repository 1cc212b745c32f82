"""Every rule of money has a row that names its tests, and every test that is named exists."""

import ast
import re
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.planner import Ending
from tests.unit.payments.test_planner import MATRIX

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = ROOT / "docs" / "contexts" / "money_rules.md"
PROPERTIES: Final = ROOT / "docs" / "contexts" / "properties.md"
PLACES: Final = (ROOT / "tests", ROOT / "src" / "instainstru_core" / "testing")
RULES: Final = [
    *(f"PR-{number}" for number in range(1, 19)),
    *(f"PY-{number}" for number in chain(range(1, 74), range(80, 88))),
    *(f"CR-{number}" for number in range(1, 16)),
]
NAMED: Final = re.compile(r"`([\w/]+\.py)((?:::\w+)*)`")


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of the table under *heading*."""
    _, _, after = page.read_text().partition(f"\n## {heading}\n")
    part = after.partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def named(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Each file that *text* names, with the class and test in it."""
    return [(path, tuple(rest.split("::")[1:])) for path, rest in NAMED.findall(text)]


@cache
def found(path: str) -> tuple[Path, ...]:
    """The files that *path* can mean: its end must tell one from all others."""
    return tuple(
        each
        for place in PLACES
        for each in place.rglob(path.rpartition("/")[2])
        if each.as_posix().endswith(f"/{path}")
    )


@cache
def defined(path: Path) -> frozenset[tuple[str, ...]]:
    """Every class and function of a file, by the names that lead to it."""
    names: set[tuple[str, ...]] = {()}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef):
            names.add((node.name,))
            inner = (each for each in node.body if isinstance(each, ast.FunctionDef))
            names |= {(node.name, each.name) for each in inner}
        elif isinstance(node, ast.FunctionDef):
            names.add((node.name,))
    return frozenset(names)


@cache
def bases(place: str) -> frozenset[str]:
    """What the test classes under tests/*place* inherit."""
    trees = (ast.parse(each.read_text()) for each in (ROOT / "tests" / place).rglob("test_*.py"))
    return frozenset(
        base.id
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name)
    )


def test_every_rule_has_a_row() -> None:
    assert [row[0] for row in rows(PAGE, "Rule by rule")] == RULES


@pytest.mark.parametrize("row", rows(PAGE, "Rule by rule"), ids=lambda row: str(row[0]))
def test_every_row_names_tests_that_exist(row: list[str]) -> None:
    tests = named(row[2])
    assert tests, f"{row[0]} names no test"
    for path, names in tests:
        files = found(path)
        assert len(files) == 1, f"{path} means {files}"
        assert names in defined(files[0]), f"{path} has no {'::'.join(names)}"


def test_every_contract_that_is_named_runs_in_memory_and_on_postgresql() -> None:
    contracts = {
        names[0]
        for row in rows(PAGE, "Rule by rule")
        for path, names in named(row[2])
        if path.startswith("contracts/")
    }
    assert contracts
    assert contracts - bases("unit") == set()
    assert contracts - bases("integration") == set()


def test_the_matrix_is_whole() -> None:
    """PY-30: each ending the planner knows is in the page, with the outcomes tested for it."""
    told = {
        (re.sub(r"`", "", row[0]), row[1], outcome)
        for row in rows(PAGE, "PY-30, row by row")
        for outcome in re.findall(r"`(\w+)`", row[3])
    }
    tested = {(ending, state, outcome.value) for ending, state, _, outcome, _, _ in MATRIX}
    assert {each for each in told if each[1] != "by policy"} == tested
    assert {ending for ending, _, _ in told} == {ending.value for ending in Ending}
    outcomes = {outcome for _, _, outcome in told}
    assert outcomes <= {outcome.value for outcome in Outcome}


@pytest.mark.parametrize(
    "row", rows(PROPERTIES, "What is always true of money"), ids=lambda row: str(row[0])
)
def test_every_property_names_tests_that_exist(row: list[str]) -> None:
    """Spec 02 §10."""
    for path, names in [*named(row[2]), *named(row[3])]:
        files = found(path)
        assert len(files) == 1, f"{path} means {files}"
        assert names in defined(files[0]), f"{path} has no {'::'.join(names)}"


def test_every_property_has_a_row() -> None:
    """Spec 02 §10: twelve."""
    table = rows(PROPERTIES, "What is always true of money")
    assert [row[0] for row in table] == [str(number) for number in range(1, 13)]
    assert all(named(row[2]) for row in table)
