"""Money besides the lessons: tips, credit, a failing card, refunds, exports, and the proof."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any, Final

from attrs import define, field

from entrypoints.journey.client import agree, eventually, new_key
from entrypoints.journey.people import Person, platform_now
from entrypoints.journey.stage import (
    CARD_CENTS,
    DAY,
    FEE_CENTS,
    LESSON_CENTS,
    MINUTE,
    PAYOUT_CENTS,
    TUESDAY,
    Stage,
    dollars,
    end_of,
    start_of,
)

_TIP_CENTS: Final = 2_000
_CREDIT_CENTS: Final = 5_000
_REFUND_CENTS: Final = 1_000
_INSTANT_CENTS: Final = 10_000
_EXPLAINED: Final = frozenset({"matched", "pending"})
_WEEK: Final = timedelta(days=7)
_GIVE_UP: Final = timedelta(hours=73)


@define
class Money:
    """The week after: one lesson is paid with credit, another by a card that does not pay."""

    stage: Stage
    admin: Person
    _credited: dict[str, Any] = field(factory=dict)
    _unpaid: dict[str, Any] = field(factory=dict)

    def tip_is_given(self, booking_id: str) -> str:
        """All of it is the instructor's, and there is one for each lesson."""
        stage, student = self.stage, self.stage.student
        student.sign_in()
        stage.teacher.sign_in()
        address = f"/bookings/{booking_id}/tips"
        given = student.api.post(address, {"amount_cents": _TIP_CENTS})
        agree("the tip", given["tip"]["state"], "succeeded")
        again = student.api.post(address, {"amount_cents": _TIP_CENTS}, expect=409)
        agree("a second one", again["code"], "already_tipped")
        earned = eventually("the tip is among the earnings", lambda: self._tipped(booking_id))
        agree("the tip earned", earned["tip_cents"], _TIP_CENTS)
        return f"a tip of {dollars(_TIP_CENTS)} went to the instructor, whole"

    def credit_pays_part(self) -> str:
        """A quote with credit, agreed on to the cent: the card pays the rest."""
        stage, student = self.stage, self.stage.student
        self._open_next_week()
        quote = self._quote(student, _CREDIT_CENTS)
        agree("credit in the quote", quote["credit_cents"], _CREDIT_CENTS)
        agree("on the card", quote["card_amount_cents"], CARD_CENTS - _CREDIT_CENTS)
        held = student.api.post("/bookings", stage.proposal(self._at(10)))
        stage.confirm(
            student,
            held["booking_id"],
            fingerprint=quote["fingerprint"],
            credit_cents=_CREDIT_CENTS,
        )
        self._credited = stage.booking(student, held["booking_id"])
        credit = student.api.get("/credits")
        agree("set aside", credit["reserved_cents"], _CREDIT_CENTS)
        agree("left", credit["available_cents"], LESSON_CENTS - _CREDIT_CENTS)
        return f"{dollars(_CREDIT_CENTS)} of credit are set aside for another lesson"

    def bad_card_is_chosen(self) -> str:
        """A card that grants every hold and refuses every capture."""
        stage, rival = self.stage, self.stage.rival
        rival.sign_in()
        saved = rival.api.post("/payment-methods", {"token": "pm_card_fails_capture"})
        held = rival.api.post("/bookings", stage.proposal(self._at(12)))
        stage.confirm(
            rival,
            held["booking_id"],
            payment_method_id=saved["payment_method_id"],
            fingerprint=self._quote(rival, 0)["fingerprint"],
        )
        self._unpaid = stage.booking(rival, held["booking_id"])
        return "the other student books, with a card that will not pay"

    def both_are_taught(self) -> str:
        """A day later one is settled, its credit spent; the other's card refuses."""
        stage, student, rival = self.stage, self.stage.student, self.stage.rival
        stage.move_to(start_of(self._unpaid) - DAY + MINUTE, student, rival)
        held = stage.payment_in_state(student, self._credited["booking_id"], "authorized")
        agree("held", held["card_amount_cents"], CARD_CENTS - _CREDIT_CENTS)
        stage.payment_in_state(rival, self._unpaid["booking_id"], "authorized")
        stage.move_to(end_of(self._unpaid) + MINUTE, stage.teacher)
        for lesson in (self._credited, self._unpaid):
            address = f"/bookings/{lesson['booking_id']}/complete"
            stage.teacher.api.post(address, {}, expect=200)
        stage.move_to(end_of(self._unpaid) + DAY + MINUTE, student, rival, stage.teacher)
        stage.payment_in_state(student, self._credited["booking_id"], "settled")
        credit = student.api.get("/credits")
        agree("set aside", credit["reserved_cents"], 0)
        agree("left", credit["available_cents"], LESSON_CENTS - _CREDIT_CENTS)
        agree("earned", self._net(self._credited), PAYOUT_CENTS)
        stage.payment_in_state(rival, self._unpaid["booking_id"], "payment_method_required")
        return f"both are taught: {dollars(PAYOUT_CENTS)} paid out for one, the other's card fails"

    def debt_is_paid(self) -> str:
        """After three days the platform pays the instructor, and the student owes it."""
        stage, rival = self.stage, self.stage.rival
        stage.move_to(platform_now(stage.anybody) + _GIVE_UP, rival, stage.teacher, stage.student)
        eventually("the debt", lambda: rival.api.get("/debts")["items"] or None)
        owed = rival.api.get("/debts")
        agree("owed", owed["owed_cents"], CARD_CENTS)
        eventually(
            "the instructor was paid all the same",
            lambda: self._net(self._unpaid) == PAYOUT_CENTS or None,
        )
        refused = rival.api.post("/bookings", stage.proposal(self._at(15, weeks=2)), expect=403)
        agree("no lesson meanwhile", refused["code"], "account_locked")
        cards = rival.api.get("/payment-methods")["items"]
        good = next(each for each in cards if each["brand"] == "visa" and each["is_default"])
        (debt,) = owed["items"]
        paid = rival.api.post(
            f"/debts/{debt['debt_id']}/payments",
            {"payment_method_id": good["payment_method_id"]},
            expect=200,
        )
        agree("owed afterwards", (paid["owed_in_all_cents"], paid["standing"]), (0, "ok"))
        stage.payment_in_state(rival, self._unpaid["booking_id"], "settled")
        return f"after three days {dollars(CARD_CENTS)} were owed, and paid from the app"

    def refund_is_made(self, booking_id: str) -> str:
        """Shown first, then done, once."""
        self.admin.sign_in()
        student, api = self.stage.student, self.admin.api
        payment_id = self.stage.payment(student, booking_id)["payment_id"]
        address = f"/admin/payments/{payment_id}"
        words = {"reason": "goodwill", "amount_cents": _REFUND_CENTS, "note": "The piano was flat."}
        shown = api.post(f"{address}/refund-previews", words, expect=200)
        done = {**words, "confirm_token": shown["confirm_token"]}
        refund = api.post(f"{address}/refunds", done, expect=200)
        again = api.post(f"{address}/refunds", done, expect=200)
        agree("the same proof again", again["refund_id"], refund["refund_id"])
        eventually("the refund", lambda: self._refunded(address))
        return f"the staff gave {dollars(_REFUND_CENTS)} back in two steps, on the platform's cost"

    def papers_are_right(self, booking_id: str) -> str:
        """A receipt as a page and as PDF, transactions, and earnings as a table."""
        student, teacher = self.stage.student, self.stage.teacher
        page = student.api.send("GET", f"/bookings/{booking_id}/receipt?format=html", 200).text
        for amount in (LESSON_CENTS, FEE_CENTS, _TIP_CENTS, _REFUND_CENTS):
            agree(f"{dollars(amount)} in the receipt", dollars(amount) in page, True)
        pdf = student.api.send("GET", f"/bookings/{booking_id}/receipt?format=pdf", 200).content
        agree("a PDF", pdf[:5], b"%PDF-")
        self.stage.rival.api.send("GET", f"/bookings/{booking_id}/receipt", 404)
        rows = student.api.get("/transactions")["items"]
        agree("in the history", booking_id in {each["booking_id"] for each in rows}, True)
        table = teacher.api.send("GET", "/earnings/export?format=csv", 200).content
        lines = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
        agree("columns", (lines[0][0], lines[0][-1]), ("Date", "Payment ID"))
        summary = teacher.api.get("/earnings/summary")
        agree("tips", summary["tips_cents"], _TIP_CENTS)
        return f"receipt, history and {len(lines) - 1} lines of earnings say the same"

    def money_leaves_at_once(self) -> str:
        """An instructor takes part of the balance now; the fee is shown before."""
        api = self.stage.teacher.api
        offer = api.get("/connect/instant-payouts")
        agree("enough", offer["available_cents"] >= _INSTANT_CENTS, True)
        key = {"Idempotency-Key": new_key()}
        taken = api.post("/connect/instant-payouts", {"amount_cents": _INSTANT_CENTS}, headers=key)
        again = api.post("/connect/instant-payouts", {"amount_cents": _INSTANT_CENTS}, headers=key)
        agree("asked twice", again, taken)
        return f"{dollars(_INSTANT_CENTS)} are on their way to the instructor's bank at once"

    def books_are_proved(self) -> str:
        """The night's comparison with the processor: both sides say the same."""
        stage, admin = self.stage, self.admin
        today = platform_now(stage.anybody)
        stage.move_to(_morning(today + DAY), admin)
        run = eventually("the night's comparison", lambda: self._run(today.date()))
        agree("differences", self._differences(today.date()), [])
        proof = admin.api.send(
            "GET", f"/admin/reconciliations/{today.date()}/proof?format=html", 200
        ).text
        agree("a page", "<!doctype html>" in proof.lower(), True)
        balance = admin.api.get("/admin/ledger/trial-balance")
        agree("balanced", (balance["imbalance_cents"], balance["balanced"]), (0, True))
        return f"{run['transactions']} movements at the processor are explained, to the cent"

    def _open_next_week(self) -> None:
        address = f"/instructors/me/availability/weeks/{self.stage.monday + _WEEK}"
        day = self.stage.date(TUESDAY) + _WEEK
        operation = {"op": "open", "date": str(day), "start": "10:00", "end": "18:00"}
        self.stage.teacher.api.patch(address, {"operations": [operation]})

    def _at(self, hour: int, *, weeks: int = 1) -> datetime:
        return self.stage.at(TUESDAY, hour) + weeks * _WEEK

    def _quote(self, person: Person, credit_cents: int) -> dict[str, Any]:
        quote: dict[str, Any] = person.api.post(
            "/pricing/quotes",
            {
                "instructor_id": self.stage.teacher.account_id,
                "service_id": self.stage.service_id,
                "location_type": "online",
                "duration_minutes": 60,
                "credit_cents": credit_cents,
            },
            expect=200,
        )
        return quote

    def _tipped(self, booking_id: str) -> dict[str, Any] | None:
        earned = self.stage.earned(booking_id)
        return earned if earned is not None and earned["tip_cents"] else None

    def _net(self, lesson: dict[str, Any]) -> int | None:
        return (self.stage.earned(lesson["booking_id"]) or {}).get("net_cents")

    def _refunded(self, address: str) -> bool | None:
        refunds = self.admin.api.get(address)["refunds"]
        return any(each["state"] == "succeeded" for each in refunds) or None

    def _differences(self, day: date) -> list[str]:
        items = self.admin.api.get(f"/admin/reconciliations/{day}/items?limit=100")["items"]
        return [each["reference"] for each in items if each["item_class"] not in _EXPLAINED]

    def _run(self, day: date) -> dict[str, Any] | None:
        runs = self.admin.api.get("/admin/reconciliations?limit=20")["items"]
        return next((dict(each) for each in runs if each["day"] == str(day)), None)


def _morning(moment: datetime) -> datetime:
    """Half an hour after the night's comparison began, UTC. Source: PY-85."""
    return moment.replace(hour=4, minute=30, second=0, microsecond=0)
