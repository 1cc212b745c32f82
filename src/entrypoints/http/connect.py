"""An instructor's account at the processor: links, schedule, payouts. Source: PY-48, PY-49."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Final

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import REQUIRED, Operation, policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.payments.ids import InstantPayoutId
from instainstru_core.payments.model.cards import ConnectAccount
from instainstru_core.payments.model.processor import PayoutInterval, PayoutStatus
from instainstru_core.payments.payouts.model import (
    LAST_MONTH_DAY,
    LAST_WORKING_DAY,
    LEAST_INSTANT,
    InstantPayout,
    InstantState,
    KnownPayout,
    preferred,
    schedule_of,
)
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
from instainstru_core.payments.use_cases.payouts.read_payouts import (
    PayoutsOf,
    read_instant_payouts,
    read_payouts,
)
from instainstru_core.ports import Ports

_TEACHERS: Final = requires(Permission.MANAGE_INSTRUCTOR_PROFILE)


class DashboardBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Show me my account: nothing more to say."""


class DashboardLinkView(Struct, kw_only=True, frozen=True):
    """Where the account is shown; valid for 5 minutes."""

    url: str


class ScheduleBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Daily; weekly with a working day (0 is Monday, 4 Friday); or monthly with a day."""

    OTHER_WAYS: ClassVar = frozenset({"month_day"})
    """What goes with another interval than the example's."""

    interval: Annotated[PayoutInterval, Meta(examples=["weekly"])]
    weekday: Annotated[int, Meta(ge=0, le=LAST_WORKING_DAY, examples=[1])] | None = None
    month_day: Annotated[int, Meta(ge=1, le=LAST_MONTH_DAY)] | None = None


class ScheduleView(Struct, kw_only=True, frozen=True):
    """When the account pays out."""

    interval: PayoutInterval
    weekday: int | None
    month_day: int | None

    @classmethod
    def of(cls, account: ConnectAccount) -> "ScheduleView":
        """The view of what *account* goes by."""
        schedule = preferred(account)
        return cls(
            interval=schedule.interval, weekday=schedule.weekday, month_day=schedule.month_day
        )


class PayoutView(Struct, kw_only=True, frozen=True):
    """One payout to my bank."""

    payout_id: Annotated[str, Meta(examples=["po_1Q2w3E4r5T6y7U8i"])]
    amount_cents: int
    fee_cents: int
    status: PayoutStatus
    instant: bool
    created_at: datetime
    arrives_on: date
    failure_code: str | None
    failure_message: str | None

    @classmethod
    def of(cls, payout: KnownPayout) -> "PayoutView":
        """The view of *payout*."""
        seen = payout.seen
        return cls(
            payout_id=seen.payout,
            amount_cents=seen.amount.cents,
            fee_cents=seen.fee.cents,
            status=seen.status,
            instant=seen.instant,
            created_at=seen.created_at,
            arrives_on=seen.arrives_on,
            failure_code=seen.failure_code,
            failure_message=seen.failure_message,
        )


class PayoutsView(Struct, kw_only=True, frozen=True):
    """Part of my payouts, newest first, and what all of them come to."""

    items: list[PayoutView]
    next_cursor: str | None
    paid_cents: int
    pending_cents: int

    @classmethod
    def of(cls, found: PayoutsOf) -> "PayoutsView":
        """The view of *found*."""
        cursor = found.page.next_cursor
        return cls(
            items=[PayoutView.of(each) for each in found.page.items],
            next_cursor=None if cursor is None else str(cursor),
            paid_cents=found.totals.paid.cents,
            pending_cents=found.totals.pending.cents,
        )


class InstantPayoutBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """How much of the balance to pay out at once."""

    amount_cents: Annotated[
        int, Meta(ge=-1_000_000_000, le=1_000_000_000, description="100 or more.", examples=[5000])
    ]


class InstantPayoutView(Struct, kw_only=True, frozen=True):
    """One payout that I asked for; `sent` and `unknown` are still being found out."""

    instant_payout_id: InstantPayoutId
    amount_cents: int
    fee_cents: int
    state: InstantState
    requested_at: datetime
    payout_id: str | None
    failure: str | None

    @classmethod
    def of(cls, payout: InstantPayout) -> "InstantPayoutView":
        """The view of *payout*."""
        return cls(
            instant_payout_id=payout.instant_payout_id,
            amount_cents=payout.amount.cents,
            fee_cents=payout.fee.cents,
            state=payout.state,
            requested_at=payout.requested_at,
            payout_id=payout.payout,
            failure=payout.failure,
        )


class InstantOfferView(Struct, kw_only=True, frozen=True):
    """What can be paid out at once, what the processor charges, and what was asked for lately."""

    available_cents: int
    min_cents: int
    fee_bps: int
    fee_of_all_cents: int
    items: list[InstantPayoutView]

    @classmethod
    def of(cls, offer: InstantOffer, asked: list[InstantPayoutView]) -> "InstantOfferView":
        """The view of *offer*, beside what was *asked* for."""
        return cls(
            available_cents=offer.available.cents,
            min_cents=LEAST_INSTANT.cents,
            fee_bps=offer.fee_bps,
            fee_of_all_cents=offer.fee(offer.available).cents,
            items=asked,
        )


def _instructor(principal: Principal) -> InstructorId:
    return InstructorId(principal.account_id.value)


@post(
    "/connect/dashboard-links",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="write"),
    **documented("Open my account at the processor", refusals=(404, 409)),
)
def link_to_dashboard(
    data: JSONBody[DashboardBody],  # noqa: ARG001 - an empty object, and nothing else
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> DashboardLinkView:
    """A fresh address each time."""
    instructor_id = _instructor(principal)
    url = link_dashboard(instructor_id, begin=ports.begin, gateway=ports.gateway)
    return DashboardLinkView(url=url)


@put(
    "/connect/payout-schedule",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="write"),
    **documented("Choose when I am paid out", refusals=(404, 409)),
)
def choose_schedule(
    data: JSONBody[ScheduleBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ScheduleView:
    """Weekly on Tuesday until something else is chosen."""
    schedule = schedule_of(data.interval, weekday=data.weekday, month_day=data.month_day)
    account = choose_payout_schedule(
        ChoosePayoutSchedule(instructor_id=_instructor(principal), schedule=schedule),
        begin=ports.begin,
        gateway=ports.gateway,
    )
    return ScheduleView.of(account)


@get(
    "/connect/instant-payouts",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="read"),
    **documented("Show what I can be paid out at once", refusals=(404, 409)),
)
def offer(principal: NamedDependency[Principal], ports: NamedDependency[Ports]) -> InstantOfferView:
    """The balance, the processor's fee for it, and what I asked for before."""
    instructor_id = _instructor(principal)
    asked = read_instant_payouts(instructor_id, read=ports.read)
    now = offer_instant_payout(instructor_id, begin=ports.begin, gateway=ports.gateway)
    return InstantOfferView.of(now, [InstantPayoutView.of(each) for each in asked])


@post(
    "/connect/instant-payouts",
    sync_to_thread=True,
    opt=policy(
        access=_TEACHERS, bucket="financial", idempotency=REQUIRED, operation=Operation.PAY_OUT
    ),
    **documented("Pay me out at once", refusals=(404, 409)),
)
def pay_out(
    data: JSONBody[InstantPayoutBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> InstantPayoutView:
    """The same key again says that it was asked for, and pays nothing more."""
    payout = ask_for_instant_payout(
        AskForInstantPayout(instructor_id=_instructor(principal), amount_cents=data.amount_cents),
        begin=ports.begin,
        gateway=ports.gateway,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(InstantPayoutView.of),
    )
    return InstantPayoutView.of(payout)


@get(
    "/payouts",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="read"),
    **documented("List my payouts"),
)
def list_payouts(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> PayoutsView:
    """What my bank got, what is on its way, and what came back."""
    page = page_request(limit, cursor)
    return PayoutsView.of(read_payouts(_instructor(principal), page, read=ports.read))


ROUTER: Final = Router(
    "/",
    route_handlers=[link_to_dashboard, choose_schedule, offer, pay_out, list_payouts],
    tags=["Payments"],
)
