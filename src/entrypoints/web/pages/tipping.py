"""A tip for a lesson: all of it goes to the instructor. Source: PY-50, PY-51."""

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import Operation, policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.lesson_money import declined
from entrypoints.web.marks import N_
from entrypoints.web.once import once
from entrypoints.web.pages.lessons import lesson_page
from entrypoints.web.paying import challenge_page
from entrypoints.web.ways import see
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.kernel.errors import DomainError, NotFound
from instainstru_core.payments.errors import CardDeclined
from instainstru_core.payments.tips.errors import TipAmountOutOfRange
from instainstru_core.payments.use_cases.tips.find_tip_challenge import find_tip_challenge
from instainstru_core.payments.use_cases.tips.give_tip import GiveTip, TipGiven, give_tip
from instainstru_core.ports import Ports


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
def do_tip(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Give it, from the card that pays by default; a refusal may be followed by another try."""
    cents = tip_cents(form)
    if form.refused:
        return lesson_page(
            booking_id, frame=frame, principal=principal, ports=ports, form=form, status=422
        )

    def where(given: TipGiven) -> str:
        return f"/lessons/{booking_id}{'/tip/verify' if given.client_secret else '#tip'}"

    try:
        with (
            once(request, form, principal=principal, ports=ports) as sent,
            alone_with(booking_id, ports.mutexes),
        ):
            given = give_tip(
                GiveTip(
                    student_id=StudentId(principal.account_id.value),
                    booking_id=booking_id,
                    amount_cents=cents,
                ),
                begin=ports.begin,
                gateway=ports.gateway,
                ids=ports.ids,
                clock=ports.clock,
                config=ports.pricing,
                answer=sent.answer(where),
            )
    except NotFound:
        raise
    except DomainError as error:
        if isinstance(error, CardDeclined):
            form.refuse("", declined(frame, error))
        form.refused_by(error, "other" if isinstance(error, TipAmountOutOfRange) else "")
        return lesson_page(
            booking_id,
            frame=frame,
            principal=principal,
            ports=ports,
            form=form,
            status=status_of(error),
        )
    return see(where(given), said="tipped" if given.tip.succeeded else None)


@get(
    "/lessons/{booking_id:str}/tip/verify",
    sync_to_thread=True,
    opt=policy(access=requires(Permission.CREATE_BOOKINGS), bucket="read", page=True),
)
def show_tip_verify(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """The cardholder confirms the tip with their bank, and finishes here. Source: PY-51."""
    found = find_tip_challenge(
        booking_id, viewer=principal.account_id, read=ports.read, gateway=ports.gateway
    )
    if found is None:
        return see(f"/lessons/{booking_id}#tip")
    return challenge_page(
        frame,
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
