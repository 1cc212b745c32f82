"""Tips, for operators: those to be looked into, and giving one back. Source: PY-51, PY-58."""

from datetime import timedelta
from typing import Annotated, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

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
from entrypoints.http.tips import TipView
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.resolve_tip import preview_tip_resolution, resolve_tip
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT, Page
from instainstru_core.payments.ids import PaymentId, TipId
from instainstru_core.payments.tips.model import Tip
from instainstru_core.payments.tips.remedies import TipRemedy, remedies_of
from instainstru_core.payments.use_cases.office.resolve_tip import ResolveTip
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)


class TipRowView(Struct, kw_only=True, frozen=True):
    """One tip, whose it is, what is wrong with it, and what can be done."""

    tip: TipView
    payment_id: PaymentId
    student_id: StudentId
    instructor_id: InstructorId
    transferred: bool
    trouble: Annotated[str | None, Meta(examples=["transfer_failed"])]
    remedies: list[str]

    @classmethod
    def of(cls, tip: Tip) -> "TipRowView":
        """The line of *tip*."""
        return cls(
            tip=TipView.of(tip),
            payment_id=tip.payment_id,
            student_id=tip.student_id,
            instructor_id=tip.instructor_id,
            transferred=tip.transfer is not None,
            trouble=tip.trouble,
            remedies=[each.value for each in remedies_of(tip)],
        )


class TipRowsView(Struct, kw_only=True, frozen=True):
    """Part of the tips that were asked for, the oldest first."""

    items: list[TipRowView]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[Tip]) -> "TipRowsView":
        """The view of *page*."""
        return cls(
            items=[TipRowView.of(each) for each in page.items],
            next_cursor=None if page.next_cursor is None else str(page.next_cursor),
        )


class TipResolutionBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """What shall be done; a tip's *remedies* say what is legal."""

    remedy: Annotated[TipRemedy, Meta(examples=["refund"])]

    def of(self, tip_id: TipId, principal: Principal, ports: Ports) -> ResolveTip:
        """What is asked for."""
        return ResolveTip(
            principal=principal,
            tip_id=tip_id,
            remedy=self.remedy,
            window=timedelta(days=ports.pricing.refund_window_days),
        )


class ConfirmedTipResolutionBody(TipResolutionBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: ConfirmToken


@get(
    "/",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List tips to be looked into"),
)
def list_tips(
    ports: NamedDependency[Ports],
    booking_id: FromQuery[BookingId | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> TipRowsView:
    """Those that wait for somebody; with `booking_id` whatever was given for that lesson."""
    with ports.read() as reads:
        if booking_id is not None:
            mine = reads.tip_queries.of_booking(booking_id)
            return TipRowsView.of(Page(items=mine, next_cursor=None))
        return TipRowsView.of(reads.tip_queries.stuck(page_request(limit, cursor)))


@post(
    "/{tip_id:str}/resolution-previews",
    **preview_of(_KEEPERS),
    **documented("Preview what is done about a tip", refusals=(404, 409)),
)
def preview_remedy(
    tip_id: FromPath[TipId],
    data: JSONBody[TipResolutionBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ShownActView:
    """Which calls of the processor would follow; a refund takes the instructor's part back."""
    shown = preview_tip_resolution(data.of(tip_id, principal, ports), data.why(), **tools_of(ports))
    return ShownActView.of(shown)


@post(
    "/{tip_id:str}/resolutions",
    **execution_of(_KEEPERS),
    **documented("Do something about a tip", refusals=(400, 404, 409)),
)
def resolve(
    tip_id: FromPath[TipId],
    data: JSONBody[ConfirmedTipResolutionBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> TipRowView:
    """As its preview showed it; what the processor makes of it the list tells."""
    with ports.begin() as work:
        booking_id = work.tips.get(tip_id).booking_id
    with alone_with(booking_id, ports.mutexes):  # Source: AD-6, PY-61.
        resolved = resolve_tip(
            data.of(tip_id, principal, ports),
            data.why(),
            confirm_token=data.confirm_token,
            gateway=ports.gateway,
            answer=keyed.answer(TipRowView.of),
            **tools_of(ports),
        )
    return TipRowView.of(resolved)


ROUTER: Final = Router(
    "/admin/tips", route_handlers=[list_tips, preview_remedy, resolve], tags=["admin"]
)
