"""The simulated processor's API for cards, and the money held on them and taken from them."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec.structs import asdict

from entrypoints.processor.counter import PLATFORM, At, Key
from entrypoints.processor.wire import (
    AmountBody,
    AttachCardBody,
    AuthoriseBody,
    ConfirmBody,
    FormBody,
)
from instainstru_core.testing.fakes.processor.commands import (
    AttachCard,
    Authorise,
    Capture,
    Charge,
    CompleteSetup,
    ConfirmIntent,
    DetachCard,
    FindCharge,
    FindIntent,
    FindOperation,
    FindRefund,
    FindSetup,
    Refund,
    StartSetup,
    Void,
)


@post("/customers/{customer:str}/cards", guards=PLATFORM)
async def attach_card(
    customer: FromPath[str], data: JSONBody[AttachCardBody], counter: At
) -> Response[dict[str, Any]]:
    """Keep a card for a customer."""
    return await counter.serve(AttachCard(customer=customer, token=data.token))


@post("/intents", guards=PLATFORM)
async def authorise(
    data: JSONBody[AuthoriseBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Hold money."""
    return await counter.serve(Authorise(key=key, **asdict(data)))


@get("/intents/{intent:str}", guards=PLATFORM)
async def find_intent(intent: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """How a hold stands."""
    return await counter.serve(FindIntent(intent=intent))


@get("/operations/{key:str}", guards=PLATFORM)
async def find_operation(key: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """What the call with this key came to, however long ago it was sent."""
    return await counter.serve(FindOperation(key=key))


@post("/intents/{intent:str}/confirm")
async def confirm(
    intent: FromPath[str], data: JSONBody[ConfirmBody], counter: At
) -> Response[dict[str, Any]]:
    """The cardholder confirms (3-D Secure), from anywhere, knowing the secret."""
    return await counter.serve(ConfirmIntent(intent=intent, client_secret=data.client_secret))


@post("/intents/{intent:str}/capture", guards=PLATFORM)
async def capture(
    intent: FromPath[str], data: JSONBody[AmountBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Take held money."""
    return await counter.serve(Capture(key=key, intent=intent, amount_cents=data.amount_cents))


@post("/intents/{intent:str}/void", guards=PLATFORM)
async def void(intent: FromPath[str], key: Key, counter: At) -> Response[dict[str, Any]]:
    """Let held money go."""
    return await counter.serve(Void(key=key, intent=intent))


@post("/intents/{intent:str}/refunds", guards=PLATFORM)
async def refund(
    intent: FromPath[str], data: JSONBody[AmountBody], key: Key, counter: At
) -> Response[dict[str, Any]]:
    """Give money back."""
    return await counter.serve(Refund(key=key, intent=intent, amount_cents=data.amount_cents))


@post("/customers/{customer:str}/cards/{token:str}/detach", guards=PLATFORM)
async def detach_card(
    customer: FromPath[str], token: FromPath[str], counter: At
) -> Response[dict[str, Any]]:
    """Forget a card."""
    return await counter.serve(DetachCard(customer=customer, token=token))


@post("/customers/{customer:str}/setups", guards=PLATFORM)
async def start_setup(customer: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """A card form."""
    return await counter.serve(StartSetup(customer=customer))


@get("/setups/{setup:str}", guards=PLATFORM)
async def find_setup(setup: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """How a card form stands."""
    return await counter.serve(FindSetup(setup=setup))


@post("/setups/{setup:str}/confirm")
async def complete_setup(
    setup: FromPath[str], data: JSONBody[FormBody], counter: At
) -> Response[dict[str, Any]]:
    """The cardholder fills the form in, from anywhere, knowing the secret."""
    return await counter.serve(
        CompleteSetup(setup=setup, client_secret=data.client_secret, token=data.token)
    )


@post("/charges", guards=PLATFORM)
async def charge(data: JSONBody[AuthoriseBody], key: Key, counter: At) -> Response[dict[str, Any]]:
    """Take money at once."""
    return await counter.serve(Charge(key=key, **asdict(data)))


@get("/charges/{intent:str}", guards=PLATFORM)
async def find_charge(intent: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """How a charge stands, by its intent."""
    return await counter.serve(FindCharge(intent=intent))


@get("/refunds/{refund_id:str}", guards=PLATFORM)
async def find_refund(refund_id: FromPath[str], counter: At) -> Response[dict[str, Any]]:
    """How a refund stands."""
    return await counter.serve(FindRefund(refund=refund_id))


HANDLERS: Final = [
    attach_card,
    detach_card,
    start_setup,
    find_setup,
    complete_setup,
    authorise,
    find_intent,
    find_operation,
    confirm,
    capture,
    void,
    refund,
    charge,
    find_charge,
    find_refund,
]
