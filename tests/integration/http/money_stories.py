"""How money got to where somebody is refused: lessons given and paid, debts, credit, earnings."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from attrs import evolve, frozen
from sqlalchemy import delete

from adapters.postgres.tables.payments import connect_accounts
from instainstru_core.booking.terms import Standing
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.payments.debts.model import DebtCause
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import Transferred
from instainstru_core.payments.use_cases.debts.recognise_debt import recognise_debt
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.document import document_of
from instainstru_core.testing.world import HOUR
from tests.integration.http.refused_bookings import START
from tests.integration.http.town import Ask, Town

REASON: Final = {"reason_code": "checked", "note": "looked at it with the bank"}
GOODWILL: Final = {"reason": "goodwill", "amount_cents": 2500}
DEARER: Final = {**document_of(DEFAULT_PRICING), "student_fee_bps": 1300}
PRICING: Final = "/admin/config/pricing"
FOUR_EYES: Final = "/admin/config/four-eyes"
FIRST: Final = {"If-Match": "1"}
OWED: Final = 10_000


def given(town: Town, **changes: Any) -> str:
    """A lesson that Jane gave Anna, whose money is where it belongs; an hour after its end."""
    booked = town.book(**changes)
    town.world.settle()
    town.world.clock.set(START + HOUR)
    town.do("jane", "POST", f"/bookings/{booked}/complete", {})
    town.world.advance(25 * HOUR)
    return booked


def payment(town: Town, booking: str) -> Payment:
    """The money of *booking*."""
    found = town.world.payment(town.kept(booking))
    assert found is not None
    return found


def paid(town: Town) -> str:
    """The payment of a lesson that was given."""
    return str(payment(town, given(town)).payment_id)


def owing(
    town: Town, *, standing: Standing = Standing.LOCKED, cause: DebtCause = DebtCause.ESCALATED
) -> str:
    """Anna owes for a lesson that was given; her debt."""
    lesson = payment(town, given(town))
    with town.ports.begin() as work:
        kept = work.payments.get_for_update(lesson.payment_id)
        debt = recognise_debt(
            work,
            town.ports.ids,
            kept,
            Money(OWED),
            cause=cause,
            standing=standing,
            at=town.ports.clock.now(),
        )
    assert debt is not None
    return str(debt.debt_id)


def earned(town: Town, cents: int = 10_000) -> str:
    """So much is on Jane's account at the processor, whose name this is."""
    with town.ports.begin() as work:
        found = work.connect_accounts.find(InstructorId.parse(town.id_of("jane")))
    assert found is not None
    sent = town.world.processor.transfer(
        town.ports.ids.new(OperationId),
        account=found.account,
        amount=Money(cents),
        group="booking:earlier",
        charge=None,
    )
    assert isinstance(sent, Transferred)
    return found.account


def newcomer(town: Town) -> None:
    """Mary has opened no account at the processor."""
    with town.engine.begin() as connection:
        mary = InstructorId.parse(town.id_of("mary"))
        connection.execute(delete(connect_accounts).where(connect_accounts.c.instructor_id == mary))


@frozen(kw_only=True)
class Act:
    """Something that the staff must see before they do it."""

    method: str
    path: str
    preview: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = {}

    def looking(self, who: str = "ada") -> Ask:
        """*who* asks what it would do."""
        return Ask(
            who=who, method="POST", path=self.preview, body=dict(self.body), headers=self.headers
        )

    def doing(self, token: str, who: str = "ada") -> Ask:
        """*who* does it, with what proves that they saw it."""
        body = {**self.body, "confirm_token": token}
        return Ask(who=who, method=self.method, path=self.path, body=body, headers=self.headers)

    def seen(self, town: Town, who: str = "ada") -> str:
        """The token of its preview."""
        answer = town.send(self.looking(who))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["confirm_token"])

    def with_words(self, **words: Any) -> "Act":
        """The same in other words."""
        return evolve(self, body={**self.body, **words})


def granting(town: Town, cents: int = 5000) -> Act:
    """Credit for Anna."""
    base = f"/admin/students/{town.id_of('anna')}"
    return Act(
        method="POST",
        path=f"{base}/credits",
        preview=f"{base}/credit-previews",
        body={**REASON, "amount_cents": cents},
    )


def granted(town: Town, cents: int = 5000) -> str:
    """Credit that Anna was given; its name."""
    act = granting(town, cents)
    answer = town.send(act.doing(act.seen(town)))
    assert answer.status_code == 200, answer.text
    (lot,) = town.do("anna", "GET", "/credits")["items"]
    return str(lot["credit_id"])


def revoking(town: Town) -> Act:
    """Part of Anna's credit goes."""
    base = f"/admin/credits/{granted(town)}"
    return Act(
        method="POST",
        path=f"{base}/revocations",
        preview=f"{base}/revocation-previews",
        body={**REASON, "amount_cents": 2000},
    )


def refunding(town: Town) -> Act:
    """Part of a lesson's price goes back."""
    base = f"/admin/payments/{paid(town)}"
    return Act(
        method="POST", path=f"{base}/refunds", preview=f"{base}/refund-previews", body=GOODWILL
    )


def resolving(town: Town) -> Act:
    """A refund that the bank refused becomes credit."""
    act = refunding(town)
    answer = town.send(act.doing(act.seen(town)))
    assert answer.status_code == 200, answer.text
    base = act.path.removesuffix("/refunds")
    town.world.settle()
    (refund,) = town.do("ada", "GET", base)["refunds"]
    town.world.processor.fail_refund(refund["processor_reference"])
    town.world.advance(timedelta(hours=1))
    return Act(
        method="POST",
        path=f"{base}/resolutions",
        preview=f"{base}/resolution-previews",
        body={**REASON, "remedy": "give_credit"},
    )


def holding(town: Town) -> Act:
    """Jane's transfers wait."""
    base = f"/admin/instructors/{town.id_of('jane')}"
    return Act(
        method="PUT",
        path=f"{base}/payout-hold",
        preview=f"{base}/payout-hold-previews",
        body=REASON,
    )


def promoting(town: Town, tier: str = "pro") -> Act:
    """Jane's commission is set by hand."""
    base = f"/admin/instructors/{town.id_of('jane')}"
    return Act(
        method="PUT",
        path=f"{base}/tier",
        preview=f"{base}/tier-preview",
        body={**REASON, "tier": tier},
    )


def publishing(_: Town) -> Act:
    """Prices go up."""
    return Act(
        method="PUT",
        path=PRICING,
        preview=f"{PRICING}/validate",
        body={**REASON, "body": DEARER},
        headers=FIRST,
    )


def rolling_back(town: Town) -> Act:
    """Prices go back to where they were."""
    act = publishing(town)
    answer = town.send(act.doing(act.seen(town)))
    assert answer.status_code == 200, answer.text
    return Act(
        method="POST",
        path=f"{PRICING}/rollback",
        preview=f"{PRICING}/rollback-preview",
        body={**REASON, "version": 1},
        headers={"If-Match": "2"},
    )


def tightening(_: Town) -> Act:
    """A second person is needed for less."""
    return Act(
        method="PUT",
        path=FOUR_EYES,
        preview=f"{FOUR_EYES}/validate",
        body={**REASON, "body": {"above_cents": 10_000}},
        headers=FIRST,
    )


def asked(town: Town, cents: int = 30_000) -> str:
    """Ada would give Anna more credit than one person may; the request."""
    act = granting(town, cents)
    answer = town.send(act.doing(act.seen(town)))
    assert answer.json()["code"] == "second_person_required", answer.text
    return str(answer.json()["approval_id"])


def settling_a_tip(town: Town) -> Act:
    """Somebody's tip goes back to their card."""
    body = {"amount_cents": 500}
    tipped = town.do("anna", "POST", f"/bookings/{given(town)}/tips", body)
    base = f"/admin/tips/{tipped['tip']['tip_id']}"
    return Act(
        method="POST",
        path=f"{base}/resolutions",
        preview=f"{base}/resolution-previews",
        body={**REASON, "remedy": "refund"},
    )
