"""Changes the money's code in thousands of small ways, and counts which changes no test notices.

`python tools/mutants.py PLACE [NAME…]` copies `src` and `tests` to PLACE, turns properties into
plain methods (mutmut leaves decorated functions alone), and runs mutmut there: on all modules of
`MODULES`, or on the mutants whose names match NAME (`*planner*`). What it tests with are the quick
unit tests of `TESTS`. At the end come the names of what survived, and the table of all modules that
docs/guide/mutants.md has. It runs in an environment that has `locks/core.txt` and
`locks/mutants.txt`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CORE: Final = "src/instainstru_core"
MODULES: Final = (
    "pricing/model/*.py",
    "payments/model/planner.py",
    "payments/model/outcomes.py",
    "payments/model/ladder.py",
    "payments/model/payment.py",
    "payments/model/moving.py",
    "payments/model/freezing.py",
    "payments/model/escalating.py",
    "payments/model/afterwards.py",
    "payments/ledger/*postings.py",
    "payments/ledger/writing.py",
    "payments/ledger/model.py",
    "payments/ledger/chain.py",
    "payments/credits/model.py",
    "payments/refunds/plan.py",
    "payments/refunds/model.py",
    "payments/chargebacks/plan.py",
    "payments/chargebacks/model.py",
)
TESTS: Final = (
    "pricing",
    *(
        f"payments/test_{name}.py"
        for name in (
            "postings",
            "transitions",
            "last_fields",
            "money_edges",
            "refund_edges",
            "planner",
            "models",
            "refund_plan",
            "escalation_plan",
            "chain",
            "payment_twins",
            "belated_answers",
            "debts",
            "endings",
            "life_of_a_payment",
            "refund_twins",
            "credit_machine",
            "ledger_machine",
            "endings_machine",
            "spending",
            "tips_and_payouts",
            "rescheduling",
            "rescheduling_twins",
            "capture_due",
        )
    ),
)
PROFILE: Final = """
from hypothesis import HealthCheck, Phase

settings.register_profile(
    "mutants",
    deadline=None,
    max_examples=60,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
"""
"""The same examples each time, and no shrinking: that a test fails is enough."""

_VERDICTS: Final = {0: "survived", 1: "killed", 3: "killed", 33: "survived"}
"""What an exit code means; 33: no test reaches it. Any other: too slow, or not run."""

_GETTER: Final = re.compile(r"( +)@property\n +def (\w+)\(((?:.*\n)(?:\1 .*\n|\n(?=\1 ))*)")


def plain(source: str) -> str:
    """*source* with each property as a method of its own and a name for it."""
    return _GETTER.sub(r"\1def get_\2(\3\n\1\2 = property(get_\2)\n", source)


def prepare(place: Path) -> None:
    """A copy of the project at *place*, ready to be changed."""
    for name in ("src", "tests"):
        shutil.copytree(
            ROOT / name,
            place / name,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("__pycache__", "integration"),
        )
    for pattern in MODULES:
        for module in (place / CORE).glob(pattern):
            module.write_text(plain(module.read_text()))
    shared = place / "tests" / "conftest.py"
    shared.write_text(shared.read_text() + PROFILE)
    listed = ",\n".join(f'  "{CORE}/{each}"' for each in MODULES)
    tests = ",\n".join(f'  "tests/unit/{each}"' for each in TESTS)
    settings = (
        '\n[tool.mutmut]\nsource_paths = ["src"]\n'
        f"only_mutate = [\n{listed}\n]\n"
        f"pytest_add_cli_args_test_selection = [\n{tests}\n]\n"
        'pytest_add_cli_args = ["-p", "no:cacheprovider", "--hypothesis-profile=mutants"]\n'
    )
    (place / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text() + settings)
    shutil.copy(ROOT / "README.md", place)


def table(place: Path) -> str:
    """Module by module, how many mutants the run at *place* killed, and how many it did not."""
    modules = place / "mutants" / CORE
    found: dict[str, Counter[str]] = {}
    for record in sorted(modules.rglob("*.meta")):
        codes = json.loads(record.read_text())["exit_code_by_key"].values()
        if codes:
            name = record.relative_to(modules).with_suffix("").as_posix()
            found[f"`{name}`"] = Counter(_VERDICTS.get(code, "else") for code in codes)
    found["together"] = sum(found.values(), Counter())
    rows = ["| Module | Mutants | Killed | Survived | Else |", "|---|---|---|---|---|"]
    rows += [
        f"| {name} | {counts.total()} | {counts['killed']} | {counts['survived']} "
        f"| {counts['else']} |"
        for name, counts in found.items()
    ]
    return "\n".join(rows)


def main(place: Path, names: list[str]) -> int:
    """Run mutmut at *place*; what survived, and how many did, is listed at the end."""
    if not (place / "mutants").exists():
        prepare(place)
    mutmut = Path(sys.executable).with_name("mutmut")
    environment = {**os.environ, "PYTHONPATH": "src"}
    ran = subprocess.run(
        [mutmut, "run", "--max-children", "2", *names], cwd=place, env=environment, check=False
    )
    subprocess.run([mutmut, "results"], cwd=place, env=environment, check=False)
    print(table(place))
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2:]))
