"""When a card that refused is asked again, and when to give up. Source: PY-13, PY-14."""

from datetime import datetime, timedelta
from enum import StrEnum

from instainstru_core.payments.model.holds import Failure

CANCEL_BEFORE = timedelta(hours=12)
WARN_BEFORE = timedelta(hours=13)
_GAPS = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=8))


class LadderStep(StrEnum):
    """What to do now about a card that refused."""

    CANCEL = "cancel"
    FINAL_ATTEMPT = "final_attempt"
    WARN = "warn"
    RETRY = "retry"
    NONE = "none"


def ladder_step(failure: Failure, *, lesson_starts_at: datetime, now: datetime) -> LadderStep:
    """The first of PY-13's cases that applies; of a hard refusal only the warning is left."""
    ahead = lesson_starts_at - now
    if ahead <= CANCEL_BEFORE:
        return LadderStep.CANCEL
    if failure.final_attempt_at is not None:
        return LadderStep.NONE
    if ahead <= WARN_BEFORE:
        return LadderStep.WARN if failure.hard else LadderStep.FINAL_ATTEMPT
    if failure.hard or now - failure.last_at < gap_after(failure.count):
        return LadderStep.NONE
    return LadderStep.RETRY


def next_look(failure: Failure, *, lesson_starts_at: datetime, now: datetime) -> datetime:
    """The next instant at which `ladder_step` may say something else than none."""
    steps = [lesson_starts_at - CANCEL_BEFORE]
    if failure.final_attempt_at is None:
        steps.append(lesson_starts_at - WARN_BEFORE)
        if not failure.hard:
            steps.append(failure.last_at + gap_after(failure.count))
    return min((step for step in steps if step > now), default=now)


def gap_after(failures: int) -> timedelta:
    """How long the card is left alone after so many refusals. Source: PY-13."""
    return _GAPS[min(max(failures, 1), len(_GAPS)) - 1]
