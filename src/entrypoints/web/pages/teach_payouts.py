"""How an instructor is paid out: account, schedule, payouts, and at once. Source: PY-48, PY-49."""

from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency

from entrypoints.http.config import HttpConfig
from entrypoints.http.policy import Operation, policy
from entrypoints.http.problems import status_of
from entrypoints.http.redirects import redirect_target
from entrypoints.web.desk import Desk, Keep, at
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.pages.teach_earnings import TEACHERS
from entrypoints.web.teaching import Standing, cents_of, me
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Principal
from instainstru_core.kernel.errors import Conflict, DomainError, Malformed, NotFound, Unavailable
from instainstru_core.kernel.pagination import Cursor, PageRequest
from instainstru_core.payments.model.cards import AccountStatus
from instainstru_core.payments.model.processor import PayoutInterval, PayoutSchedule, PayoutStatus
from instainstru_core.payments.payouts.model import (
    LAST_MONTH_DAY,
    LAST_WORKING_DAY,
    LEAST_INSTANT,
    preferred,
    schedule_of,
)
from instainstru_core.payments.use_cases.open_payout_account import LinkOnboarding, link_onboarding
from instainstru_core.payments.use_cases.payouts.ask_for_instant_payout import (
    AskForInstantPayout,
    InstantOffer,
    ask_for_instant_payout,
    offer_instant_payout,
)
from instainstru_core.payments.use_cases.payouts.choose_payout_schedule import (
    ChoosePayoutSchedule,
    choose_payout_schedule,
)
from instainstru_core.payments.use_cases.payouts.link_dashboard import link_dashboard
from instainstru_core.payments.use_cases.payouts.read_payouts import read_payouts
from instainstru_core.ports import Ports

_HERE: Final = "/teach/payouts"
_WEEKDAYS: Final = (
    N_("Every Monday"),
    N_("Every Tuesday"),
    N_("Every Wednesday"),
    N_("Every Thursday"),
    N_("Every Friday"),
)
ACCOUNTS: Final[Mapping[AccountStatus, Standing]] = {
    AccountStatus.PENDING: Standing(N_("Not finished yet"), "warn"),
    AccountStatus.COMPLETE: Standing(N_("Ready"), "good"),
    AccountStatus.RESTRICTED: Standing(N_("Something is missing"), "bad"),
    AccountStatus.DEAUTHORIZED: Standing(N_("Disconnected"), "bad"),
}
PAYOUTS: Final[Mapping[PayoutStatus, Standing]] = {
    PayoutStatus.PENDING: Standing(N_("Getting ready"), "plain"),
    PayoutStatus.IN_TRANSIT: Standing(N_("On its way"), "warn"),
    PayoutStatus.PAID: Standing(N_("Arrived"), "good"),
    PayoutStatus.FAILED: Standing(N_("Came back"), "bad"),
    PayoutStatus.CANCELED: Standing(N_("Called off"), "plain"),
}


@get(_HERE, sync_to_thread=True, opt=policy(access=TEACHERS, bucket="read", page=True))
def show_payouts(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """The account, when it pays out, and what it paid."""
    return _payouts(frame, principal, ports)


def _payouts(
    frame: Frame,
    principal: Principal,
    ports: Ports,
    *,
    form: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    who = me(principal)
    with ports.read() as reads:
        account = reads.payment_queries.payout_account(who)
    after = frame.request.query_params.get("after")
    try:
        page = PageRequest(cursor=Cursor.parse(after) if after else None)
        found = read_payouts(who, page, read=ports.read)
    except Malformed:
        found = read_payouts(who, PageRequest(), read=ports.read)
    offer: InstantOffer | None = None
    if account is not None and account.payable:
        try:
            offer = offer_instant_payout(who, begin=ports.begin, gateway=ports.gateway)
        except (Conflict, Unavailable):
            offer = None
    return frame.page(
        "teach_payouts",
        status=status,
        form=form or Form(),
        account=account,
        standing=None if account is None else ACCOUNTS[account.status],
        chosen="" if account is None else _name(preferred(account)),
        choices=_choices(frame),
        found=found,
        entries=found.page.items,
        statuses=PAYOUTS,
        offer=offer,
        least=LEAST_INSTANT,
    )


def _name(schedule: PayoutSchedule) -> str:
    """A schedule as its field says it: `daily`, `weekly-1`, `monthly-15`."""
    day = schedule.weekday if schedule.weekday is not None else schedule.month_day
    return str(schedule.interval) if day is None else f"{schedule.interval}-{day}"


def _schedule(text: str) -> PayoutSchedule:
    interval, _, day = text.partition("-")
    number = int(day) if day.isascii() and day.isdecimal() and len(day) < 3 else None
    kind = PayoutInterval(interval)
    return schedule_of(
        kind,
        weekday=number if kind is PayoutInterval.WEEKLY else None,
        month_day=number if kind is PayoutInterval.MONTHLY else None,
    )


def _choices(frame: Frame) -> list[tuple[str, str]]:
    weekly = [(f"weekly-{day}", frame.words(_WEEKDAYS[day])) for day in range(LAST_WORKING_DAY + 1)]
    monthly = [
        (f"monthly-{day}", frame.words(N_("Every month, on day %(day)s")) % {"day": day})
        for day in range(1, LAST_MONTH_DAY + 1)
    ]
    return [("daily", frame.words(N_("Every working day"))), *weekly, *monthly]


@post(
    f"{_HERE}/account",
    sync_to_thread=True,
    opt=policy(access=TEACHERS, bucket="write", page=True),
)
def do_open_account(
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[Any]:
    """The way to the payment partner: shown, as a form of ours may lead to nobody else's page."""
    who = me(principal)
    site = next(iter(config.origins), "")
    asked = str(request.base_url).rstrip("/") + _HERE
    back = redirect_target(asked, site=site, hosted=config.hosted) or site + _HERE
    with ports.read() as reads:
        account = reads.payment_queries.payout_account(who)
    try:
        if account is not None and account.payable:
            way = link_dashboard(who, begin=ports.begin, gateway=ports.gateway)
        else:
            way = link_onboarding(
                LinkOnboarding(instructor_id=who, return_url=back),
                begin=ports.begin,
                gateway=ports.gateway,
                clock=ports.clock,
            )
    except (Conflict, Unavailable) as refusal:
        return _refused(frame, form, principal, ports, refusal)
    ready = account is not None and account.payable
    return frame.page("teach_payout_way", way=way, ready=ready)


@post(
    f"{_HERE}/schedule",
    sync_to_thread=True,
    opt=policy(access=TEACHERS, bucket="write", page=True),
)
def do_schedule(
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Be paid out when it suits. Source: PY-48."""
    schedule = form.parsed("schedule", _schedule)
    if schedule is None:
        return _payouts(frame, principal, ports, form=form, status=422)
    try:
        choose_payout_schedule(
            ChoosePayoutSchedule(instructor_id=me(principal), schedule=schedule),
            begin=ports.begin,
            gateway=ports.gateway,
        )
    except (Conflict, NotFound, Unavailable) as refusal:
        return _refused(frame, form, principal, ports, refusal)
    return see(_HERE, said="saved")


@post(
    f"{_HERE}/instant",
    sync_to_thread=True,
    opt=policy(access=TEACHERS, bucket="financial", operation=Operation.PAY_OUT, page=True),
)
def do_pay_out(desk: NamedDependency[Desk]) -> Response[Any]:
    """Be paid out now. Source: PY-49."""
    principal, ports = desk.principal, desk.ports
    cents = desk.form.parsed("amount", cents_of)

    def again(status: int) -> Response[Any]:
        return _payouts(desk.frame, principal, ports, form=desk.form, status=status)

    if cents is None:
        return again(422)
    asked = AskForInstantPayout(instructor_id=me(principal), amount_cents=cents)

    def pay(answer: Keep) -> None:
        ask_for_instant_payout(
            asked,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
            answer=answer,
        )

    return desk.act(pay, again=again, leads_to=_HERE, said="payout_asked", refuse=at("amount"))


def _refused(
    frame: Frame,
    form: Form,
    principal: Principal,
    ports: Ports,
    refusal: DomainError,
) -> Response[Any]:
    form.refused_by(refusal)
    return _payouts(frame, principal, ports, form=form, status=status_of(refusal))


PAGES: Final = [show_payouts, do_open_account, do_schedule, do_pay_out]
