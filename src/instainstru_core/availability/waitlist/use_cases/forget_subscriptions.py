"""Forget what was waited for, once its last date is over. Source: spec 01 §11."""

from datetime import timedelta

from instainstru_core.availability.waitlist.ports import WaitlistWork
from instainstru_core.kernel.time import Clock


def forget_subscriptions(*, work: WaitlistWork, clock: Clock) -> int:
    """Forget those whose last date is over in every zone; how many they were."""
    return work.waitlist.forget(before=clock.now().date() - timedelta(days=1))
