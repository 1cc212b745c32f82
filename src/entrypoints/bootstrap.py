"""The composition root: the only place that picks adapters."""

from pathlib import Path

from adapters.system.clock import MovableClock


def platform_clock(data_dir: Path) -> MovableClock:
    """The clock that every process of one demonstration shares."""
    return MovableClock.at(data_dir / "clock")
