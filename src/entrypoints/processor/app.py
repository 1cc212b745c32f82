"""The simulated processor's HTTP API, put together."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from attrs import asdict
from litestar import Litestar, Request, Response, get, post
from litestar.di import Provide
from litestar.params import JSONBody

from entrypoints.processor.account_routes import HANDLERS as ACCOUNTS
from entrypoints.processor.bank_routes import HANDLERS as BANKS
from entrypoints.processor.card_routes import HANDLERS as CARDS
from entrypoints.processor.challenge_routes import HANDLERS as CHALLENGES
from entrypoints.processor.counter import PLATFORM, At, Counter, counter_for
from entrypoints.processor.courier import Manners
from entrypoints.processor.wire import FaultBody, MannersBody
from instainstru_core.testing.fakes.processor.commands import Fault, ScriptFault


@post("/faults", guards=PLATFORM)
async def script_fault(data: JSONBody[FaultBody], counter: At) -> Response[dict[str, Any]]:
    """Make the next calls of a kind go wrong."""
    return await counter.serve(
        ScriptFault(kind=data.kind, fault=Fault(data.fault), calls=data.calls, slow_ms=data.slow_ms)
    )


@post("/webhooks", guards=PLATFORM, sync_to_thread=False)
def set_manners(data: JSONBody[MannersBody], counter: At) -> dict[str, Any]:
    """How badly webhooks are delivered from now on."""
    manners = Manners(copies=data.copies, delay_ms=data.delay_ms, shuffled=data.shuffled)
    if counter.courier is not None:
        counter.courier.manners = manners
    return asdict(manners)


@get("/effects", guards=PLATFORM, sync_to_thread=False)
def effects(counter: At) -> Sequence[dict[str, Any]]:
    """Everything that really happened."""
    return [asdict(each) for each in counter.teller.books.effects]


@get("/events", guards=PLATFORM, sync_to_thread=False)
def events(counter: At) -> dict[str, Any]:
    """Every event for the platform, and how many of them it has not acknowledged."""
    emitted = [asdict(each) for each in counter.teller.books.events]
    waiting = counter.courier.waiting if counter.courier is not None else len(emitted)
    return {"events": emitted, "waiting": waiting}


@get("/past", guards=PLATFORM, sync_to_thread=False)
def past(counter: At) -> dict[str, str]:
    """Until when the past can be told: what was since has happened as it is written."""
    return {"until": counter.teller.begun_at.isoformat()}


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
        tasks = [asyncio.create_task(counter.watch_the_clock())]
        if counter.courier is not None:
            tasks.append(asyncio.create_task(counter.courier.walk()))
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    app = Litestar(
        [
            *CARDS,
            *ACCOUNTS,
            *BANKS,
            *CHALLENGES,
            script_fault,
            set_manners,
            effects,
            events,
            past,
            health,
        ],
        dependencies={"counter": Provide(counter_for, sync_to_thread=False)},
        exception_handlers={ValueError: refused},
        lifespan=[deliveries],
        openapi_config=None,
        logging_config=None,
    )
    app.state.counter = counter
    return app
