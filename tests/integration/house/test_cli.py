"""The commands, and what they say when something is wrong."""

import json
import os
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from attrs import evolve
from typer.testing import CliRunner, Result

from adapters.system.clock import MovableClock
from entrypoints.cli.__main__ import app
from entrypoints.cli.checkup import examine
from entrypoints.cli.greeting import demo_accounts, greet
from entrypoints.database import allow_destruction, allow_tool, record_selection
from entrypoints.settings import Settings, read_settings
from entrypoints.supervisor.time_machine import parse_step
from entrypoints.tiers import Refused, Tier


def command(*words: str, **environment: str) -> Result:
    """Type a command."""
    empty = dict.fromkeys(("DATABASE_URL", "VALKEY_URL", "SITE_MODE", "DATA_DIR"))
    return CliRunner().invoke(app, list(words), env={**empty, **environment})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The settings of a laptop."""
    url = "postgresql://me:hunter2@127.0.0.1:1/shop_int"
    return read_settings({"DATABASE_URL": url, "DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("+24h", timedelta(hours=24)),
        ("90m", timedelta(minutes=90)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("+1D2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        (" 5s ", timedelta(seconds=5)),
    ],
)
def test_steps(text: str, step: timedelta) -> None:
    assert parse_step(text) == step


@pytest.mark.parametrize("text", ["", "+", "24", "-1h", "1h1d", "soon", "h", "1.5h", "99999d"])
def test_what_is_no_step_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="write it as"):
        parse_step(text)


def test_clock_moves_and_shows(tmp_path: Path) -> None:
    machine = MovableClock.at(tmp_path / "clock")
    assert command("clock", "+24h", "--data", str(tmp_path)).exit_code == 0
    assert machine.offset == timedelta(days=1)
    shown = command("clock", DATA_DIR=str(tmp_path))
    assert shown.exit_code == 0
    assert "1 day, 0:00:00 ahead" in shown.stdout


@pytest.mark.parametrize("words", [("clock",), ("clock", "+1h"), ("clock", "backwards")])
def test_clock_of_no_demo_is_refused(tmp_path: Path, words: tuple[str, ...]) -> None:
    result = command(*words, "--data", str(tmp_path))
    assert result.exit_code == 1
    assert "make demo" in result.stderr
    assert not (tmp_path / "clock").exists()


@pytest.mark.parametrize("name", ["migrate", "seed", "serve", "worker"])
def test_missing_settings_end_a_command_with_what_to_do(name: str) -> None:
    result = command(name)
    assert result.exit_code == 1
    assert "DATABASE_URL is not set" in result.stderr
    assert "Traceback" not in result.output


def test_doctor_names_every_ill(settings: Settings, tmp_path: Path) -> None:
    result = command("doctor", DATABASE_URL=settings.database_url, DATA_DIR=str(tmp_path))
    assert result.exit_code == 1
    assert "hunter2" not in result.output
    lines = [line.split() for line in result.stdout.splitlines() if line.strip()]
    assert [(line[0], line[1]) for line in lines] == [
        ("ok", "settings"),
        ("ill", "database"),
        ("ill", "valkey"),
    ]


def test_doctor_sees_a_database_that_is_behind(
    postgres_url: str, valkey_url: str, tmp_path: Path
) -> None:
    environment = {"DATABASE_URL": postgres_url, "VALKEY_URL": valkey_url}
    findings = {
        finding.what: finding for finding in examine({**environment, "DATA_DIR": str(tmp_path)})
    }
    assert findings["database"].is_well
    assert findings["valkey"].is_well
    assert not findings["schema"].is_well
    assert "migrate" in findings["schema"].says


def test_prod_opens_to_a_tool_only_for_who_types_its_name(settings: Settings) -> None:
    """Source: SE-39."""
    prod = evolve(settings, tier=Tier.PROD, database_url="postgresql://db.example/shop")
    with pytest.raises(Refused) as refusal:
        allow_tool(prod, is_interactive=False, ask=lambda _: "shop")
    assert refusal.value.code == "prod_access_non_interactive"
    with pytest.raises(Refused) as refusal:
        allow_tool(prod, is_interactive=True, ask=lambda _: "Shop")
    assert refusal.value.code == "prod_access_not_confirmed"
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "shop"

    allow_tool(prod, is_interactive=True, ask=answer)
    allow_tool(settings, is_interactive=False, ask=answer)
    assert len(asked) == 1


def test_destruction_is_free_on_int_meant_on_stg_and_never_on_prod() -> None:
    """Source: SE-41."""
    allow_destruction(Tier.INT, means_stg=False)
    allow_destruction(Tier.STG, means_stg=True)
    for tier, means_stg in ((Tier.STG, False), (Tier.PROD, False), (Tier.PROD, True)):
        with pytest.raises(Refused):
            allow_destruction(tier, means_stg=means_stg)


def test_each_selection_is_recorded_without_secrets(settings: Settings) -> None:
    """Source: SE-41, OP-3."""
    record_selection(settings, "migrate")
    path = record_selection(settings, "seed")
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    assert [entry["operation"] for entry in entries] == ["migrate", "seed"]
    assert {entry["tier"] for entry in entries} == {"INT"}
    assert set(entries[0]) == {"at", "user", "pid", "operation", "tier"}
    assert stat.S_ISREG(path.stat().st_mode)


def test_demo_greets_with_its_url_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo_accounts(tmp_path) == []
    account = {"role": "student", "email": "ann@demo.example", "password": "river stone 7"}
    (tmp_path / "accounts.json").write_text(json.dumps([account]))
    greet("http://127.0.0.1:8123", tmp_path)
    said = capsys.readouterr().out
    assert said.split("http", 1)[1].startswith("://127.0.0.1:8123")
    assert "ann@demo.example" in said
    assert "river stone 7" in said


def create_admin(password: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Create an administrator in a process of its own, the password on its standard input."""
    words = ("create-admin", "eve@example.com", "--first-name", "Eve", "--last-name", "Adams")
    return subprocess.run(
        [sys.executable, "-m", "entrypoints.cli", *words],
        env={**os.environ, **environment, "PYTHONPATH": "src"},
        input=f"{password}\n",
        capture_output=True,
        text=True,
        check=False,
    )


def test_new_database_is_made_ready_by_commands_alone(
    empty_url: str, valkey_url: str, tmp_path: Path
) -> None:
    """Migrate, create an administrator, and the doctor is content. Source: AC-43, SE-42."""
    environment = {
        "DATABASE_URL": empty_url,
        "VALKEY_URL": valkey_url,
        "DATA_DIR": str(tmp_path),
    }
    tried = command("migrate", "--dry-run", **environment)
    assert "schema at nothing, would go to" in tried.stdout
    assert {each.what for each in examine(environment) if not each.is_well} >= {"schema", "stamp"}
    migrated = command("migrate", **environment)
    assert migrated.exit_code == 0, migrated.output
    assert "INT" in migrated.stderr
    assert "nothing to do" in command("migrate", "--dry-run", **environment).stdout
    assert "would load" in command("seed", "--dry-run", **environment).stdout
    strong = "quiet river of seven stones"
    weak = create_admin("admin", environment)
    assert (weak.returncode, "Traceback" in weak.stderr) == (1, False)
    made = create_admin(strong, environment)
    assert made.returncode == 0, made.stderr
    assert strong not in made.stdout + made.stderr
    assert create_admin(strong, environment).returncode == 1
    findings = examine(environment)
    assert [(each.what, each.is_well) for each in findings] == [
        ("settings", True),
        ("database", True),
        ("schema", True),
        ("stamp", True),
        ("due work", True),
        ("books", True),
        ("chain", True),
        ("differences", True),
        ("reviews", True),
        ("authorisations", True),
        ("valkey", True),
    ]
    with psycopg.connect(empty_url) as connection:
        connection.execute(
            "INSERT INTO ledger_breaches (found_at, imbalance_cents, unsettled)"
            " VALUES ('2027-03-01T12:00:00Z', 7, 0)"
        )
    (books,) = [each for each in examine(environment) if each.what == "books"]
    assert not books.is_well, "PY-86: an open breach is an ill"
    assert "not balanced since 2027-03-01" in books.says
