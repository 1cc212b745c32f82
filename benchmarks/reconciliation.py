"""How long a night with 100 000 payments takes: a PostgreSQL of its own, a processor in memory.

Each payment is a charge with a fee and a transfer: 200 000 movements, 200 000 references, 100 000
journals of fees to post; one in a thousand differs. Run it with
`PYTHONPATH=src:. python -m benchmarks.reconciliation [payments]`.
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

from sqlalchemy import Engine, text

from adapters.embedded.postgres import postgres_server
from adapters.postgres.engine import postgres_engine
from adapters.postgres.outbox import Routes
from adapters.postgres.schema import create_schema
from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.ids import Ulids
from adapters.system.serialization import Serializer
from adapters.system.signing import Ed25519Signer
from instainstru_core.payments.model.processor import BalanceKind
from instainstru_core.payments.use_cases.books.seal_journals import seal_journals
from instainstru_core.payments.use_cases.books.verify_chain import verify_chain
from instainstru_core.payments.use_cases.reconciliation.reconcile_day import reconcile_day
from instainstru_core.testing.fakes.books import FakeBooks
from instainstru_core.testing.fakes.clock import HandMovedClock

NIGHT: Final = datetime(2030, 1, 8, 4, tzinfo=UTC)
MORNING: Final = datetime(2030, 1, 7, 0, 30, tzinfo=UTC)
# Journals as `Ledger.post` leaves them, made in one statement each: the posting is not measured.
_JOURNALS: Final = """
    INSERT INTO journals (journal_id, journal_type, source_id, occurred_at)
    SELECT gen_random_uuid(), type, type || n, CAST(:at AS timestamptz)
    FROM generate_series(1, :payments) n, unnest(ARRAY['capture', 'transfer']) type
"""
_LINES: Final = """
    INSERT INTO journal_lines (journal_id, position, account, cents, processor_ref)
    SELECT journal_id, position,
           CASE position WHEN 0 THEN 'processor_balance' ELSE 'booking_escrow' END,
           (CASE journal_type WHEN 'capture' THEN 13440 ELSE -10560 END)
               * (1 - 2 * position),
           source_id
    FROM journals, generate_series(0, 1) position
"""
_WAITING: Final = "INSERT INTO unsealed_journals SELECT journal_id FROM journals"


def load(engine: Engine, payments: int) -> FakeBooks:
    """Our books of one day, and the processor's."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(_JOURNALS), {"payments": payments, "at": MORNING})
        connection.execute(text(_LINES))
        connection.execute(text(_WAITING))
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    books = FakeBooks()
    for n in range(1, payments + 1):
        wrong = n % 1000 == 0
        books.move(BalanceKind.CHARGE, f"capture{n}", 13440 + wrong, at=MORNING, fee_cents=420)
        books.move(BalanceKind.TRANSFER, f"transfer{n}", -10560, at=MORNING)
    return books


def main(payments: int) -> None:
    """Load, reconcile, reconcile again, seal and verify, and say how long each took."""
    with postgres_server(Path(tempfile.mkdtemp(prefix="ii-rec-")), remove_after=True) as server:
        engine = postgres_engine(server.ensure_database("reconciliation"), connections=4)
        create_schema(engine)
        clock = HandMovedClock(NIGHT)
        ids = Ulids(clock)
        units = PostgresUnits(engine, ids, clock, Serializer().dump, Routes(handlers={}))
        books = load(engine, payments)
        day = NIGHT.date() - timedelta(days=1)
        for what in ("reconciled", "again"):
            began = perf_counter()
            run = reconcile_day(day, begin=units.begin, gateway=books, ids=ids, clock=clock)
            took = perf_counter() - began
            print(f"{what}: {payments:,} payments in {took:.1f} s, {run.open_items:,} open")
        began = perf_counter()
        sealed = seal_journals(begin=units.begin)
        took = perf_counter() - began
        print(f"sealed: {sealed:,} journals in {took:.1f} s, {sealed / took:,.0f}/s")
        began = perf_counter()
        signer = Ed25519Signer.of(bytes(range(32)))
        verdict = verify_chain(read=units.read, signer=signer)
        took = perf_counter() - began
        print(f"verified: {verdict.journals:,} in {took:.1f} s, sound: {verdict.sound}")
        engine.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
