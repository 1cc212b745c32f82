"""What really became of a lesson: rows of the database, and effects at the processor."""

from collections import Counter
from typing import Any, Final
from uuid import UUID

import httpx
from attrs import define
from sqlalchemy import Engine, text

from entrypoints.bootstrap import engine
from entrypoints.settings import Settings
from instainstru_core.booking.ids import BookingId
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.use_cases.check_books import check_books
from instainstru_core.ports import Ports

MOVES_NO_MONEY: Final = frozenset({"account", "card", "detachment", "schedule"})
ONE_OF_EACH: Final = {"authorisation": 1, "capture": 1, "transfer": 1}
CALLED_ONCE: Final = ("authorise", "capture", "transfer")


@define
class Evidence:
    """Looks from beside: past the API, at what is on file."""

    settings: Settings
    ports: Ports
    _engine: Engine

    @classmethod
    def of(cls, settings: Settings, world: Ports) -> "Evidence":
        """The evidence of one platform."""
        return cls(settings, world, engine(settings, connections=2))

    def close(self) -> None:
        """Stop looking."""
        self._engine.dispose()

    def bookings_of(self, student_id: str) -> list[Any]:
        """Every booking that the student ever made."""
        return self._rows(
            "SELECT booking_id, status FROM bookings WHERE student_id = :student",
            student=OperationId.parse(student_id).value,
        )

    def bookings_with(self, instructor_id: str) -> list[Any]:
        """Every booking that was ever made with the instructor."""
        return self._rows(
            "SELECT booking_id, status, starts_at FROM bookings WHERE instructor_id = :instructor",
            instructor=OperationId.parse(instructor_id).value,
        )

    def name(self, booking_id: UUID) -> str:
        """The id as the API writes it."""
        return str(BookingId(booking_id))

    def payment_state(self, booking_id: str) -> str | None:
        """How far its money is."""
        rows = self._rows(
            "SELECT state FROM payments WHERE booking_id = :booking", booking=_uuid(booking_id)
        )
        return rows[0].state if rows else None

    def unfinished(self, now: Any) -> int:
        """How much is due and not done, dead work included, periodic work aside."""
        return int(
            self._rows(
                "SELECT count(*) AS n FROM work_items WHERE (dead OR due_at <= :now)"
                " AND handler NOT IN ('sweep_operations', 'check_books', 'watch_balance')",
                now=now,
            )[0].n
        )

    def dead(self) -> list[Any]:
        """Work that was given up, and why."""
        return self._rows("SELECT handler, last_error FROM work_items WHERE dead")

    def calls(self, booking_id: str) -> list[Any]:
        """Every call of the processor that was written down for the booking."""
        return self._rows(
            "SELECT o.operation_id, o.kind, o.state FROM payment_operations AS o"
            " JOIN payments USING (payment_id) WHERE booking_id = :booking",
            booking=_uuid(booking_id),
        )

    def effects(self) -> list[dict[str, Any]]:
        """Everything about money that really happened at the processor."""
        answer = httpx.get(
            f"{self.settings.processor_url}/effects",
            headers={"Authorization": f"Bearer {self.settings.keys.processor.hex()}"},
            timeout=10,
            trust_env=False,
        )
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return [each for each in found if each["kind"] not in MOVES_NO_MONEY]

    def lesson_is_paid_once(self, booking_id: str) -> None:
        """One payment, settled in full; each effect once; the books explain every cent."""
        (payment,) = self._rows(
            "SELECT * FROM payments WHERE booking_id = :booking", booking=_uuid(booking_id)
        )
        ended = (payment.state, payment.outcome)
        assert ended == ("settled", "lesson_completed_full_payout"), f"it ended as {ended}"
        calls = self.calls(booking_id)
        answers = sorted((each.kind, each.state) for each in calls)
        assert answers == [(kind, "succeeded") for kind in CALLED_ONCE], f"calls: {answers}"
        keys = {str(OperationId(each.operation_id)) for each in calls}
        happened = [each for each in self.effects() if each["key"] in keys]
        assert Counter(each["kind"] for each in happened) == ONE_OF_EACH, f"effects: {happened}"
        amounts = {each["kind"]: each["amount_cents"] for each in happened}
        assert amounts == {
            "authorisation": payment.card_amount_cents,
            "capture": payment.card_amount_cents,
            "transfer": payment.payout_cents,
        }
        assert payment.card_amount_cents == payment.lesson_price_cents + payment.student_fee_cents
        assert payment.payout_cents == payment.lesson_price_cents - payment.commission_cents
        sums = {
            row.account: int(row.cents)
            for row in self._rows(
                "SELECT account, sum(cents) AS cents FROM journal_lines"
                " WHERE payment_id = :payment GROUP BY account HAVING sum(cents) <> 0",
                payment=payment.payment_id,
            )
        }
        # What the processor kept is posted by the night's comparison, if there was a night.
        fee = sums.pop("processing_fee_expense", 0)
        expected = {
            "student_fee_revenue": -payment.student_fee_cents,
            "commission_revenue": -payment.commission_cents,
            "processor_balance": payment.card_amount_cents - payment.payout_cents - fee,
            "connect_balance": payment.payout_cents,
            "connect_owner": -payment.payout_cents,
        }
        assert sums == expected, f"the books say {sums}, not {expected}"

    def lesson_is_split_once(self, booking_id: str) -> None:
        """Called off late: each effect once, half of it credit, and the books explain it."""
        (payment,) = self._rows(
            "SELECT * FROM payments WHERE booking_id = :booking", booking=_uuid(booking_id)
        )
        ended = (payment.state, payment.outcome)
        assert ended == ("settled", "student_cancel_lt12_split_50_50"), f"it ended as {ended}"
        keys = {str(OperationId(each.operation_id)) for each in self.calls(booking_id)}
        happened = [each["kind"] for each in self.effects() if each["key"] in keys]
        assert Counter(happened) == ONE_OF_EACH, f"effects: {happened}"
        (lot,) = self._rows(
            "SELECT amount_cents FROM credit_lots WHERE payment_id = :payment",
            payment=payment.payment_id,
        )
        owed = self._rows(
            "SELECT -sum(cents) AS cents FROM journal_lines"
            " WHERE payment_id = :payment AND account = 'credit_available'",
            payment=payment.payment_id,
        )
        assert lot.amount_cents == owed[0].cents == (payment.lesson_price_cents + 1) // 2

    def nothing_is_amiss(self) -> None:
        """No dead work, no effect that nobody wrote down, none twice, and balanced books."""
        assert self.dead() == [], f"given up: {self.dead()}"
        known = {
            str(OperationId(row.operation_id))
            for row in self._rows("SELECT operation_id FROM payment_operations")
        }
        keys = [each["key"] for each in self.effects()]
        assert len(keys) == len(set(keys)), "an effect happened twice"
        assert set(keys) <= known, f"nobody wrote down {set(keys) - known}"
        (total,) = self._rows("SELECT coalesce(sum(cents), 0) AS cents FROM journal_lines")
        assert total.cents == 0
        check_books(read=self.ports.read, now=self.ports.clock.now())

    def _rows(self, query: str, **values: object) -> list[Any]:
        with self._engine.connect() as connection:
            return list(connection.execute(text(query), values).all())


def _uuid(booking_id: str) -> UUID:
    return BookingId.parse(booking_id).value
