"""What the processor's requests are served with, and who may ask."""

import asyncio
import hmac
from datetime import datetime
from typing import Annotated, Any, Final, Self

from litestar import MediaType, Request, Response
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter

from entrypoints.processor.courier import Courier
from entrypoints.processor.teller import Teller
from entrypoints.processor.wire import written
from instainstru_core.kernel.time import utc
from instainstru_core.testing.fakes.processor.commands import Command, Fault

Key = Annotated[str, HeaderParameter(name="Idempotency-Key", min_length=16, max_length=64)]
AS_OF: Final = "As-Of"
"""The header of a call that tells what happened before the log began, and when."""
TICK_SECONDS: Final = 0.25
_JSON: Final = MediaType.JSON


class Counter:
    """What a request is served with; a plain class, as Litestar looks into attrs classes.

    *hang_seconds* is how long a lost answer keeps its caller; *as_of* says when that happened which
    it is asked to do, if not now.
    """

    def __init__(
        self,
        *,
        teller: Teller,
        courier: Courier | None,
        hang_seconds: float,
        api_key: str | None = None,
        as_of: datetime | None = None,
    ) -> None:
        self.teller = teller
        self.courier = courier
        self.hang_seconds = hang_seconds
        self.api_key = api_key
        self.as_of = as_of

    def back_at(self, moment: datetime) -> Self:
        """The same counter, at *moment*."""
        return type(self)(
            teller=self.teller,
            courier=self.courier,
            hang_seconds=self.hang_seconds,
            api_key=self.api_key,
            as_of=moment,
        )

    async def watch_the_clock(self) -> None:
        """Let happen what is due by the clock, for ever; ends when it is cancelled."""
        while True:
            await asyncio.to_thread(self.teller.tick)
            await asyncio.sleep(TICK_SECONDS)

    async def serve(self, command: Command) -> Response[dict[str, Any]]:
        """Execute *command*, and answer as its outcome says."""
        outcome = await asyncio.to_thread(self.teller.execute, command, as_of=self.as_of)
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
    _prove_platform(connection)


PLATFORM: Final = [for_the_platform]


def counter_for(request: Request[Any, Any, Any]) -> Counter:
    """The counter, at the moment that `As-Of` names; only who has the API key may name one.

    Raises:
        ValueError: It is no moment.
        NotAuthorizedException: The key is missing or wrong.
    """
    counter: Counter = request.app.state.counter
    if (told := request.headers.get(AS_OF)) is None:
        return counter
    _prove_platform(request)
    return counter.back_at(utc(datetime.fromisoformat(told)))


def _prove_platform(connection: ASGIConnection[Any, Any, Any, Any]) -> None:
    expected = connection.app.state.counter.api_key
    given = connection.headers.get("Authorization", "")
    if expected is not None and not hmac.compare_digest(given, f"Bearer {expected}"):
        raise NotAuthorizedException("the API key is missing or wrong")
