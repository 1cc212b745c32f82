"""A tip for a lesson: all of it goes to the instructor. Source: PY-50, PY-51."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import Operation, policy, requires
from entrypoints.web.desk import Desk, Keep
from entrypoints.web.forms import Form
from entrypoints.web.lesson_money import refuse_money
from entrypoints.web.marks import N_
from entrypoints.web.pages.lessons import lesson_page
from entrypoints.web.paying import challenge_page
from entrypoints.web.ways import see
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import DomainError
from instainstru_core.payments.tips.errors import TipAmountOutOfRange
from instainstru_core.payments.use_cases.tips.find_tip_challenge import find_tip_challenge
from instainstru_core.payments.use_cases.tips.give_tip import GiveTip, TipGiven, give_tip


@post(
    "/lessons/{booking_id:str}/tip",
    sync_to_thread=True,
    opt=policy(
        access=requires(Permission.CREATE_BOOKINGS),
        bucket="financial",
        operation=Operation.TIP,
        page=True,
    ),
)
def do_tip(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Give it, from the card that pays by default; a refusal may be followed by another try."""
    ports = desk.ports
    cents = tip_cents(desk.form)

    def give(answer: Keep) -> TipGiven:
        return give_tip(
            GiveTip(
                student_id=StudentId(desk.principal.account_id.value),
                booking_id=booking_id,
                amount_cents=cents,
            ),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
            config=ports.pricing,
            answer=answer,
        )

    def where(given: TipGiven) -> str:
        return f"/lessons/{booking_id}{'/tip/verify' if given.client_secret else '#tip'}"

    def again(status: int) -> Response[Any]:
        return lesson_page(
            booking_id,
            frame=desk.frame,
            principal=desk.principal,
            ports=ports,
            form=desk.form,
            status=status,
        )

    return desk.act(
        give,
        again=again,
        leads_to=where,
        said=lambda given: "tipped" if given.tip.succeeded else None,
        refuse=_refuse,
        lesson=booking_id,
    )


def _refuse(desk: Desk, error: DomainError) -> None:
    if isinstance(error, TipAmountOutOfRange):
        desk.form.refused_by(error, "other")
    else:
        refuse_money(desk, error)


@get(
    "/lessons/{booking_id:str}/tip/verify",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.CREATE_BOOKINGS), bucket="read", page=True),
)
def show_tip_verify(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """The cardholder confirms the tip with their bank, and finishes here. Source: PY-51."""
    found = find_tip_challenge(
        booking_id,
        viewer=desk.principal.account_id,
        read=desk.ports.read,
        gateway=desk.ports.gateway,
    )
    if found is None:
        return see(f"/lessons/{booking_id}#tip")
    return challenge_page(
        desk.frame,
        found,
        finish=f"/lessons/{booking_id}/tip",
        back="/cards",
        fields={"amount": str(found.amount.cents)},
    )


def tip_cents(form: Form) -> int:
    """How much is to be given: a suggestion, or what was typed in dollars."""
    chosen = form["amount"]
    if chosen.isascii() and chosen.isdecimal() and len(chosen) < 8:
        return int(chosen)
    typed = form["other"].strip().removeprefix("$").replace(",", ".")
    try:
        cents = Decimal(typed) * 100
    except InvalidOperation:
        cents = Decimal("NaN")
    if not cents.is_finite() or cents != cents.to_integral_value() or abs(cents) > 10_000_000:
        form.refuse("other", N_("Please give an amount in dollars, like 12.50."))
        return 0
    return int(cents)


PAGES: Final = [do_tip, show_tip_verify]
