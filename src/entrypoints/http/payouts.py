"""Payout accounts of instructors. Source: spec 02 §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from entrypoints.http.config import HttpConfig
from entrypoints.http.connect import ScheduleView
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import OPTIONAL, policy, requires
from entrypoints.http.problems import Violation, invalid
from entrypoints.http.redirects import redirect_target
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.errors import PayoutAccountNotFound
from instainstru_core.payments.model.cards import AccountStatus, ConnectAccount
from instainstru_core.payments.use_cases.open_payout_account import LinkOnboarding, link_onboarding
from instainstru_core.ports import Ports

_TEACHERS: Final = requires(Permission.MANAGE_INSTRUCTOR_PROFILE)


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
    payouts_enabled: bool
    status: AccountStatus
    requirements: Annotated[list[str], Meta(description="What the processor still wants to know.")]
    payout_schedule: ScheduleView
    opened_at: datetime

    @classmethod
    def of(cls, account: ConnectAccount) -> "PayoutAccountView":
        """The view of *account*."""
        return cls(
            charges_enabled=account.charges_enabled,
            details_submitted=account.details_submitted,
            payable=account.payable,
            payouts_enabled=account.payouts_enabled,
            status=account.status,
            requirements=list(account.requirements),
            payout_schedule=ScheduleView.of(account),
            opened_at=account.opened_at,
        )


def _instructor(principal: Principal) -> InstructorId:
    return InstructorId(principal.account_id.value)


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


ROUTER: Final = Router("/", route_handlers=[show_account, link], tags=["Payments"])
