"""Payments, for operators: looked through, given back, resolved. Source: PY-52, PY-58."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Annotated, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.admin_payment_views import (
    PaymentFileView,
    PaymentRowsView,
    PaymentRowView,
    RefundView,
)
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import policy, requires
from entrypoints.http.staff_acts import (
    ConfirmToken,
    ShownActView,
    StaffReasonBody,
    execution_of,
    preview_of,
    tools_of,
)
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.refund_payment import preview_refund, refund_payment
from instainstru_core.admin.use_cases.resolve_payment import preview_resolution, resolve_payment
from instainstru_core.booking.mutex import alone_with
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.payment import PaymentState
from instainstru_core.payments.office.queries import PaymentSearch
from instainstru_core.payments.office.remedies import Remedy
from instainstru_core.payments.refunds.plan import Bearer, RefundReason
from instainstru_core.payments.use_cases.office.resolve_review import ResolveReview
from instainstru_core.payments.use_cases.refunds.order_refund import MAX_NOTE, OrderRefund
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)


class RefundBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """How much goes back to the card, and why; without an amount all that can."""

    reason: Annotated[RefundReason, Meta(examples=["goodwill"])]
    amount_cents: Annotated[int, Meta(ge=1, le=1_000_000_000, examples=[2500])] | None = None
    bearer: Annotated[Bearer, Meta(examples=["platform"])] | None = None
    note: Annotated[str, Meta(max_length=MAX_NOTE, examples=["The room was locked."])] | None = None

    def of(self, payment_id: PaymentId, principal: Principal, ports: Ports) -> OrderRefund:
        """What is asked for."""
        return OrderRefund(
            principal=principal,
            payment_id=payment_id,
            cents=self.amount_cents,
            reason=self.reason,
            bearer=self.bearer,
            note=self.note,
            window=timedelta(days=ports.pricing.refund_window_days),
        )


class ConfirmedRefundBody(RefundBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: ConfirmToken


class ResolutionBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """What shall end the review; a payment's *remedies* say what is legal."""

    remedy: Annotated[Remedy, Meta(examples=["retry_refund"])]

    def of(self, payment_id: PaymentId, principal: Principal) -> ResolveReview:
        """What is asked for."""
        return ResolveReview(principal=principal, payment_id=payment_id, remedy=self.remedy)


class ConfirmedResolutionBody(ResolutionBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: ConfirmToken


def _alone_with_lesson_of(payment_id: PaymentId, ports: Ports) -> AbstractContextManager[None]:
    """Be the only one who changes the lesson that the payment is for now. Source: AD-6, PY-61.

    Raises:
        PaymentNotFound: There is no such payment.
        OperationInProgress: Somebody else is at it.
    """
    with ports.begin() as work:
        booking_id = work.payments.get(payment_id).booking_id
    return alone_with(booking_id, ports.mutexes)


@get(
    "/",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List payments"),
)
def list_payments(
    ports: NamedDependency[Ports],
    payment_state: FromQuery[PaymentState | None] = None,
    reason: Annotated[str | None, QueryParameter(max_length=100)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> PaymentRowsView:
    """Newest first. `payment_state=manual_review` is the queue of what waits for somebody."""
    with ports.read() as reads:
        found = reads.office_queries.find(
            PaymentSearch(state=payment_state, reason=reason), page_request(limit, cursor)
        )
    return PaymentRowsView.of(found, ports.clock.now())


@get(
    "/{payment_id:str}",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Look at a payment", refusals=(404,)),
)
def show_payment(payment_id: FromPath[PaymentId], ports: NamedDependency[Ports]) -> PaymentFileView:
    """What was asked of the processor, given back and disputed, and every journal."""
    with ports.read() as reads:
        return PaymentFileView.of(reads.office_queries.file(payment_id), ports.clock.now())


@post(
    "/{payment_id:str}/refund-previews",
    **preview_of(_KEEPERS),
    **documented("Preview a refund", refusals=(404, 409)),
)
def preview(
    payment_id: FromPath[PaymentId],
    data: JSONBody[RefundBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ShownActView:
    """What goes back to the card, who bears it, and what happens to credit and payout."""
    shown = preview_refund(data.of(payment_id, principal, ports), **tools_of(ports))
    return ShownActView.of(shown)


@post(
    "/{payment_id:str}/refunds",
    **execution_of(_KEEPERS),
    **documented("Refund a payment", refusals=(400, 404, 409)),
)
def refund(
    payment_id: FromPath[PaymentId],
    data: JSONBody[ConfirmedRefundBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> RefundView:
    """As its preview showed it; the same token again answers with the same refund.

    It is `pending` here: the payment's detail tells what the processor made of it.
    """
    with _alone_with_lesson_of(payment_id, ports):
        ordered = refund_payment(
            data.of(payment_id, principal, ports),
            confirm_token=data.confirm_token,
            gateway=ports.gateway,
            answer=keyed.answer(RefundView.of),
            **tools_of(ports),
        )
    return RefundView.of(ordered)


@post(
    "/{payment_id:str}/resolution-previews",
    **preview_of(_KEEPERS),
    **documented("Preview the end of a review", refusals=(404, 409)),
)
def preview_remedy(
    payment_id: FromPath[PaymentId],
    data: JSONBody[ResolutionBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ShownActView:
    """How the payment would stand, and which calls of the processor would follow."""
    shown = preview_resolution(data.of(payment_id, principal), data.why(), **tools_of(ports))
    return ShownActView.of(shown)


@post(
    "/{payment_id:str}/resolutions",
    **execution_of(_KEEPERS),
    **documented("End the review of a payment", refusals=(400, 404, 409)),
)
def resolve(
    payment_id: FromPath[PaymentId],
    data: JSONBody[ConfirmedResolutionBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> PaymentRowView:
    """As its preview showed it: the payment goes on from where it was."""
    now = ports.clock.now()
    with _alone_with_lesson_of(payment_id, ports):
        resolved = resolve_payment(
            data.of(payment_id, principal),
            data.why(),
            confirm_token=data.confirm_token,
            gateway=ports.gateway,
            answer=keyed.answer(lambda payment: PaymentRowView.of(payment, now)),
            **tools_of(ports),
        )
    return PaymentRowView.of(resolved, now)


ROUTER: Final = Router(
    "/admin/payments",
    route_handlers=[
        list_payments,
        show_payment,
        preview,
        refund,
        preview_remedy,
        resolve,
    ],
    tags=["admin"],
)
