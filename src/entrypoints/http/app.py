"""The HTTP API, put together: routes, the gate before them, the perimeter around all."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeAlias

from litestar import Litestar, Request, Response, Router, route
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from entrypoints.http import (
    accounts,
    admin_actions,
    admin_approvals,
    admin_bookings,
    admin_credits,
    admin_debts,
    admin_finance,
    admin_payments,
    admin_payouts,
    admin_pricing,
    admin_tiers,
    admin_tips,
    admin_webhooks,
    availability,
    blackouts,
    bookings,
    calendar_edits,
    calendar_files,
    cancellations,
    cards,
    catalog,
    checks,
    claims,
    connect,
    debts,
    earnings,
    external_calendars,
    instructor_bookings,
    instructors,
    ledger,
    lessons,
    notifications,
    offerings,
    payments,
    payouts,
    places,
    pricing,
    pricing_simulations,
    profiles,
    proofs,
    receipts,
    reconciliations,
    registrations,
    reschedules,
    search,
    sessions,
    tips,
    transactions,
    waitlist,
    wallet,
    weeks,
)
from entrypoints.http.auth import Gate, provide_door, provide_principal, provide_viewer
from entrypoints.http.config import PREFIX, HttpConfig
from entrypoints.http.idempotency import Replay, on_replay, provide_keyed
from entrypoints.http.metrics import Metrics, metrics
from entrypoints.http.openapi import docs_asset, docs_page, openapi_document
from entrypoints.http.parameters import refuse_bad_addresses
from entrypoints.http.perimeter import Perimeter, RefusedPage, wants_page
from entrypoints.http.policy import OPT, PUBLIC, Idempotency, UndeclaredRoute, policy, requires
from entrypoints.http.probes import health, health_lite, ready
from entrypoints.http.problems import (
    Refusal,
    on_domain_error,
    on_failure,
    on_http_error,
    on_refusal,
)
from entrypoints.http.webhooks import simulator, stripe
from entrypoints.http.wire import TYPE_DECODERS, TYPE_ENCODERS, Rendered, StrictBody, Values
from instainstru_core.accounts.model import Permission
from instainstru_core.kernel.errors import DomainError
from instainstru_core.ports import Ports

MAX_BODY_BYTES: Final = 1024 * 1024
ErrorPage: TypeAlias = Callable[[Request[Any, Any, Any], Any], Response[Any]]
"""What people see of something that went wrong."""

ROUTERS: Final[list[ControllerRouterHandler]] = [
    accounts.ROUTER,
    admin_actions.ROUTER,
    admin_approvals.ROUTER,
    admin_bookings.ROUTER,
    admin_finance.ROUTER,
    admin_payments.ROUTER,
    admin_credits.ROUTER,
    admin_webhooks.ROUTER,
    admin_pricing.ROUTER,
    pricing_simulations.ROUTER,
    admin_tiers.ROUTER,
    availability.ROUTER,
    blackouts.ROUTER,
    bookings.ROUTER,
    calendar_edits.ROUTER,
    calendar_files.ROUTER,
    cancellations.ROUTER,
    cards.ROUTER,
    catalog.ROUTER,
    checks.ROUTER,
    claims.ROUTER,
    external_calendars.ROUTER,
    instructor_bookings.ROUTER,
    instructors.ROUTER,
    ledger.ROUTER,
    lessons.ROUTER,
    lessons.WEBHOOK_ROUTER,
    notifications.ROUTER,
    offerings.ROUTER,
    payments.ROUTER,
    payouts.ROUTER,
    earnings.ROUTER,
    receipts.ROUTER,
    transactions.ROUTER,
    connect.ROUTER,
    tips.ROUTER,
    debts.ROUTER,
    admin_debts.ROUTER,
    admin_payouts.ROUTER,
    admin_tips.ROUTER,
    places.ROUTER,
    pricing.COMMISSION_ROUTER,
    pricing.ROUTER,
    profiles.ROUTER,
    reconciliations.ROUTER,
    proofs.ROUTER,
    proofs.PAYMENTS_ROUTER,
    registrations.ROUTER,
    reschedules.ROUTER,
    search.ROUTER,
    sessions.ROUTER,
    simulator.ROUTER,
    stripe.ROUTER,
    waitlist.ROUTER,
    wallet.ROUTER,
    weeks.ROUTER,
]


@route(
    ["/", "/{rest:path}"],
    http_method=["GET", "POST", "PUT", "PATCH", "DELETE"],
    sync_to_thread=False,
    include_in_schema=False,
    status_code=404,
    opt=policy(access=PUBLIC, bucket="edge", machine=True),
)
def nowhere() -> None:
    """Every address that nothing answers at; it costs rate all the same. Source: SE-4."""
    raise NotFoundException


def create_app(
    ports: Ports,
    config: HttpConfig | None = None,
    *,
    more: Sequence[ControllerRouterHandler] = (),
    lost: ControllerRouterHandler = nowhere,
    on_error: ErrorPage | None = None,
    refused: RefusedPage | None = None,
) -> Litestar:
    """The API on *ports*. *more* are routes outside `/api/v1`, like the pages and the demo.

    *lost* answers where nothing else does; *on_error* and *refused* make pages of what goes wrong,
    outside of the API, for those who look at pages.

    Raises:
        UndeclaredRoute: A route says nothing about who may call it.
    """
    config = config or HttpConfig()
    numbers = Metrics()

    # Litestar resolves what has nothing in common at once, each in a task of its own: that costs
    # more than all of them together. So each wants the one before: ports, config, principal, keyed.
    def provide_config(ports: NamedDependency[Ports]) -> HttpConfig:  # noqa: ARG001
        return config

    async def use_threads() -> None:
        pool = ThreadPoolExecutor(config.threads, thread_name_prefix="request")
        asyncio.get_running_loop().set_default_executor(pool)

    api = Router(PREFIX, route_handlers=[*ROUTERS, openapi_document, docs_page, docs_asset])
    app = Litestar(
        [api, metrics, health, health_lite, ready, lost, *more],
        dependencies={
            "ports": Provide(lambda: ports, sync_to_thread=False),
            "config": Provide(provide_config, sync_to_thread=False),
            "numbers": Provide(lambda: numbers, sync_to_thread=False),
            "principal": Provide(provide_principal),
            "viewer": Provide(provide_viewer),
            "door": Provide(provide_door),
            "keyed": Provide(provide_keyed),
        },
        middleware=[DefineMiddleware(Gate, ports=ports, config=config)],
        before_request=refuse_bad_addresses,
        exception_handlers={
            Refusal: _facing(on_refusal, on_error),
            Replay: on_replay,
            DomainError: _facing(on_domain_error, on_error),
            HTTPException: _facing(on_http_error, on_error),
            Exception: _facing(on_failure, on_error),
        },
        dto=StrictBody,
        return_dto=None,
        type_decoders=TYPE_DECODERS,
        type_encoders=TYPE_ENCODERS,
        response_class=Rendered,
        plugins=[Values()],
        request_max_body_size=MAX_BODY_BYTES,
        on_startup=[use_threads],
        openapi_config=OpenAPIConfig(
            title="iNSTAiNSTRU",
            version="1",
            description="A marketplace for lessons: find a free instructor, book, learn, pay.",
            # Litestar insists on routes of its own for the document; ours is completed, and public.
            openapi_router=Router(
                f"{PREFIX}/docs/raw",
                route_handlers=[],
                opt=policy(access=requires(Permission.ACCESS_MONITORING), bucket="read"),
                include_in_schema=False,
            ),
            render_plugins=[JsonRenderPlugin()],
            use_handler_docstrings=True,
        ),
        logging_config=None,
        signature_types=[Request],
    )
    _check(app)
    app.asgi_handler = Perimeter(
        app.asgi_handler, ports=ports, config=config, metrics=numbers, refused=refused
    )
    return app


def _facing(handler: Callable[..., Response[Any]], page: ErrorPage | None) -> ErrorPage:
    """Pages for those who ask for them outside of the API, problems for everybody else."""

    def handle(request: Request[Any, Any, Any], error: Any) -> Response[Any]:
        if page is None or not wants_page(request.scope, request.scope["state"]["headers"]):
            return handler(request, error)
        return page(request, error)

    return handle


def _check(app: Litestar) -> None:
    """Every route has a policy, and takes its key when it says so. Source: AC-41, SE-42."""
    undeclared = []
    for one in app.routes:
        for handler in getattr(one, "route_handlers", ()):
            if not isinstance(handler, HTTPRouteHandler) or "OPTIONS" in handler.http_methods:
                continue
            if OPT not in handler.opt:
                undeclared.append(f"{'/'.join(sorted(handler.http_methods))} {one.path}")
            elif _forgets_its_key(handler):
                undeclared.append(f"{one.path} (declares idempotency, but takes no `keyed`)")
            elif handler.opt[OPT].late_door != ("door" in handler.parsed_fn_signature.parameters):
                undeclared.append(f"{one.path} (declares a late door without `door`, or takes one)")
    if undeclared:
        raise UndeclaredRoute(undeclared)


def _forgets_its_key(handler: Any) -> bool:
    declared = handler.opt[OPT].idempotency
    return (
        declared is not Idempotency.NONE and "keyed" not in handler.parsed_fn_signature.parameters
    )
