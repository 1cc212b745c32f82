"""The books and the stores of payments in PostgreSQL, which judges them itself. Source: PY-80."""

from datetime import timedelta

import pytest
from attrs import evolve
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from adapters.postgres.outbox import Routes
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.serialization import Serializer
from instainstru_core.payments.events import LedgerBreached
from instainstru_core.payments.ids import JournalId
from instainstru_core.payments.model.processor import Authorised
from instainstru_core.testing.contracts.ledger import LedgerContract, a_journal
from instainstru_core.testing.contracts.payment_stores import (
    CardsContract,
    PaymentsContract,
    TiersContract,
    a_payment,
    an_operation,
)
from instainstru_core.testing.contracts.pricing_stores import PricingStoresContract
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import ROUTES_OF_MONEY, Till


@pytest.fixture
def till(engine: Engine) -> Till:
    ids, clock = CountedIds(), HandMovedClock(NOON)
    units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers=ROUTES_OF_MONEY))
    return Till.opened(begin=units.begin, read=units.read, ids=ids, clock=clock)


class TestPostgresLedger(LedgerContract):
    """The real one."""


class TestPostgresPayments(PaymentsContract):
    """The real one."""


class TestPostgresCards(CardsContract):
    """The real one."""


class TestPostgresPricing(PricingStoresContract):
    """Levels, and what they come from."""


class TestPostgresTiers(TiersContract):
    """The real one."""


_JOURNAL = text(
    "INSERT INTO journals (journal_id, journal_type, source_id, occurred_at)"
    " VALUES (:id, 'authorise', :id, now())"
)
_LINE = text(
    "INSERT INTO journal_lines (journal_id, position, account, cents)"
    " VALUES (:id, :position, 'auth_held', :cents)"
)


@pytest.mark.parametrize("lines", [[], [100, -99], [100]])
def test_py_80_an_unbalanced_journal_is_never_kept(
    engine: Engine, till: Till, lines: list[int]
) -> None:
    """Two lines or more that sum to zero, as the transaction ends: the database is the judge."""
    key = till.ids.new(JournalId).value

    def write() -> None:
        with engine.begin() as connection:
            connection.execute(_JOURNAL, {"id": key})
            for position, cents in enumerate(lines):
                connection.execute(_LINE, {"id": key, "position": position, "cents": cents})

    with pytest.raises(IntegrityError, match="lines that sum to"):
        write()


def test_py_80_a_line_can_not_be_added_later(engine: Engine, till: Till) -> None:
    journal = a_journal(till, "one")
    with till.begin() as work:
        work.ledger.post([journal])
    line = {"id": journal.journal_id.value, "position": 2, "cents": 1}
    with pytest.raises(IntegrityError, match="lines that sum to"), engine.begin() as connection:
        connection.execute(_LINE, line)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journals SET source_id = 'other'",
        "DELETE FROM journals",
        "UPDATE journal_lines SET cents = cents * 2",
        "DELETE FROM journal_lines",
    ],
)
def test_py_80_the_books_are_never_changed(engine: Engine, till: Till, change: str) -> None:
    with till.begin() as work:
        work.ledger.post([a_journal(till, "one")])
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("card_amount_cents = card_amount_cents + 1", "card_amount"),
        ("payout_cents = payout_cents - 1", "payout"),
        ("credit_cents = 99999, card_amount_cents = 0", "amount|credit"),
        ("state = 'settled'", "settled"),
        ("state = 'manual_review'", "review_reason"),
        ("state = 'gone'", "state"),
        ("outcome = 'lesson_completed_full_payout', state = 'authorized'", "settled"),
        ("failure_kind = 'capture'", "failure"),
    ],
)
def test_section_4_the_database_refuses_impossible_payments(
    engine: Engine, till: Till, change: str, constraint: str
) -> None:
    with till.begin() as work:
        work.payments.add(a_payment(till))
    with pytest.raises(IntegrityError, match=constraint), engine.begin() as connection:
        connection.execute(text(f"UPDATE payments SET {change}"))


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE payment_operations SET state = 'planned'", "sent_at"),
        ("UPDATE payment_operations SET kind = 'dance'", "kind"),
        ("UPDATE payment_operations SET slot = 'auth#1'", "payment_operations_slot_key"),
        (
            "UPDATE payment_operations SET processor_ref = 'pi_1'",
            "payment_operations_hold_key",
        ),
        (
            "UPDATE payment_operations SET kind = 'transfer', processor_ref = 'tr_1'",
            "payment_operations_transfer_key",
        ),
        ("UPDATE card_holds SET captured_cents = amount_cents + 1", "captured"),
        ("UPDATE card_holds SET status = 'captured'", "charge"),
        ("UPDATE card_holds SET status = 'active'", "card_holds_one_active_per_payment"),
        ("UPDATE card_holds SET intent = 'pi_1'", "card_holds_intent_key"),
    ],
)
def test_section_4_the_database_refuses_impossible_operations_and_holds(
    engine: Engine, till: Till, change: str, constraint: str
) -> None:
    payment = a_payment(till)
    first, second = (an_operation(till, payment, f"auth#{n}") for n in (1, 2))
    with till.begin() as work:
        kept = work.payments.add(payment)
        for operation, intent in ((first, "pi_1"), (second, "pi_2")):
            work.payment_operations.add(operation)
            work.payment_operations.save(operation.send(at=NOON).succeed(intent))
            granted = Authorised(intent=intent, amount=payment.breakdown.card_amount)
            held = kept.hold_money(operation.operation_id, granted, at=NOON)
            kept = work.payments.save(held.let_go())
    with pytest.raises(IntegrityError, match=constraint), engine.begin() as connection:
        connection.execute(text(change))


def test_py_86_one_breach_is_open_at_a_time(engine: Engine, till: Till) -> None:
    breach = LedgerBreached(imbalance_cents=1, unsettled=0, occurred_at=NOON)
    for hours in range(3):
        with till.begin() as work:
            found = evolve(breach, occurred_at=NOON + timedelta(hours=hours))
            work.ledger.open_breach(found)
    with till.begin() as work:
        work.ledger.close_breach(at=NOON + timedelta(hours=3))
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT found_at, mended_at FROM ledger_breaches")).all()
        told = connection.scalar(text("SELECT count(*) FROM events WHERE name = 'ledger.breach'"))
    assert [tuple(row) for row in kept] == [(NOON, NOON + timedelta(hours=3))]
    assert told == 1
