"""All pages, put together: for `create_app(…, more=…, lost=…, refused=…)`."""

from collections.abc import Sequence
from typing import Any, Final

from attrs import frozen
from litestar import Request, Response, Router, route
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp, ControllerRouterHandler

from entrypoints.http import dev
from entrypoints.http.app import ErrorPage
from entrypoints.http.config import HttpConfig
from entrypoints.http.idempotency import Replay
from entrypoints.http.perimeter import RefusedPage
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.problems import Refusal
from entrypoints.web.assets import send_asset
from entrypoints.web.desk import provide_desk
from entrypoints.web.forms import provide_form
from entrypoints.web.frame import provide_frame
from entrypoints.web.once import on_replay
from entrypoints.web.pages import (
    booking,
    cancelling,
    cards,
    checkout,
    debts,
    demo,
    home,
    instructor,
    learn,
    lessons,
    moving,
    objections,
    payment,
    preferences,
    results,
    sign_up,
    signing,
    teach,
    teach_areas,
    teach_calendar,
    teach_earnings,
    teach_lesson_acts,
    teach_lessons,
    teach_payouts,
    teach_profile,
    teach_services,
    tipping,
    wallet,
    week,
)
from entrypoints.web.refusals import Refusals
from instainstru_core.ports import Ports

PAGES: Final[Sequence[ControllerRouterHandler]] = [
    *booking.PAGES,
    *cancelling.PAGES,
    *cards.PAGES,
    *checkout.PAGES,
    *debts.PAGES,
    *demo.PAGES,
    *home.PAGES,
    *instructor.PAGES,
    *learn.PAGES,
    *lessons.PAGES,
    *moving.PAGES,
    *objections.PAGES,
    *payment.PAGES,
    *preferences.PAGES,
    *results.PAGES,
    *sign_up.PAGES,
    *signing.PAGES,
    *teach.PAGES,
    *teach_areas.PAGES,
    *teach_calendar.PAGES,
    *teach_earnings.PAGES,
    *teach_lesson_acts.PAGES,
    *teach_lessons.PAGES,
    *teach_payouts.PAGES,
    *teach_profile.PAGES,
    *teach_services.PAGES,
    *tipping.PAGES,
    *wallet.PAGES,
    *week.PAGES,
]


@frozen(eq=False)
class Website:
    """The pages, and what people see where there is none or where nothing is let in."""

    routes: Sequence[ControllerRouterHandler]
    lost: ControllerRouterHandler
    on_error: ErrorPage
    refused: RefusedPage


def website(ports: Ports, config: HttpConfig) -> Website:
    """All pages on *ports*."""
    refusals = Refusals(ports, config)
    on_error = _on_error(refusals)
    pages = Router(
        "/",
        route_handlers=[*PAGES, send_asset, dev.ROUTER],
        dependencies={
            "frame": Provide(provide_frame),
            "form": Provide(provide_form),
            "desk": Provide(provide_desk),
        },
        exception_handlers={Replay: on_replay, Exception: on_error},
        before_request=_let_queries_be,
        after_request=_over_tls if config.hosted else None,
        dto=None,
        include_in_schema=False,
    )
    return Website([pages], lost, on_error, _refused(refusals))


async def _let_queries_be(_: Request[Any, Any, Any]) -> None:
    """Links from elsewhere carry parameters of their own, which are nobody's mistake."""


async def _over_tls(response: Response[Any]) -> Response[Any]:
    """Whatever cookie a page of a hosted platform gives goes over TLS alone. Source: AC-26."""
    for cookie in response.cookies:
        cookie.secure = True
    return response


@route(
    "/{rest:path}",
    http_method=["GET", "POST", "PUT", "PATCH", "DELETE"],
    sync_to_thread=False,
    include_in_schema=False,
    status_code=404,
    opt=policy(access=PUBLIC, bucket="edge", machine=True),
)
def lost() -> None:
    """Every address that nothing answers at; it costs rate all the same. Source: SE-4."""
    raise NotFoundException


def _on_error(refusals: Refusals) -> ErrorPage:
    def on_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        return refusals.on_error(request, error)

    return on_error


def _refused(refusals: Refusals) -> RefusedPage:
    def refused(scope: Any, refusal: Refusal) -> ASGIApp:
        request: Request[Any, Any, Any] = Request(scope)
        answer: ASGIApp = refusals.on_refusal(request, refusal).to_asgi_response(None, request)
        return answer

    return refused
