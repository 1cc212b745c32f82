"""The shape of the core: what it imports, what its contexts are made of, how it names things."""

import ast
import gc
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeVar

import pytest

import instainstru_core
from instainstru_core.kernel import errors
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.events import Event

CORE: Final = Path(instainstru_core.__file__).parent
MODULES: Final = sorted(CORE.rglob("*.py"))
DEPENDENCIES: Final = frozenset({"attrs", "numpy", "shapely"})
TESTING_DEPENDENCIES: Final = DEPENDENCIES | {"hypothesis", "pytest"}
TRY_IT_OUT: Final = ("instainstru_core.testing.ports", "instainstru_core.testing.world")
IMPURE: Final = frozenset(
    {
        "asyncio",
        "http",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "random",
        "secrets",
        "select",
        "shutil",
        "socket",
        "sqlite3",
        "subprocess",
        "tempfile",
        "time",
        "urllib",
    }
)
"""Parts of the standard library that do I/O, or know what the rules must be told."""

WALL_CLOCKS: Final = frozenset({"now", "utcnow", "today"})

CONTEXTS: Final = sorted(
    each.parent.relative_to(CORE).as_posix()
    for each in CORE.glob("*/use_cases")
    if (each / "__init__.py").exists()
)
BONES: Final = frozenset({"errors", "model", "ports", "use_cases"})

SEVERAL: Final = frozenset(
    {"admin.staff_acts", "booking.read_bookings", "payments.keep_card", "payments.read_challenge"}
)
"""Use cases so small that they live together, under a name for all of them."""

PARTS: Final = frozenset(
    {
        "admin.four_eyes",
        "admin.four_eyes_document",
        "admin.pricing_document",
        "payments.chargebacks.record_chargeback",
        "payments.credits.lots",
        "payments.credits.spending",
        "payments.credits.till",
        "payments.debts.record_debt",
        "payments.finish_move",
        "payments.pursue_ending",
        "payments.record_answer",
        "payments.refunds.record_refund",
        "payments.renew_hold",
        "payments.reversing",
        "payments.tips.record_tip",
    }
)
"""What several use cases have in common, and nobody asks for by itself."""

STATUS_OF_FAMILY: Final[dict[type[DomainError], int]] = {
    errors.IncorrectSecret: 400,
    errors.Unauthenticated: 401,
    errors.PaymentRefused: 402,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.VersionConflict: 412,
    errors.Malformed: 422,
    errors.PreconditionMissing: 428,
    errors.TooManyAttempts: 429,
    errors.Unavailable: 503,
}
"""Each family of refusals, and the status HTTP tells it with; any other is a 422."""

KindT = TypeVar("KindT")


def named(path: Path) -> str:
    """The dotted name of a module, without the package's."""
    return path.relative_to(CORE).with_suffix("").as_posix().replace("/", ".")


def imported(path: Path) -> set[str]:
    """The top packages that a module imports, wherever it does."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            found.add(str(node.module).partition(".")[0])
    return found


def everything_imported() -> None:
    """Import the whole core, so that all its classes are known."""
    for module in pkgutil.walk_packages(instainstru_core.__path__, "instainstru_core."):
        importlib.import_module(module.name)
    # A class with slots is made anew: the one without them stays among its parent's until then.
    gc.collect()


def kinds_of(kind: type[KindT]) -> Iterator[type[KindT]]:
    """Every class of the core that is a *kind*."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("instainstru_core."):
            yield each
        yield from kinds_of(each)


def test_the_core_is_the_one_that_is_meant() -> None:
    """With the variable set, as in the wheel's own environment, it must be the installed one."""
    place = os.environ.get("INSTAINSTRU_CORE_PLACE")
    if place is None:
        assert (CORE.parent.name, CORE.name) == ("src", "instainstru_core")
    else:
        assert CORE.resolve().is_relative_to(Path(place).resolve())


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_the_core_imports_its_three_dependencies_only(module: Path) -> None:
    """Nobody who wants the rules gets a database driver with them."""
    allowed = TESTING_DEPENDENCIES if named(module).startswith("testing.") else DEPENDENCIES
    strangers = imported(module) - sys.stdlib_module_names - allowed - {"instainstru_core"}
    assert not strangers


@pytest.mark.parametrize(
    "module", [each for each in MODULES if not named(each).startswith("testing.")], ids=named
)
def test_no_rule_does_io_or_asks_the_wall_clock(module: Path) -> None:
    """Clock, ids and chance are ports."""
    assert not imported(module) & IMPURE
    asked = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"date", "datetime"}
        and node.attr in WALL_CLOCKS
    }
    assert not asked


def test_the_world_in_memory_needs_no_testing_tools() -> None:
    """Whoever installed the wheel alone can book a lesson."""
    program = "import sys; sys.modules.update(hypothesis=None, pytest=None)\n"
    program += "\n".join(f"import {each}" for each in TRY_IT_OUT)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    tried = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr


@pytest.mark.parametrize("context", CONTEXTS)
def test_every_context_has_the_same_bones(context: str) -> None:
    """Who knows one context finds the way in all of them, and in their twins."""
    folder = CORE / context
    found = {each.stem for each in folder.iterdir() if each.suffix == ".py" or each.is_dir()}
    assert found >= BONES
    assert (CORE / "testing" / "memory" / f"{context}.py").exists()


def test_there_are_all_the_contexts() -> None:
    """So that the test above can't pass for want of contexts."""
    assert {"accounts", "availability", "booking", "catalog", "due_work", "instructors"} <= {
        *CONTEXTS
    }
    assert {"notifications", "payments", "places", "pricing", "search"} <= {*CONTEXTS}


def test_the_use_cases_are_the_list_of_features() -> None:
    """Each module has a function of its own name: what can be asked for is in the listing."""
    without = set()
    for module in sorted(CORE.glob("*/use_cases/**/*.py")):
        functions = {
            node.name
            for node in ast.parse(module.read_text()).body
            if isinstance(node, ast.FunctionDef)
        }
        if module.stem != "__init__" and module.stem not in functions:
            without.add(named(module).replace("use_cases.", ""))
    assert without == SEVERAL | PARTS


def test_packages_hold_a_docstring_and_nothing_else() -> None:
    """A thing has one address."""
    for module in CORE.rglob("__init__.py"):
        (only,) = ast.parse(module.read_text()).body
        assert isinstance(only, ast.Expr), module


def test_one_code_has_one_status_everywhere() -> None:
    """SE-23, SE-24: a program that knows a code knows what kind of refusal it is."""
    everything_imported()
    statuses: dict[str, set[int]] = defaultdict(set)
    for refusal in kinds_of(DomainError):
        if refusal in STATUS_OF_FAMILY:
            continue
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", refusal.code), refusal
        families = [each for each in STATUS_OF_FAMILY if issubclass(refusal, each)]
        assert len(families) <= 1, refusal
        statuses[refusal.code] |= {STATUS_OF_FAMILY[each] for each in families} or {422}
    assert len(statuses) > 50
    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}


def test_every_event_has_a_name_of_its_own() -> None:
    """Names are stored in rows and read by others: two events can't share one."""
    everything_imported()
    events = [each for each in kinds_of(Event) if not each.__subclasses__()]
    names = [each.name for each in events]
    assert len(names) == len(set(names)) > 25
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z_]+", name)] == []
