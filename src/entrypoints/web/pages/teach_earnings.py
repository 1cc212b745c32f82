"""What lessons brought: sums, bars over time, each line explained. Source: PY-68, PY-69, PR-11."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from litestar import Response, get
from litestar.di import NamedDependency

from entrypoints.http.policy import policy, requires
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.pictures.earnings import Bar, earnings_chart
from entrypoints.web.teaching import Standing, me
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.availability.model.weeks import monday_of
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.money import BASIS_POINTS, Money, half_up
from instainstru_core.kernel.pagination import Cursor, PageRequest
from instainstru_core.payments.statements.earnings import COUNTING, EarningLine, EarningStatus
from instainstru_core.payments.statements.periods import Period
from instainstru_core.payments.use_cases.statements.read_earnings import (
    all_earnings,
    days_of_earnings,
    read_earnings,
    sum_earnings,
)
from instainstru_core.ports import Ports
from instainstru_core.pricing.use_cases.read_commission import read_commission

TEACHERS: Final = requires(Permission.MANAGE_INSTRUCTOR_PROFILE)
SPANS: Final = {"30": N_("30 days"), "90": N_("90 days"), "365": N_("A year")}
_USUAL: Final = "90"
_LONG: Final = 120
"""From so many days on, bars are months, and weeks until then."""

STATUSES: Final[Mapping[EarningStatus, Standing]] = {
    EarningStatus.PENDING: Standing(N_("On its way"), "warn"),
    EarningStatus.PAID: Standing(N_("Paid"), "good"),
    EarningStatus.PARTIAL: Standing(N_("Partly paid"), "plain"),
    EarningStatus.REVERSED: Standing(N_("Taken back"), "bad"),
    EarningStatus.REFUNDED: Standing(N_("Refunded"), "plain"),
    EarningStatus.CANCELLED: Standing(N_("Called off"), "plain"),
}
WHY: Final[Mapping[EarningStatus, str]] = {
    EarningStatus.PENDING: N_("It reaches your account a day after the lesson has ended."),
    EarningStatus.PAID: N_("It is on your account at our payment partner."),
    EarningStatus.PARTIAL: N_(
        "It is less than the whole: the lesson was called off late, or a part was given back."
    ),
    EarningStatus.REVERSED: N_("It was paid to you, and taken back when the student was refunded."),
    EarningStatus.REFUNDED: N_("The student got the money back, so there is none to pay out."),
    EarningStatus.CANCELLED: N_("The lesson was called off in time, and nobody paid for it."),
}


@get("/teach/earnings", sync_to_thread=True, opt=policy(access=TEACHERS, bucket="read", page=True))
def show_earnings(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Figures of some days, their bars, and every lesson with how its money came about."""
    who, asked = me(principal), frame.request.query_params
    days = asked.get("days", "")
    days = days if days in SPANS else _USUAL
    _, last = days_of_earnings(who, None, None, read=ports.read, clock=ports.clock)
    first = last - timedelta(days=int(days) - 1)
    period = Period(first, last)
    try:
        page = PageRequest(cursor=Cursor.parse(after) if (after := asked.get("after")) else None)
        lines = read_earnings(who, page, read=ports.read, period=period)
    except Malformed:
        lines = read_earnings(who, PageRequest(), read=ports.read, period=period)
    bars = _bars(all_earnings(who, period, read=ports.read), first, last, frame)
    label = frame.words(N_("Earned from %(first)s to %(last)s: %(bars)s")) % {
        "first": frame.formats.full_date(first),
        "last": frame.formats.full_date(last),
        "bars": "; ".join(each.said for each in bars if each.whole)
        or frame.words(N_("nothing yet")),
    }
    with ports.read() as reads:
        zone = reads.instructor_pages.page(who).instructor.zone.name
    standing = read_commission(who, read=ports.read, clock=ports.clock, config=ports.pricing)
    return frame.page(
        "teach_earnings",
        spans=SPANS,
        days=days,
        first=first,
        last=last,
        totals=sum_earnings(who, period, read=ports.read),
        chart=earnings_chart(bars, label=label),
        bars=bars,
        most=max([each.whole for each in bars], default=0),
        lines=lines,
        entries=lines.items,
        statuses=STATUSES,
        why=WHY,
        counting=COUNTING,
        planned=planned,
        zone=zone,
        standing=standing,
        founding=standing.commission.bps not in {each.commission_bps for each in standing.tiers},
    )


def planned(line: EarningLine) -> Money:
    """The commission of a lesson that is taught: of its whole price, half-up. Source: PR-5."""
    return Money(half_up(line.lesson_price.cents * line.commission_bps, BASIS_POINTS))


def _bars(lines: Sequence[EarningLine], first: date, last: date, frame: Frame) -> list[Bar]:
    """Weeks, or months of a long time, with what their lessons brought."""
    monthly = (last - first).days > _LONG

    def begins(day: date) -> date:
        return day.replace(day=1) if monthly else monday_of(day)

    sums = {begins(first + timedelta(days=at)): [0, 0] for at in range((last - first).days + 1)}
    for line in lines:
        money = sums.get(begins(line.zone.local(line.lesson_starts_at).date()))
        if money is not None:
            money[0] += line.net.cents + line.tip.cents
            money[1] += line.owed.cents
    return [
        _bar(day, arrived, coming, frame, monthly=monthly)
        for day, (arrived, coming) in sorted(sums.items())
    ]


def _bar(day: date, arrived: int, coming: int, frame: Frame, *, monthly: bool) -> Bar:
    formats = frame.formats
    when = (
        formats.month(day)
        if monthly
        else frame.words(N_("week of %(day)s")) % {"day": formats.day(day)}
    )
    said = f"{when}: {formats.money(arrived)}"
    if coming:
        said += frame.words(N_(" and %(sum)s on its way")) % {"sum": formats.money(coming)}
    name = formats.short_month(day) if monthly else formats.short_day(day)
    return Bar(name=name, arrived=arrived, coming=coming, said=said)


PAGES: Final = [show_earnings]
