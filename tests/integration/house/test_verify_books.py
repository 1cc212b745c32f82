"""The command that looks at the chain of the books. Source: spec 02 §11.7."""

from pathlib import Path

from sqlalchemy import Engine, text
from typer.testing import CliRunner

from adapters.postgres.unit_of_work import PostgresUnits
from entrypoints.cli.__main__ import app
from entrypoints.cli.books import report
from instainstru_core.payments.ledger.chain import Fault, FaultKind, Verdict
from instainstru_core.payments.use_cases.books.seal_journals import seal_journals
from instainstru_core.testing.contracts.ledger import a_journal
from instainstru_core.testing.strategies.payments import Till


def test_the_command_finds_what_was_tampered_with(
    engine: Engine, units: PostgresUnits, postgres_url: str, valkey_url: str, tmp_path: Path
) -> None:
    journal = a_journal(Till.opened(), "one")
    with units.begin() as work:
        work.ledger.post([journal])
    seal_journals(begin=units.begin)
    environment = {
        "DATABASE_URL": postgres_url,
        "VALKEY_URL": valkey_url,
        "DATA_DIR": str(tmp_path),
        "SITE_MODE": None,
    }
    sound = CliRunner().invoke(app, ["verify-books"], env=environment)
    assert sound.exit_code == 0, sound.output
    assert "sound: looked at 1 journals" in sound.stdout
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("UPDATE journals SET source_id = 'two'"))
    found = CliRunner().invoke(app, ["verify-books"], env=environment)
    assert found.exit_code == 1
    assert "changed: no. 1 in the chain" in found.stdout


def test_a_report_names_each_fault_and_its_place() -> None:
    faults = (
        Fault(kind=FaultKind.REMOVED, seq=1200),
        Fault(kind=FaultKind.UNSEALED, journal_id="x"),
    )
    verdict = Verdict(journals=9, digests=1, waiting=0, head="a" * 64, faults=faults)
    lines = list(report(verdict))
    assert lines[:2] == ["removed: no. 1,200 in the chain", "unsealed: journal x"]
    assert lines[2].startswith("2 faults: looked at 9 journals and 1 signed days")
