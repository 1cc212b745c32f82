"""A student's credit. Source: CR-11, spec 02 §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get
from litestar.di import NamedDependency
from msgspec import Meta, Struct

from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.payments.credits.model import CreditLot, CreditSource
from instainstru_core.payments.ids import CreditLotId, PaymentId
from instainstru_core.payments.use_cases.read_credits import CreditsOf, read_credits
from instainstru_core.ports import Ports


class CreditLotView(Struct, kw_only=True, frozen=True):
    """One grant of credit."""

    credit_id: CreditLotId
    source: CreditSource
    amount_cents: int
    remaining_cents: int
    granted_at: datetime
    expires_at: datetime | None
    min_lesson_price_cents: int
    payment_id: PaymentId | None

    @classmethod
    def of(cls, lot: CreditLot) -> "CreditLotView":
        """The view of *lot*."""
        return cls(
            credit_id=lot.lot_id,
            source=lot.source,
            amount_cents=lot.amount.cents,
            remaining_cents=lot.available.cents,
            granted_at=lot.granted_at,
            expires_at=lot.expires_at,
            min_lesson_price_cents=lot.min_lesson_price.cents,
            payment_id=lot.payment_id,
        )


class CreditsView(Struct, kw_only=True, frozen=True):
    """What can be spent, is set aside and will be; what runs out next; and the grants."""

    available_cents: Annotated[int, Meta(examples=[9000])]
    reserved_cents: Annotated[int, Meta(examples=[0])]
    pending_cents: Annotated[int, Meta(examples=[1000])]
    next_expiry_at: datetime | None
    next_expiry_cents: int
    items: list[CreditLotView]

    @classmethod
    def of(cls, credit: CreditsOf) -> "CreditsView":
        """The view of *credit*."""
        return cls(
            available_cents=credit.balance.available.cents,
            reserved_cents=credit.balance.reserved.cents,
            pending_cents=credit.balance.pending.cents,
            next_expiry_at=credit.balance.next_expiry_at,
            next_expiry_cents=credit.balance.next_expiry_amount.cents,
            items=[CreditLotView.of(lot) for lot in credit.lots],
        )


@get(
    sync_to_thread=True,
    opt=policy(access=requires(Permission.CREATE_BOOKINGS), bucket="read"),
    **documented("See my credit"),
)
def show_credits(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> CreditsView:
    """My credit that has not expired, the first to expire first."""
    student = StudentId(principal.account_id.value)
    return CreditsView.of(read_credits(student, read=ports.read, clock=ports.clock))


ROUTER: Final = Router("/credits", route_handlers=[show_credits], tags=["Payments"])
