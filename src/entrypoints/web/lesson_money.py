"""Where a student's dollars for a lesson come from, and where they go. Source: PR-15."""

from collections.abc import Sequence

from markupsafe import Markup

from entrypoints.web.desk import Desk, at_the_top
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from entrypoints.web.paying import decline_reason
from entrypoints.web.pictures.dollar import Part, dollar_bars
from instainstru_core.booking.model.booking import Booking
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.money import NOTHING
from instainstru_core.payments.errors import CardDeclined
from instainstru_core.payments.model.outcomes import Share, share_of
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.planner import SettlementPlan, stored_plan
from instainstru_core.payments.tips.model import Tip


def sides_of(
    frame: Frame, payment: Payment, booking: Booking, tips: Sequence[Tip]
) -> Sequence[Sequence[Part]]:
    """The two sides: what pays, and what is paid for; none where nothing is charged.

    What the platform keeps of the instructor's share is not the student's to see (PR-15).
    """
    price, plan = payment.breakdown, stored_plan(payment, booking)
    if plan is not None and share_of(plan.outcome) is Share.NO_CHARGE:
        return ()
    tip = sum((each.amount for each in tips if each.succeeded), NOTHING)
    back = _back(plan)
    return [
        _present(
            Part(frame.words(N_("Your card")), (price.card_amount + tip).cents, "solid"),
            Part(frame.words(N_("Your credit")), price.credit.cents, "light"),
        ),
        _present(
            Part(frame.words(N_("The lesson")), price.lesson_price.cents - back, "deep"),
            Part(frame.words(N_("Back as credit")), back, "light"),
            Part(frame.words(N_("Booking Protection")), price.student_fee.cents, "hollow"),
            Part(frame.words(N_("Tip, all for your instructor")), tip.cents, "solid"),
        ),
    ]


def dollars_of(frame: Frame, sides: Sequence[Sequence[Part]]) -> Markup:
    """Both sides as bars: what is paid for above what pays, as the list below them goes."""
    names = [frame.words(N_("Goes to")), frame.words(N_("Comes from"))][: len(sides)]
    return dollar_bars(sides[::-1], names=names, label=told(frame, sides))


def told(frame: Frame, sides: Sequence[Sequence[Part]]) -> str:
    """The two sides in words, for who doesn't see them."""
    said = [
        ", ".join(f"{each.name}: {frame.formats.money(each.cents)}" for each in side)
        for side in sides
    ]
    title = frame.words(N_("Where each dollar comes from, and where it goes"))
    return f"{title}. {'. '.join(said)}."


def refuse_money(desk: Desk, error: DomainError) -> None:
    """At the top of a page that names no card: what the bank said, and what to do next."""
    if isinstance(error, CardDeclined):
        advice = desk.frame.words(N_("Nothing was charged. Choose another card, and try again."))
        reason = desk.frame.words(decline_reason(error.category))
        desk.form.refuse("", f"{reason} {advice}")
    else:
        at_the_top(desk, error)


def _back(plan: SettlementPlan | None) -> int:
    """What comes back to the student of the lesson's price, as credit, in cents."""
    return 0 if plan is None else (plan.credit_issued + plan.credit_released).cents


def _present(*parts: Part) -> list[Part]:
    return [each for each in parts if each.cents > 0]
