"""Tips for lessons. Source: PY-50, PY-51, spec 02 §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import REQUIRED, Operation, policy, requires
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.payments.ids import CardId, TipId
from instainstru_core.payments.tips.model import Tip, TipState
from instainstru_core.payments.use_cases.tips.give_tip import GiveTip, TipGiven, give_tip
from instainstru_core.payments.use_cases.tips.read_tips import read_tips
from instainstru_core.ports import Ports

_READERS: Final = requires(
    Permission.VIEW_OWN_BOOKINGS, Permission.VIEW_INCOMING_BOOKINGS, any_of=True
)
_PAYERS: Final = requires(Permission.CREATE_BOOKINGS)


class TipBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """How much, and with which card; without one, with the default."""

    amount_cents: Annotated[
        int,
        Meta(
            ge=-1_000_000_000,
            le=1_000_000_000,
            description="From 100 to 50000.",
            examples=[1000],
        ),
    ]
    payment_method_id: CardId | None = None


class TipView(Struct, kw_only=True, frozen=True):
    """A tip, and how far it got."""

    tip_id: TipId
    booking_id: BookingId
    amount_cents: Annotated[int, Meta(examples=[1000])]
    state: TipState
    failure: Annotated[str | None, Meta(examples=["insufficient_funds"])]
    created_at: datetime
    succeeded_at: datetime | None
    refunded_at: datetime | None

    @classmethod
    def of(cls, tip: Tip) -> "TipView":
        """The view of *tip*."""
        return cls(
            tip_id=tip.tip_id,
            booking_id=tip.booking_id,
            amount_cents=tip.amount.cents,
            state=tip.state,
            failure=tip.failure,
            created_at=tip.created_at,
            succeeded_at=tip.succeeded_at,
            refunded_at=tip.refunded_at,
        )


class TipGivenView(Struct, kw_only=True, frozen=True):
    """How the tip stands; with a client secret the cardholder must confirm first."""

    tip: TipView
    requires_action: bool
    client_secret: str | None

    @classmethod
    def of(cls, given: TipGiven) -> "TipGivenView":
        """The view of *given*."""
        return cls(
            tip=TipView.of(given.tip),
            requires_action=given.tip.state is TipState.REQUIRES_ACTION,
            client_secret=given.client_secret,
        )


class TipsView(Struct, kw_only=True, frozen=True):
    """The tips for a lesson, oldest first."""

    items: list[TipView]


@post(
    "/{booking_id:str}/tips",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="financial", idempotency=REQUIRED, operation=Operation.TIP),
    **documented("Tip for a lesson", refusals=(402, 404, 409)),
)
def give(
    booking_id: FromPath[BookingId],
    data: JSONBody[TipBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> TipGivenView:
    """All of it goes to the instructor; within 30 days of the lesson, once.

    Repeat it, with a new key, after 3-D Secure to finish, or with another card after a refusal.
    """
    request = GiveTip(
        student_id=StudentId(principal.account_id.value),
        booking_id=booking_id,
        amount_cents=data.amount_cents,
        card_id=data.payment_method_id,
    )
    with alone_with(booking_id, ports.mutexes):
        given = give_tip(
            request,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
            config=ports.pricing,
            answer=keyed.answer(TipGivenView.of),
        )
    return TipGivenView.of(given)


@get(
    "/{booking_id:str}/tips",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List the tips for a lesson", refusals=(404,)),
)
def list_tips(
    booking_id: FromPath[BookingId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> TipsView:
    """Every attempt for its student; what was paid for its instructor."""
    tips = read_tips(booking_id, viewer=principal.account_id, read=ports.read)
    return TipsView(items=[TipView.of(tip) for tip in tips])


ROUTER: Final = Router("/bookings", route_handlers=[give, list_tips], tags=["Payments"])
