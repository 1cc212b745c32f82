"""Cards of students, accounts and earnings of instructors, and the books. Source: spec 02 §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.config import HttpConfig
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from entrypoints.http.problems import Violation, invalid, read_at
from entrypoints.http.redirects import redirect_target
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT, Cursor, PageRequest
from instainstru_core.payments.errors import PayoutAccountNotFound
from instainstru_core.payments.ids import CardId, JournalId, PaymentId
from instainstru_core.payments.ledger.model import Journal, TrialBalance
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.queries import Earning
from instainstru_core.payments.use_cases.keep_card import AddCard, NamedCard, add_card, remove_card
from instainstru_core.payments.use_cases.open_payout_account import LinkOnboarding, link_onboarding
from instainstru_core.ports import Ports

_PAYERS: Final = requires(Permission.CREATE_BOOKINGS)
_TEACHERS: Final = requires(Permission.MANAGE_INSTRUCTOR_PROFILE)
_BOOKKEEPERS: Final = requires(Permission.VIEW_FINANCIALS)


class AddCardBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A card as the processor's form named it; its number never reaches us (PY-4)."""

    token: Annotated[
        str, Meta(min_length=1, max_length=200, pattern=r"^[\w-]+$", examples=["pm_card_visa"])
    ]


class CardView(Struct, kw_only=True, frozen=True):
    """A saved card."""

    payment_method_id: CardId
    brand: Annotated[str, Meta(examples=["visa"])]
    last4: Annotated[str, Meta(examples=["4242"])]
    exp_month: int
    exp_year: int
    is_default: bool
    created_at: datetime

    @classmethod
    def of(cls, card: SavedCard) -> "CardView":
        """The view of *card*."""
        return cls(
            payment_method_id=card.card_id,
            brand=card.brand,
            last4=card.last4,
            exp_month=card.exp_month,
            exp_year=card.exp_year,
            is_default=card.is_default,
            created_at=card.created_at,
        )


class CardsView(Struct, kw_only=True, frozen=True):
    """All my cards."""

    items: list[CardView]


class OnboardingBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Where to come back to, on one of the platform's own pages."""

    return_url: Annotated[
        str, Meta(min_length=1, max_length=500, examples=["http://localhost:3000/payouts"])
    ]


class OnboardingLinkView(Struct, kw_only=True, frozen=True):
    """Where onboarding is completed; valid for 5 minutes."""

    url: str


class PayoutAccountView(Struct, kw_only=True, frozen=True):
    """My account at the processor, as last seen."""

    charges_enabled: bool
    details_submitted: bool
    payable: bool
    opened_at: datetime

    @classmethod
    def of(cls, account: ConnectAccount) -> "PayoutAccountView":
        """The view of *account*."""
        return cls(
            charges_enabled=account.charges_enabled,
            details_submitted=account.details_submitted,
            payable=account.payable,
            opened_at=account.opened_at,
        )


class EarningView(Struct, kw_only=True, frozen=True):
    """What one lesson brought."""

    payment_id: PaymentId
    booking_id: BookingId
    lesson_start: datetime
    student: Annotated[str, Meta(examples=["Sarah C."])]
    service_name: Annotated[str, Meta(examples=["Piano"])]
    duration_minutes: int
    lesson_price_cents: int
    commission_cents: int
    commission_bps: int
    net_cents: int
    status: Annotated[str, Meta(examples=["paid"])]

    @classmethod
    def of(cls, earning: Earning) -> "EarningView":
        """The view of *earning*."""
        return cls(
            payment_id=earning.payment_id,
            booking_id=earning.booking_id,
            lesson_start=earning.lesson_starts_at,
            student=earning.student,
            service_name=earning.service_name,
            duration_minutes=earning.minutes,
            lesson_price_cents=earning.lesson_price.cents,
            commission_cents=earning.commission.cents,
            commission_bps=earning.commission_bps,
            net_cents=earning.net.cents,
            status=earning.status,
        )


class EarningsView(Struct, kw_only=True, frozen=True):
    """Part of my earnings, latest first."""

    items: list[EarningView]
    next_cursor: str | None


class AccountBalanceView(Struct, kw_only=True, frozen=True):
    """What an account comes to: debits are positive, credits negative."""

    account: Annotated[str, Meta(examples=["booking_escrow"])]
    cents: int


class TrialBalanceView(Struct, kw_only=True, frozen=True):
    """Every account; sound books sum to zero."""

    accounts: list[AccountBalanceView]
    journals: int
    imbalance_cents: int
    unsettled_payments: int
    balanced: bool

    @classmethod
    def of(cls, balance: TrialBalance) -> "TrialBalanceView":
        """The view of *balance*."""
        return cls(
            accounts=[
                AccountBalanceView(account=each.account.value, cents=each.cents)
                for each in balance.balances
            ],
            journals=balance.journals,
            imbalance_cents=balance.imbalance_cents,
            unsettled_payments=balance.unsettled,
            balanced=balance.balanced,
        )


class LineView(Struct, kw_only=True, frozen=True):
    """One line of a journal."""

    account: Annotated[str, Meta(examples=["processor_balance"])]
    cents: int
    payment_id: PaymentId | None
    processor_ref: str | None


class JournalView(Struct, kw_only=True, frozen=True):
    """One money fact."""

    journal_id: JournalId
    journal_type: Annotated[str, Meta(examples=["capture"])]
    source_id: str
    occurred_at: datetime
    lines: list[LineView]

    @classmethod
    def of(cls, journal: Journal) -> "JournalView":
        """The view of *journal*."""
        return cls(
            journal_id=journal.journal_id,
            journal_type=journal.journal_type.value,
            source_id=journal.source_id,
            occurred_at=journal.occurred_at,
            lines=[
                LineView(
                    account=line.account.value,
                    cents=line.cents,
                    payment_id=line.payment_id,
                    processor_ref=line.processor_ref,
                )
                for line in journal.lines
            ],
        )


class JournalsView(Struct, kw_only=True, frozen=True):
    """Part of the books, newest first."""

    items: list[JournalView]
    next_cursor: str | None


def _page(limit: int, cursor: str | None) -> PageRequest:
    return PageRequest(
        limit=limit,
        cursor=None if cursor is None else read_at("/query/cursor", Cursor.parse, cursor),
    )


def _student(principal: Principal) -> StudentId:
    return StudentId(principal.account_id.value)


def _instructor(principal: Principal) -> InstructorId:
    return InstructorId(principal.account_id.value)


@get(
    "/payment-methods",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="read"),
    **documented("List my cards"),
)
def list_cards(principal: NamedDependency[Principal], ports: NamedDependency[Ports]) -> CardsView:
    """My saved cards, the default first."""
    with ports.read() as reads:
        cards = reads.payment_queries.cards(_student(principal))
    return CardsView(items=[CardView.of(card) for card in cards])


@post(
    "/payment-methods",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="write", idempotency=OPTIONAL),
    **documented("Save a card", refusals=(402, 409)),
)
def save_card(
    data: JSONBody[AddCardBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> CardView:
    """Keep a card for later; the first one is the default, and a known one is updated."""
    card = add_card(
        AddCard(student_id=_student(principal), token=data.token),
        begin=ports.begin,
        gateway=ports.gateway,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(CardView.of),
    )
    return CardView.of(card)


@delete(
    "/payment-methods/{card_id:str}",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="write"),
    **documented("Forget a card", refusals=(404, 409)),
)
def forget_card(
    card_id: FromPath[CardId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> None:
    """Forget a card; where it is to pay, or is the default, another takes its place."""
    remove_card(NamedCard(student_id=_student(principal), card_id=card_id), begin=ports.begin)


@get(
    "/connect/account",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="read"),
    **documented("Show my payout account", refusals=(404,)),
)
def show_account(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> PayoutAccountView:
    """My account at the processor, as last seen."""
    with ports.read() as reads:
        account = reads.payment_queries.payout_account(_instructor(principal))
    if account is None:
        raise PayoutAccountNotFound("no payout account was opened yet")
    return PayoutAccountView.of(account)


@post(
    "/connect/onboarding-links",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="write", idempotency=OPTIONAL),
    **documented("Open a payout account"),
)
def link(
    data: JSONBody[OnboardingBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
    keyed: NamedDependency[Keyed],
) -> OnboardingLinkView:
    """Where to complete onboarding; the account is opened the first time."""
    site = next(iter(config.origins), "")
    target = redirect_target(data.return_url, site=site, hosted=config.hosted)
    if target is None:
        message = "the address must be one of the platform's own"
        raise invalid([Violation(pointer="/return_url", code="not_allowed", message=message)])

    def view(url: str) -> OnboardingLinkView:
        return OnboardingLinkView(url=url)

    url = link_onboarding(
        LinkOnboarding(instructor_id=_instructor(principal), return_url=target),
        begin=ports.begin,
        gateway=ports.gateway,
        clock=ports.clock,
        answer=keyed.answer(view),
    )
    return view(url)


@get(
    "/earnings",
    sync_to_thread=True,
    opt=policy(access=_TEACHERS, bucket="read"),
    **documented("List my earnings"),
)
def list_earnings(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> EarningsView:
    """What each lesson brought me, from the books."""
    with ports.read() as reads:
        page = reads.payment_queries.earnings(_instructor(principal), _page(limit, cursor))
    return EarningsView(
        items=[EarningView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


@get(
    "/admin/ledger/trial-balance",
    sync_to_thread=True,
    opt=policy(access=_BOOKKEEPERS, bucket="read"),
    **documented("Show the trial balance"),
)
def show_trial_balance(ports: NamedDependency[Ports]) -> TrialBalanceView:
    """Every account and what they come to together."""
    with ports.read() as reads:
        return TrialBalanceView.of(reads.ledger_queries.trial_balance())


@get(
    "/admin/ledger/journals",
    sync_to_thread=True,
    opt=policy(access=_BOOKKEEPERS, bucket="read"),
    **documented("List the journals"),
)
def list_journals(
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
    payment_id: Annotated[str | None, QueryParameter(max_length=26)] = None,
) -> JournalsView:
    """The books, newest first; or all the journals of one payment, oldest first."""
    with ports.read() as reads:
        if payment_id is not None:
            found = reads.ledger_queries.of_payment(
                read_at("/query/payment_id", PaymentId.parse, payment_id)
            )
            return JournalsView(items=[JournalView.of(each) for each in found], next_cursor=None)
        page = reads.ledger_queries.journals(_page(limit, cursor))
    return JournalsView(
        items=[JournalView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


ROUTER = Router(
    "/",
    route_handlers=[
        list_cards,
        save_card,
        forget_card,
        show_account,
        link,
        list_earnings,
        show_trial_balance,
        list_journals,
    ],
    tags=["Payments"],
)
