"""What banks and the processor's staff do: for tests, and for whoever shows the demonstration."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec.structs import asdict

from entrypoints.processor.counter import PLATFORM, At
from entrypoints.processor.wire import (
    AmountBody,
    ChangeAccountBody,
    CloseDisputeBody,
    LandingBody,
    OpenDisputeBody,
)
from instainstru_core.payments.model.processor import DisputeStatus, PayoutStatus
from instainstru_core.testing.fakes.processor.account_commands import (
    ChangeAccount,
    Deauthorise,
    LandPayout,
    PayOut,
)
from instainstru_core.testing.fakes.processor.bank_commands import (
    CloseDispute,
    EscalateDispute,
    FailRefund,
    FindBalance,
    FindDispute,
    ListBalance,
    OpenDispute,
    PayPlatform,
    Tick,
)


@post("/disputes", guards=PLATFORM)
async def open_dispute(data: JSONBody[OpenDisputeBody], counter: At) -> Response[dict[str, Any]]:
    """A cardholder's bank disputes a charge, or asks about it."""
    return await counter.serve(OpenDispute(**asdict(data)))


@get("/disputes/{dispute:str}", guards=PLATFORM)
async def find_dispute(dispute: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """How a dispute stands."""
    return await counter.serve(FindDispute(dispute=dispute))


@post("/disputes/{dispute:str}/escalate", guards=PLATFORM)
async def escalate_dispute(dispute: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """What was an inquiry becomes a dispute."""
    return await counter.serve(EscalateDispute(dispute=dispute))


@post("/disputes/{dispute:str}/close", guards=PLATFORM)
async def close_dispute(
    dispute: FromPath[str], data: JSONBody[CloseDisputeBody], counter: At
) -> Response[dict[str, Any]]:
    """The bank has decided."""
    return await counter.serve(CloseDispute(dispute=dispute, status=DisputeStatus(data.status)))


@post("/refunds/{refund:str}/fail", guards=PLATFORM)
async def fail_refund(refund: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """The card's bank sends a refund back."""
    return await counter.serve(FailRefund(refund=refund))


@post("/accounts/{account:str}/change", guards=PLATFORM)
async def change_account(
    account: FromPath[str], data: JSONBody[ChangeAccountBody], counter: At
) -> Response[dict[str, Any]]:
    """The processor's staff restrict an account, or let it go on."""
    return await counter.serve(ChangeAccount(account=account, **asdict(data)))


@post("/accounts/{account:str}/deauthorise", guards=PLATFORM)
async def deauthorise(account: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """The instructor leaves the platform."""
    return await counter.serve(Deauthorise(account=account))


@post("/accounts/{account:str}/payouts", guards=PLATFORM)
async def pay_out(account: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """The account's next payout day has come."""
    return await counter.serve(PayOut(account=account))


@post("/payouts/{payout:str}/land", guards=PLATFORM)
async def land_payout(
    payout: FromPath[str], data: JSONBody[LandingBody], counter: At
) -> Response[dict[str, Any]]:
    """The bank says what became of a payout."""
    command = LandPayout(
        payout=payout,
        status=PayoutStatus(data.status),
        failure_code=data.failure_code,
        failure_message=data.failure_message,
    )
    return await counter.serve(command)


@post("/platform-payouts", guards=PLATFORM)
async def pay_platform(data: JSONBody[AmountBody], counter: At) -> Response[dict[str, Any]]:
    """Pay part of the platform's balance out."""
    return await counter.serve(PayPlatform(amount_cents=data.amount_cents))


@get("/balance", guards=PLATFORM)
async def find_balance(counter: At) -> Response[dict[str, Any]]:
    """What the platform has."""
    return await counter.serve(FindBalance())


@get("/balance-transactions", guards=PLATFORM)
async def list_balance(
    counter: At,
    since: FromQuery[str] = "0001-01-01T00:00:00+00:00",
    until: FromQuery[str] = "9999-12-31T00:00:00+00:00",
) -> Response[dict[str, Any]]:
    """Every movement of the platform's balance in a while."""
    return await counter.serve(ListBalance(since=since, until=until))


@post("/tick", guards=PLATFORM)
async def tick(counter: At) -> Response[dict[str, Any]]:
    """Let happen what is due by the clock, without waiting for the next look."""
    return await counter.serve(Tick())


HANDLERS: Final = [
    open_dispute,
    find_dispute,
    escalate_dispute,
    close_dispute,
    fail_refund,
    change_account,
    deauthorise,
    pay_out,
    land_payout,
    pay_platform,
    find_balance,
    list_balance,
    tick,
]
