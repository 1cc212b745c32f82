"""How a process is told where to die; that it does, and what of it, is shown in `chaos`."""

import signal
import subprocess
import sys

import pytest

from entrypoints.crash_points import CrashPoint, Fuse, watched_gateway, watched_units
from entrypoints.tiers import Refused
from instainstru_core.testing.contracts.tips import settled, tip
from instainstru_core.testing.strategies.payments import Till

LABEL = "gateway.capture"
DIES = """
from entrypoints.crash_points import CrashPoint, Fuse
fuse = Fuse(CrashPoint.parse("gateway.capture#2:after"))
for _ in range(2):
    fuse.reach("gateway.capture", "before")
    print("captured", flush=True)
    fuse.reach("gateway.capture", "after")
print("never reached", flush=True)
"""


def test_reads_label_occurrence_and_side() -> None:
    point = CrashPoint.parse("gateway.capture#12:after")
    assert point == CrashPoint("gateway.capture", 12, "after")


@pytest.mark.parametrize(
    "text", ["", "capture", "capture#1", "capture#0:after", "capture#1:during", "a b#1:after"]
)
def test_refuses_what_names_no_point_and_says_how_to_write_one(text: str) -> None:
    with pytest.raises(Refused, match=r"INSTAINSTRU_CRASH_AT .* gateway\.capture#1:after"):
        CrashPoint.parse(text)


def test_passes_every_other_point() -> None:
    fuse = Fuse(CrashPoint.parse(f"{LABEL}#3:before"))
    for _ in range(2):
        fuse.reach(LABEL, "before")
    for _ in range(5):
        fuse.reach(LABEL, "after")
        fuse.reach("gateway.transfer", "before")


def test_dies_of_sigkill_at_its_point_and_says_so() -> None:
    died = subprocess.run(
        [sys.executable, "-c", DIES],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    assert died.stdout == "captured\n" * 2
    assert died.stderr == "crash point gateway.capture#2:after\n"


def test_a_unit_is_named_after_its_use_case_wherever_that_is_kept() -> None:
    """Those in a folder of their topic, too: `give_tip#1:before` names a point."""
    till = Till.opened()
    booking = settled(till)
    steps: list[str] = []

    class Notes:
        def reach(self, label: str, side: str) -> None:
            steps.append(f"{label}:{side}")

    till.begin = watched_units(till.begin, Notes())
    till.gateway = watched_gateway(till.gateway, Notes())
    tip(till, booking)
    assert steps[:2] == ["give_tip:before", "give_tip:after"]
    assert "gateway.charge:after" in steps
