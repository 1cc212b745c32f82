"""The simulated processor's HTTP API, put together."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any, Final

from attrs import asdict
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.response import Redirect

from entrypoints.processor.courier import Courier, Manners
from entrypoints.processor.pages import closed_page, onboarding_page
from entrypoints.processor.teller import Teller
from entrypoints.processor.wire import (
    AmountBody,
    AttachCardBody,
    AuthoriseBody,
    ConfirmBody,
    FaultBody,
    MannersBody,
    OnboardingLinkBody,
    OpenAccountBody,
    TransferBody,
    written,
)
from instainstru_core.testing.fakes.processor.accounts import OnboardingDone
from instainstru_core.testing.fakes.processor.commands import (
    AttachCard,
    Authorise,
    Capture,
    Command,
    CompleteOnboarding,
    ConfirmIntent,
    Fault,
    FindAccount,
    FindIntent,
    FindOperation,
    LinkOnboarding,
    OpenAccount,
    Refund,
    ScriptFault,
    Transfer,
    Void,
)

Key = Annotated[str, HeaderParameter(name="Idempotency-Key", min_length=16, max_length=64)]
_JSON: Final = MediaType.JSON


class Counter:
    """What a request is served with; a plain class, as Litestar looks into attrs classes.

    *hang_seconds* is how long a lost answer keeps its caller.
    """

    def __init__(
        self,
        *,
        teller: Teller,
        courier: Courier | None,
        hang_seconds: float,
        api_key: str | None = None,
    ) -> None:
        self.teller = teller
        self.courier = courier
        self.hang_seconds = hang_seconds
        self.api_key = api_key

    async def serve(self, command: Command) -> Response[dict[str, Any]]:
        """Execute *command*, and answer as its outcome says."""
        outcome = await asyncio.to_thread(self.teller.execute, command)
        if outcome.fault is Fault.ERROR_500:
            return Response({"kind": "Failure"}, status_code=500)
        if outcome.is_lost:
            await asyncio.sleep(self.hang_seconds)
            return Response({"kind": "Timeout"}, status_code=504)
        await asyncio.sleep(outcome.slow_ms / 1000)
        status, document = written(outcome.answer)
        return Response(document, status_code=status, media_type=_JSON)


At = NamedDependency[Counter]


def for_the_platform(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Only who has the API key may move money."""
    expected = connection.app.state.counter.api_key
    given = connection.headers.get("Authorization", "")
    if expected is not None and not hmac.compare_digest(given, f"Bearer {expected}"):
        raise NotAuthorizedException("the API key is missing or wrong")


_PLATFORM: Final = [for_the_platform]


@post("/customers/{customer:str}/cards", guards=_PLATFORM)
async def attach_card(
    customer: FromPath[str], data: JSONBody[AttachCardBody], counter: At
) -> Response[dict[str, Any]]:
    """Keep a card for a customer."""
    return await counter.serve(AttachCard(customer=customer, token=data.token))


@post("/intents", guards=_PLATFORM)
async def authorise(
    data: JSONBody[AuthoriseBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Hold money."""
    command = Authorise(
        key=key,
        customer=data.customer,
        card=data.card,
        amount_cents=data.amount_cents,
        off_session=data.off_session,
        group=data.group,
    )
    return await counter.serve(command)


@get("/intents/{intent:str}", guards=_PLATFORM)
async def find_intent(intent: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """How a hold stands."""
    return await counter.serve(FindIntent(intent=intent))


@get("/operations/{key:str}", guards=_PLATFORM)
async def find_operation(key: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """What the call with this key came to, however long ago it was sent."""
    return await counter.serve(FindOperation(key=key))


@post("/intents/{intent:str}/confirm")
async def confirm(
    intent: FromPath[str], data: JSONBody[ConfirmBody], counter: At
) -> Response[dict[str, Any]]:
    """The cardholder confirms (3-D Secure), from anywhere, knowing the secret."""
    return await counter.serve(ConfirmIntent(intent=intent, client_secret=data.client_secret))


@post("/intents/{intent:str}/capture", guards=_PLATFORM)
async def capture(
    intent: FromPath[str], data: JSONBody[AmountBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Take held money."""
    return await counter.serve(Capture(key=key, intent=intent, amount_cents=data.amount_cents))


@post("/intents/{intent:str}/void", guards=_PLATFORM)
async def void(intent: FromPath[str], key: Key, counter: At) -> Response[dict[str, Any]]:
    """Let held money go."""
    return await counter.serve(Void(key=key, intent=intent))


@post("/intents/{intent:str}/refunds", guards=_PLATFORM)
async def refund(
    intent: FromPath[str], data: JSONBody[AmountBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Give money back."""
    return await counter.serve(Refund(key=key, intent=intent, amount_cents=data.amount_cents))


@post("/transfers", guards=_PLATFORM)
async def transfer(data: JSONBody[TransferBody], key: Key, counter: At) -> Response[dict[str, Any]]:
    """Send money to an instructor."""
    command = Transfer(
        key=key,
        account=data.account,
        amount_cents=data.amount_cents,
        group=data.group,
        charge=data.charge,
    )
    return await counter.serve(command)


@post("/accounts", guards=_PLATFORM)
async def open_account(
    data: JSONBody[OpenAccountBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Open an instructor's account."""
    return await counter.serve(OpenAccount(key=key, instructor=data.instructor))


@get("/accounts/{account:str}", guards=_PLATFORM)
async def find_account(account: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """How an account stands."""
    return await counter.serve(FindAccount(account=account))


@post("/accounts/{account:str}/onboarding-links", guards=_PLATFORM)
async def link_onboarding(
    account: FromPath[str],
    data: JSONBody[OnboardingLinkBody],
    counter: At,
    request: Request[Any, Any, Any],
) -> Response[dict[str, Any]]:
    """A fresh address of the onboarding page."""
    response = await counter.serve(LinkOnboarding(account=account, return_url=data.return_url))
    if response.content["kind"] == "Link":
        base = str(request.base_url).rstrip("/")
        response.content["url"] = f"{base}/onboarding/{response.content['url']}"
    return response


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


@post("/faults", guards=_PLATFORM)
async def script_fault(data: JSONBody[FaultBody], counter: At) -> Response[dict[str, Any]]:
    """Make the next calls of a kind go wrong."""
    return await counter.serve(
        ScriptFault(kind=data.kind, fault=Fault(data.fault), calls=data.calls, slow_ms=data.slow_ms)
    )


@post("/webhooks", guards=_PLATFORM, sync_to_thread=False)
def set_manners(data: JSONBody[MannersBody], counter: At) -> dict[str, Any]:
    """How badly webhooks are delivered from now on."""
    manners = Manners(copies=data.copies, delay_ms=data.delay_ms, shuffled=data.shuffled)
    if counter.courier is not None:
        counter.courier.manners = manners
    return asdict(manners)


@get("/effects", guards=_PLATFORM, sync_to_thread=False)
def effects(counter: At) -> Sequence[dict[str, Any]]:
    """Everything that really happened."""
    return [asdict(each) for each in counter.teller.books.effects]


@get("/balance-transactions", guards=_PLATFORM, sync_to_thread=False)
def balance_transactions(counter: At) -> Sequence[dict[str, Any]]:
    """Every change of the platform's balance."""
    return [asdict(each) for each in counter.teller.books.balance_transactions]


@get("/events", guards=_PLATFORM, sync_to_thread=False)
def events(counter: At) -> dict[str, Any]:
    """Every event for the platform, and how many of them it has not acknowledged."""
    emitted = [asdict(each) for each in counter.teller.books.events]
    waiting = counter.courier.waiting if counter.courier is not None else len(emitted)
    return {"events": emitted, "waiting": waiting}


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """It is alive."""
    return {"status": "ok"}


def refused(_: Request[Any, Any, Any], error: ValueError) -> Response[dict[str, Any]]:
    """A command that can't be one."""
    return Response({"kind": "Malformed", "detail": str(error)}, status_code=422)


def create_app(counter: Counter) -> Litestar:
    """The API at *counter*."""

    @asynccontextmanager
    async def deliveries(_: Litestar) -> AsyncIterator[None]:
        if counter.courier is None:
            yield
            return
        walk = asyncio.create_task(counter.courier.walk())
        yield
        walk.cancel()
        with suppress(asyncio.CancelledError):
            await walk

    app = Litestar(
        [
            attach_card,
            authorise,
            find_intent,
            find_operation,
            confirm,
            capture,
            void,
            refund,
            transfer,
            open_account,
            find_account,
            link_onboarding,
            see_onboarding,
            complete_onboarding,
            script_fault,
            set_manners,
            effects,
            balance_transactions,
            events,
            health,
        ],
        dependencies={"counter": Provide(lambda: counter, sync_to_thread=False)},
        exception_handlers={ValueError: refused},
        lifespan=[deliveries],
        openapi_config=None,
        logging_config=None,
    )
    app.state.counter = counter
    return app
