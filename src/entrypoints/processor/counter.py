"""What the processor's requests are served with, and who may ask."""

import asyncio
import hmac
from typing import Annotated, Any, Final

from litestar import MediaType, Response
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter

from entrypoints.processor.courier import Courier
from entrypoints.processor.teller import Teller
from entrypoints.processor.wire import written
from instainstru_core.testing.fakes.processor.commands import Command, Fault

Key = Annotated[str, HeaderParameter(name="Idempotency-Key", min_length=16, max_length=64)]
TICK_SECONDS: Final = 0.25
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

    async def watch_the_clock(self) -> None:
        """Let happen what is due by the clock, for ever; ends when it is cancelled."""
        while True:
            await asyncio.to_thread(self.teller.tick)
            await asyncio.sleep(TICK_SECONDS)

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


PLATFORM: Final = [for_the_platform]
