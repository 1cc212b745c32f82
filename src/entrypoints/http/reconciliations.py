"""The books beside the processor's, night by night. Source: PY-85, spec 02 §6, §11.1."""

from datetime import date
from typing import Annotated, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.admin_bodies import ReasonBody
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import REQUIRED, policy, requires
from entrypoints.http.reconciliation_views import ItemsView, ItemView, RunsView, RunView
from entrypoints.http.weeks import path_date
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.explain_difference import (
    ExplainDifference,
    explain_difference,
)
from instainstru_core.admin.use_cases.reconcile_by_hand import ReconcileByHand, reconcile_by_hand
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.payments.reconciliation.errors import ReconciliationNotFound
from instainstru_core.payments.reconciliation.model import (
    MAX_NOTE,
    Explained,
    ItemClass,
)
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)
_MAX_REFERENCE: Final = 200
_HTML: Final = "html"


class ReconcileBody(ReasonBody, kw_only=True, forbid_unknown_fields=True):
    """Which day (UTC) to compare, and why not to wait for the night."""

    day: date


class ExplainBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """What the difference is, for counting and in words."""

    reason_code: Annotated[
        str, Meta(min_length=1, max_length=100, pattern=r"\S", examples=["bank_error"])
    ]
    note: Annotated[
        str, Meta(min_length=1, max_length=MAX_NOTE, pattern=r"\S", examples=["Paid by bank."])
    ]


@get(
    "/",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List the reconciliations"),
)
def list_runs(
    ports: NamedDependency[Ports],
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> RunsView:
    """Every day that was compared with the processor's books, the latest first."""
    with ports.read() as reads:
        page = reads.reconciliation_queries.runs(page_request(limit, cursor))
    return RunsView(
        items=[RunView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


@post(
    "/",
    status_code=200,
    sync_to_thread=True,
    opt=policy(access=_KEEPERS, bucket="financial", idempotency=REQUIRED),
    **documented("Reconcile a day", refusals=(422, 503)),
)
def reconcile(
    data: JSONBody[ReconcileBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> RunView:
    """Compare a day that is over with the processor's books, again if it was compared before."""
    run = reconcile_by_hand(
        ReconcileByHand(principal=principal, day=data.day, why=data.why()),
        begin=ports.begin,
        gateway=ports.gateway,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(RunView.of),
    )
    return RunView.of(run)


@get(
    "/{day:str}",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show a reconciliation", refusals=(404,)),
)
def show_run(day: FromPath[str], ports: NamedDependency[Ports]) -> RunView:
    """How a day compared, and what is open of it now."""
    with ports.read() as reads:
        run = reads.reconciliation_queries.run(path_date(day))
    if run is None:
        raise ReconciliationNotFound
    return RunView.of(run)


@get(
    "/{day:str}/items",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List what a reconciliation found", refusals=(404,)),
)
def list_items(
    day: FromPath[str],
    ports: NamedDependency[Ports],
    item_class: FromQuery[ItemClass | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> ItemsView:
    """Each reference that either side moved on that day, of one class only if asked for."""
    with ports.read() as reads:
        page = reads.reconciliation_queries.items(
            path_date(day), page_request(limit, cursor), item_class=item_class
        )
    return ItemsView(
        items=[ItemView.of(each) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


@post(
    "/{day:str}/items/{reference:str}/resolutions",
    status_code=200,
    sync_to_thread=True,
    opt=policy(access=_KEEPERS, bucket="financial", idempotency=REQUIRED),
    **documented("Explain a difference", refusals=(404, 409)),
)
def resolve_item(
    day: FromPath[str],
    reference: FromPath[str],
    data: JSONBody[ExplainBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> ItemView:
    """Close an open item: somebody knows why both sides differ. No money moves."""
    closed = explain_difference(
        ExplainDifference(
            principal=principal,
            day=path_date(day),
            reference=reference[:_MAX_REFERENCE],
            reason_code=data.reason_code,
            said=Explained(note=data.note),
        ),
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(ItemView.of),
    )
    return ItemView.of(closed)


ROUTER: Final = Router(
    "/admin/reconciliations",
    route_handlers=[list_runs, reconcile, show_run, list_items, resolve_item],
    tags=["Payments"],
)
