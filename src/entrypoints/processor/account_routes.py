"""The simulated processor's API for instructors' accounts."""

import asyncio
from typing import Any, Final

from litestar import MediaType, Request, Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Redirect
from msgspec.structs import asdict

from entrypoints.processor.counter import PLATFORM, At, Counter, Key
from entrypoints.processor.pages import account_page, closed_page, onboarding_page
from entrypoints.processor.wire import (
    AmountBody,
    OnboardingLinkBody,
    OpenAccountBody,
    ScheduleBody,
    TransferBody,
)
from instainstru_core.payments.model.processor import PayoutInterval
from instainstru_core.testing.fakes.processor.account_commands import (
    CompleteOnboarding,
    FindAccount,
    FindInstantBalance,
    FindPayout,
    FindSchedule,
    InstantPayout,
    LinkDashboard,
    LinkOnboarding,
    ListPayouts,
    OpenAccount,
    Reverse,
    SetSchedule,
    Transfer,
)
from instainstru_core.testing.fakes.processor.accounts import OnboardingDone
from instainstru_core.testing.fakes.processor.commands import Command


@post("/transfers", guards=PLATFORM)
async def transfer(data: JSONBody[TransferBody], key: Key, counter: At) -> Response[dict[str, Any]]:
    """Send money to an instructor."""
    return await counter.serve(Transfer(key=key, **asdict(data)))


@post("/accounts", guards=PLATFORM)
async def open_account(
    data: JSONBody[OpenAccountBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Open an instructor's account."""
    return await counter.serve(OpenAccount(key=key, **asdict(data)))


@get("/accounts/{account:str}", guards=PLATFORM)
async def find_account(account: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """How an account stands."""
    return await counter.serve(FindAccount(account=account))


@post("/accounts/{account:str}/onboarding-links", guards=PLATFORM)
async def link_onboarding(
    account: FromPath[str],
    data: JSONBody[OnboardingLinkBody],
    counter: At,
    request: Request[Any, Any, Any],
) -> Response[dict[str, Any]]:
    """A fresh address of the onboarding page."""
    command = LinkOnboarding(account=account, return_url=data.return_url)
    return await _linked(counter, command, request, "onboarding")


@get("/onboarding/{link:str}", media_type=MediaType.HTML, sync_to_thread=False)
def see_onboarding(link: FromPath[str]) -> str:
    """The page with its one button; looking changes nothing."""
    return onboarding_page(link)


@post("/onboarding/{link:str}")
async def complete_onboarding(link: FromPath[str], counter: At) -> Response[Any]:
    """The instructor is done, and goes back to the platform."""
    outcome = await asyncio.to_thread(counter.teller.execute, CompleteOnboarding(link=link))
    if isinstance(outcome.answer, OnboardingDone):
        return Redirect(outcome.answer.return_url, status_code=303)
    return Response(closed_page(), status_code=404, media_type=MediaType.HTML)


@post("/accounts/{account:str}/dashboard-links", guards=PLATFORM)
async def link_dashboard(
    account: FromPath[str], counter: At, request: Request[Any, Any, Any]
) -> Response[dict[str, Any]]:
    """A fresh address of the account's own page."""
    return await _linked(counter, LinkDashboard(account=account), request, "dashboard")


@get("/dashboard/{link:str}", media_type=MediaType.HTML, sync_to_thread=False)
def see_dashboard(link: FromPath[str], counter: At) -> Response[str]:
    """What the account has, and what it paid out."""
    books = counter.teller.books
    account = books.dashboard(link, counter.teller.now())
    if account is None:
        return Response(closed_page(), status_code=404)
    payouts = [each for each in books.payouts.values() if each.account == account.account]
    return Response(account_page(account, payouts[::-1]))


@post("/transfers/{transfer_id:str}/reversals", guards=PLATFORM)
async def reverse(
    transfer_id: FromPath[str], data: JSONBody[AmountBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Take part of a transfer back."""
    return await counter.serve(
        Reverse(key=key, transfer=transfer_id, amount_cents=data.amount_cents)
    )


@get("/accounts/{account:str}/schedule", guards=PLATFORM)
async def find_schedule(account: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """When an account pays out."""
    return await counter.serve(FindSchedule(account=account))


@post("/accounts/{account:str}/schedule", guards=PLATFORM)
async def set_schedule(
    account: FromPath[str], data: JSONBody[ScheduleBody], counter: At
) -> Response[dict[str, Any]]:
    """When an account pays out from now on."""
    command = SetSchedule(
        account=account,
        interval=PayoutInterval(data.interval),
        weekday=data.weekday,
        month_day=data.month_day,
    )
    return await counter.serve(command)


@get("/accounts/{account:str}/payouts", guards=PLATFORM)
async def list_payouts(
    account: FromPath[str], counter: At, limit: FromQuery[int] = 100
) -> Response[dict[str, Any]]:
    """The account's latest payouts."""
    return await counter.serve(ListPayouts(account=account, limit=limit))


@get("/accounts/{account:str}/payouts/{payout:str}", guards=PLATFORM)
async def find_payout(
    account: FromPath[str], payout: FromPath[str], counter: At
) -> Response[dict[str, Any]]:
    """How a payout stands."""
    return await counter.serve(FindPayout(account=account, payout=payout))


@get("/accounts/{account:str}/instant-balance", guards=PLATFORM)
async def find_instant_balance(account: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """What an account could pay out at once."""
    return await counter.serve(FindInstantBalance(account=account))


@post("/accounts/{account:str}/instant-payouts", guards=PLATFORM)
async def instant_payout(
    account: FromPath[str], data: JSONBody[AmountBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Pay out at once."""
    return await counter.serve(
        InstantPayout(key=key, account=account, amount_cents=data.amount_cents)
    )


async def _linked(
    counter: Counter, command: Command, request: Request[Any, Any, Any], page: str
) -> Response[dict[str, Any]]:
    response = await counter.serve(command)
    if response.content["kind"] == "Link":
        base = str(request.base_url).rstrip("/")
        response.content["url"] = f"{base}/{page}/{response.content['url']}"
    return response


HANDLERS: Final = [
    open_account,
    find_account,
    link_onboarding,
    see_onboarding,
    complete_onboarding,
    link_dashboard,
    see_dashboard,
    transfer,
    reverse,
    find_schedule,
    set_schedule,
    list_payouts,
    find_payout,
    find_instant_balance,
    instant_payout,
]
