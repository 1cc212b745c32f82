"""What a student looks for, as chosen and not as typed. Source: SR-34…37."""

from datetime import date
from enum import StrEnum

from attrs import field, frozen

from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import Cursor
from instainstru_core.search.errors import InvalidFilter

SLOT_MINUTES = 5
SLOTS_PER_DAY = 288
MAX_DATES = 31
DEFAULT_DAYS = 7
HORIZON_DAYS = 365
DEFAULT_LIMIT = 20
MAX_LIMIT = 50
MIN_DURATION_MINUTES = 30
MAX_DURATION_MINUTES = 240


class LessonType(StrEnum):
    """Which formats will do. Source: SR-34."""

    ANY = "any"
    ONLINE = "online"
    IN_PERSON = "in_person"
    TRAVEL = "travel"
    STUDIO = "studio"

    @property
    def formats(self) -> tuple[Format, ...]:
        """Those formats, in canonical order."""
        return _FORMATS[self]


_FORMATS = {
    LessonType.ANY: tuple(Format),
    LessonType.ONLINE: (Format.ONLINE,),
    LessonType.IN_PERSON: (Format.TRAVEL, Format.STUDIO),
    LessonType.TRAVEL: (Format.TRAVEL,),
    LessonType.STUDIO: (Format.STUDIO,),
}


class Sort(StrEnum):
    """In which order to answer. Source: SR-48."""

    BEST = "best"
    PRICE_ASC = "price_asc"
    PRICE_DESC = "price_desc"
    SOONEST = "soonest"


@frozen(kw_only=True)
class SearchQuery:
    """One service, on one of some local dates, between some hours, within a price and a place.

    *after* and *before* are minutes of the local day; the whole lesson lies between them. Rates are
    an hour's, whatever the lesson lasts. Source: SR-34.

    Raises:
        InvalidFilter: A value that can never match.
    """

    service: str
    dates: tuple[date, ...]
    after: int = 0
    before: int = SLOTS_PER_DAY * SLOT_MINUTES
    minutes: int | None = None
    lesson_type: LessonType = LessonType.ANY
    region: str | None = None
    min_rate: Money | None = None
    max_rate: Money | None = None
    sort: Sort = Sort.BEST
    limit: int = field(default=DEFAULT_LIMIT)
    cursor: Cursor | None = None

    def __attrs_post_init__(self) -> None:
        if not 1 <= len(self.dates) <= MAX_DATES:
            raise InvalidFilter("dates", f"search 1 to {MAX_DATES} dates at once")
        if not 0 <= self.after < self.before <= SLOTS_PER_DAY * SLOT_MINUTES:
            raise InvalidFilter("after", "must be earlier than before")
        if self.after % SLOT_MINUTES or self.before % SLOT_MINUTES:
            raise InvalidFilter("after", "must be a multiple of five minutes")
        if self.minutes is not None and (
            not MIN_DURATION_MINUTES <= self.minutes <= MAX_DURATION_MINUTES
            or self.minutes % SLOT_MINUTES
        ):
            raise InvalidFilter("duration", "must be a multiple of 5 from 30 to 240")
        if self.min_rate and self.max_rate and self.min_rate.cents > self.max_rate.cents:
            raise InvalidFilter("rate_min", "must not be more than rate_max")
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InvalidFilter("limit", f"must be 1 to {MAX_LIMIT}")

    def window(self, minutes: int) -> tuple[int, int]:
        """The hours as slots, stretched where a lesson would not fit. Source: SR-36."""
        before = max(self.before, self.after + minutes)
        last = min(before, SLOTS_PER_DAY * SLOT_MINUTES)
        return self.after // SLOT_MINUTES, last // SLOT_MINUTES
