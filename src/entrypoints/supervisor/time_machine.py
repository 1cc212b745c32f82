"""The demo's time machine, for people: how far the clock is, and pushing it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Final

from adapters.system.clock import MovableClock
from entrypoints.tiers import Refused

_STEP: Final = re.compile(r"\+?(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?")


def parse_step(text: str) -> timedelta:
    """Read a step such as `+24h`, `90m` or `1d12h`.

    Raises:
        Refused: It is none.
    """
    found = _STEP.fullmatch(text.strip().casefold())
    if found is None or not any(found.groups()):
        message = f"{text!r} is no step: write it as +24h, 90m or 1d12h"
        raise Refused("step_malformed", message)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def demo_clock(clock_file: Path) -> MovableClock:
    """The clock of a demo that has run.

    Raises:
        Refused: None has run with these data; real platforms have no time machine.
    """
    if not clock_file.exists():
        message = f"no demo has run in {clock_file.parent}: start one with `make demo`"
        raise Refused("no_time_machine", message)
    return MovableClock.at(clock_file)
