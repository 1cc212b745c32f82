"""One thing still to be done, and when to try it again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from attrs import field, frozen

from instainstru_core.due_work.ids import WorkId
from instainstru_core.kernel.time import utc

Payload: TypeAlias = Mapping[str, object]
"""Plain JSON: strings, whole numbers, booleans, null, lists and maps of them."""

MAX_ATTEMPTS = 5
MAX_CLAIMS = 100
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(seconds=1800)
LEASE = timedelta(seconds=60)


@frozen(kw_only=True)
class NewWork:
    """Work to be filed: *handler* will be given *payload* at *due_at*.

    Of two with one *dedupe_key* only the first is filed, while that one is still there.
    """

    handler: str
    payload: Payload
    due_at: datetime = field(converter=utc)
    dedupe_key: str | None = None


@frozen(kw_only=True)
class WorkItem:
    """Work on file. *attempts* counts failures, *claims* how often a pump handed it out."""

    work_id: WorkId
    handler: str
    payload: Payload
    due_at: datetime
    attempts: int = 0
    claims: int = 0
    dead: bool = False
    last_error: str | None = None


def delay_after(failures: int) -> timedelta:
    """How long to wait after the n-th failure: 30 s · 2^(n−1), at most 1800 s. Source: OP-12."""
    return min(LONGEST_DELAY, FIRST_DELAY * 2 ** (min(failures, 10) - 1))
