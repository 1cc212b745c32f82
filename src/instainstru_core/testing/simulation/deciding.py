"""What people of the staff do about what nothing automatic ends: in two steps, as AD-7 has it."""

from collections.abc import Callable
from functools import partial
from typing import Final

from instainstru_core.admin.model.acts import Why
from instainstru_core.admin.use_cases.resolve_payment import preview_resolution, resolve_payment
from instainstru_core.admin.use_cases.resolve_tip import preview_tip_resolution, resolve_tip
from instainstru_core.admin.use_cases.write_off_student_debt import (
    WriteOffStudentDebt,
    write_off_student_debt,
)
from instainstru_core.payments.debts.model import StudentDebt
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.office.remedies import ELSEWHERE, Remedy, legal_remedies
from instainstru_core.payments.tips.model import Tip
from instainstru_core.payments.tips.remedies import TipRemedy, remedies_of
from instainstru_core.payments.use_cases.office.resolve_review import ResolveReview
from instainstru_core.payments.use_cases.office.resolve_tip import ResolveTip
from instainstru_core.testing.fakes.processor.books import IntentState
from instainstru_core.testing.simulation.seconding import seconded
from instainstru_core.testing.simulation.town import Town

WHY: Final = Why(reason_code="looked_into")


def remedies(payment: Payment) -> list[Remedy]:
    """What an operator can do here and now about the payment. Source: PY-58."""
    return [each for each in legal_remedies(payment.review_reason) if each not in ELSEWHERE]


def decide_review(town: Town, payment: Payment, remedy: Remedy) -> None:
    """See what *remedy* comes to, and apply it. Source: PY-58."""
    ports = town.ports
    request = ResolveReview(principal=town.operator, payment_id=payment.payment_id, remedy=remedy)

    def decide() -> None:
        shown = preview_resolution(
            request, WHY, begin=ports.begin, ids=ports.ids, clock=town.clock, secrets=ports.secrets
        )
        resolve_payment(
            request,
            WHY,
            confirm_token=shown.confirm_token,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=town.clock,
            secrets=ports.secrets,
        )

    seconded(town, decide)
    town.notes[f"review decided: {remedy.value}"] += 1


def decide_tip(town: Town, tip: Tip, remedy: TipRemedy) -> None:
    """See what *remedy* comes to, and apply it. Source: PY-51, PY-58."""
    ports = town.ports
    request = ResolveTip(principal=town.operator, tip_id=tip.tip_id, remedy=remedy)

    def decide() -> None:
        shown = preview_tip_resolution(
            request, WHY, begin=ports.begin, ids=ports.ids, clock=town.clock, secrets=ports.secrets
        )
        resolve_tip(
            request,
            WHY,
            confirm_token=shown.confirm_token,
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=town.clock,
            secrets=ports.secrets,
        )

    seconded(town, decide)
    town.notes[f"tip decided: {remedy.value}"] += 1


def give_up(town: Town, debt: StudentDebt) -> None:
    """Write off what nobody is going to pay. Source: PY-26."""
    request = WriteOffStudentDebt(principal=town.operator, debt_id=debt.debt_id, why=WHY)

    def decide() -> None:
        write_off_student_debt(
            request, begin=town.ports.begin, ids=town.ports.ids, clock=town.clock
        )

    seconded(town, decide)
    town.notes["debts written off"] += 1


def confirm(town: Town, name: str) -> None:
    """The cardholder says yes after all (3-D Secure), if the charge still waits for that."""
    intent = town.processor.books.intents[name]
    if intent.state is IntentState.REQUIRES_ACTION:
        town.processor.confirm(intent.intent, intent.client_secret)


def whatever_is_left(town: Town, *, last: bool) -> list[Callable[[], None]]:
    """One act for everything that still waits for somebody: a retry, and *last* what ends it."""
    tables, acts = town.store.tables, list[Callable[[], None]]()
    pick = -1 if last else 0
    for payment in tables.named("payments").values():
        if (ways := remedies(payment)) and not town.left_the_platform(payment.instructor_id):
            acts.append(partial(decide_review, town, payment, ways[pick]))
    for tip in tables.named("tips").values():
        if tip.trouble is not None and not town.left_the_platform(tip.instructor_id):
            acts.append(partial(decide_tip, town, tip, remedies_of(tip)[pick]))
    for debt in tables.named("student_debts").values():
        if debt.waiting is not None:
            acts.append(partial(confirm, town, debt.waiting.intent))
    if last:
        for debt in tables.named("student_debts").values():
            if debt.owed:
                acts.append(partial(give_up, town, debt))
    return acts
