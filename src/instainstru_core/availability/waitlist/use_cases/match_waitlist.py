"""Some time may be free now: tell everybody who waits for it. Source: spec 01 §11, AV-34, AV-35."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from functools import cache
from typing import TypeVar

from attrs import frozen

from instainstru_core.availability.errors import CalendarNotFound
from instainstru_core.availability.model.days import LocalDay, days_between, local_day
from instainstru_core.availability.model.facts import CalendarFacts
from instainstru_core.availability.model.free import free_slots
from instainstru_core.availability.model.planes import CLOSED, Slots
from instainstru_core.availability.waitlist.events import WaitlistMatched
from instainstru_core.availability.waitlist.ids import SubscriptionId
from instainstru_core.availability.waitlist.model.matching import FreeSlots, Match, WaitingList
from instainstru_core.availability.waitlist.ports import WaitlistReads, WaitlistWork
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.lessons import Format
from instainstru_core.kernel.time import Clock, Interval
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone

ReadsT = TypeVar("ReadsT", bound=WaitlistReads)
WorkT = TypeVar("WorkT", bound=WaitlistWork)


@frozen(kw_only=True)
class MatchWaitlist:
    """Something changed for an instructor on *dates*, or *within* some time; else on any date.

    The time's dates are those of the calendar's zone as it is now. Source: AV-9.
    """

    instructor_id: InstructorId
    dates: Collection[date] = ()
    within: Interval | None = None

    def named(self, zone: Zone) -> Collection[date]:
        """The dates that are asked about; none stands for any."""
        if self.within is None:
            return self.dates
        return days_between(zone.today(self.within.starts_at), zone.today(self.within.ends_at))


def match_waitlist(
    request: MatchWaitlist, *, read: Begin[ReadsT], begin: Begin[WorkT], clock: Clock
) -> int:
    """Tell those who wait and could book right now, in the order they asked; how many were told.

    Nothing is held for anybody: whoever books first has it. A subscription is told of a date once,
    so the same news again tells nobody.
    """
    now = clock.now()
    found: list[Match] = []
    with read() as reads:
        try:
            glance = reads.calendars.glance(request.instructor_id)
        except CalendarNotFound:
            return 0
        today = glance.zone.today(now)
        named = request.named(glance.zone)
        dates = sorted(each for each in named if each >= today)
        if not (glance.visible and glance.payable) or (named and not dates):
            return 0
        waiting = reads.waitlist_queries.waiting(
            request.instructor_id,
            first=dates[0] if dates else today,
            last=dates[-1] if dates else None,
        )
        if not waiting:
            return 0
        if not dates:
            last = max(each.wish.last for each in waiting)
            dates = [*days_between(today, last)]
        facts = reads.calendars.facts(glance, dates[0], dates[-1])
    everybody = WaitingList.of(waiting)
    for each in dates:
        day = local_day(glance.zone, each)
        found += everybody.matches(day, _free(facts, day, now), rules=facts.settings.rules)
    if not found:
        return 0
    with begin() as work:
        return work.waitlist.tell([*_news(found, facts, now)])


def _free(facts: CalendarFacts, day: LocalDay, now: datetime) -> FreeSlots:
    @cache
    def free(wanted: Format) -> Slots:
        if wanted not in facts.formats:
            return 0
        return free_slots(
            facts.days.get(day.date, CLOSED),
            day=day,
            wanted=wanted,
            busy=facts.busy_on(day.date),
            settings=facts.settings,
            blocked=day.date in facts.blackouts,
            private_busy=facts.private_busy,
            now=now,
        )

    return free


def _news(found: list[Match], facts: CalendarFacts, now: datetime) -> Iterator[WaitlistMatched]:
    # First come, first told; and of one's own dates the earlier ones first.
    for match in sorted(found, key=_turn):
        one = match.subscription
        yield WaitlistMatched(
            subscription_id=one.subscription_id,
            student=one.student,
            instructor=one.instructor,
            location_type=one.wish.location_type,
            minutes=one.wish.minutes,
            day=match.day,
            starts_at=match.starts_at,
            zone=str(facts.settings.zone),
            occurred_at=now,
        )


def _turn(match: Match) -> tuple[datetime, SubscriptionId, date]:
    one = match.subscription
    return one.since, one.subscription_id, match.day
