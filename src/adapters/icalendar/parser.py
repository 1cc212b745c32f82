"""Reads what was fetched in a process of its own, and ends that process in any case."""

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from attrs import frozen

from instainstru_core.availability.external.model.feed import FeedProblem
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone

_PROGRAM: Final = Path(__file__).with_name("expand.py")
PATIENCE_SECONDS: Final = 12.0
"""Longer than the processor time it may use, as others use the processor too."""


@frozen
class FeedUnreadable(DomainError):
    """A feed can't be read, or may not be."""

    code = "external_calendar_unreadable"

    problem: FeedProblem

    def __str__(self) -> str:
        return f"the calendar can't be read: {self.problem}"


class ParserBroken(RuntimeError):
    """The program itself failed, whatever the feed holds."""


def parse(
    content: bytes, within: Interval, zone: Zone, *, patience_seconds: float = PATIENCE_SECONDS
) -> Sequence[Interval]:
    """When the calendar's owner is busy, inside *within* and a little around it.

    Raises:
        FeedUnreadable: It is malformed, or there is too much of it.
        ParserBroken: The program could not be run.
    """
    asked = {
        "since": within.starts_at.timestamp(),
        "until": within.ends_at.timestamp(),
        "zone": str(zone),
    }
    given = json.dumps(asked).encode() + b"\n" + content
    try:
        # -I: neither the environment nor the working directory has a say in what is imported.
        done = subprocess.run(  # noqa: S603 - our own program, by its path
            [sys.executable, "-I", str(_PROGRAM)],
            input=given,
            capture_output=True,
            timeout=patience_seconds,
            check=False,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise FeedUnreadable(FeedProblem.TOO_MANY_EVENTS) from None
    if done.returncode < 0 or b"MemoryError" in done.stderr:
        raise FeedUnreadable(FeedProblem.TOO_MANY_EVENTS)
    if done.returncode > 0:
        raise ParserBroken(f"the calendar parser ended with {done.returncode}")
    answer = json.loads(done.stdout)
    if "problem" in answer:
        raise FeedUnreadable(FeedProblem(answer["problem"]))
    return [Interval(_instant(since), _instant(until)) for since, until in answer["spans"]]


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
