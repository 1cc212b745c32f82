"""A clock for tests."""

from datetime import datetime, timedelta

from attrs import define, field

from instainstru_core.kernel.time import utc


@define
class HandMovedClock:
    """The `Clock` port, standing still until it is moved."""

    _now: datetime = field(converter=utc)

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._now

    def move(self, by: timedelta) -> datetime:
        """Move it by *by*, and return the new now."""
        self._now += by
        return self._now

    def set(self, moment: datetime) -> None:
        """Set it to *moment*, earlier or later."""
        self._now = utc(moment)
