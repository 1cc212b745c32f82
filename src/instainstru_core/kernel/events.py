"""Facts about the past that other contexts may act on."""

from datetime import datetime
from typing import ClassVar

from attrs import field, frozen

from instainstru_core.kernel.time import utc


@frozen(kw_only=True)
class Event:
    """Something that happened; never changed. `name` is its public name, like `booking.held`."""

    name: ClassVar[str] = "event"
    occurred_at: datetime = field(converter=utc)


@frozen(kw_only=True)
class Aggregate:
    """A cluster of values kept consistent as one.

    *events* are the facts not recorded yet; saving the aggregate records them.
    *version* counts the saves, so that two writers can't both win.
    """

    version: int = field(default=0, eq=False)
    events: tuple[Event, ...] = field(default=(), eq=False, repr=False)
