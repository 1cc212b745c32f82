"""The commands. Each imports what it needs when it runs, so that `--help` is quick."""

import importlib
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.prompt import Prompt

from entrypoints.cli.console import err, out, reported, tool_settings
from entrypoints.settings import read_settings
from entrypoints.tiers import Tier

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and stop.")]

app = typer.Typer(
    name="instainstru",
    help="Run and look after the lesson marketplace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def demo(
    *,
    port: Annotated[int | None, typer.Option(help="The API's port; 8000 if it is free.")] = None,
    data: Annotated[Path, typer.Option(help="Where its data are kept.")] = Path(".demo"),
) -> None:
    """Run the whole platform here, with sample people; Ctrl-C ends all of it."""
    from entrypoints.cli.greeting import greet
    from entrypoints.supervisor.demo import Demo, run

    with reported():
        run(
            Demo(data_dir=data, port=port),
            say=lambda news: err.print(f"[dim]demo[/] {escape(news)}"),
            greet=greet,
        )


@app.command()
def serve() -> None:
    """Serve the HTTP API, with the settings of the environment."""
    _become("entrypoints.http", "serve")


@app.command()
def worker() -> None:
    """Do the due work, with the settings of the environment."""
    _become("entrypoints.workers", "worker")


@app.command()
def migrate(*, dry_run: DryRun = False) -> None:
    """Bring the database to this release's schema, and stamp a new one with its tier."""
    with reported():
        settings = tool_settings("migrate")
        from entrypoints import database

        if dry_run:
            found = database.schema_state(settings)
            what = "nothing to do" if found.is_current else f"would go to {found.newest}"
            out.print(f"schema at [bold]{found.at or 'nothing'}[/], {what}")
            return
        state = database.migrate(settings)
        out.print(f"schema at [bold]{state.at or 'nothing'}[/]")


@app.command()
def seed(
    *,
    instructors: Annotated[int, typer.Option(min=1, help="How many instructors.")] = 300,
    i_mean_stg: Annotated[bool, typer.Option("--i-mean-stg", help="Allow it on STG.")] = False,
    dry_run: DryRun = False,
) -> None:
    """Fill the database with the catalogue and, beside PROD, with sample people."""
    with reported():
        settings = tool_settings("seed")
        from entrypoints.database import allow_destruction

        if settings.tier is not Tier.PROD:  # which gets the catalogue and the map, and no people
            allow_destruction(settings.tier, means_stg=i_mean_stg)
        if dry_run:
            people = 0 if settings.tier is Tier.PROD else instructors
            out.print(f"would load the catalogue, the map and {people} instructors")
            return
        seeding = importlib.import_module("entrypoints.cli.seed")
        seeding.run(settings, instructors=instructors, console=err)


@app.command()
def journey(
    *,
    url: Annotated[str, typer.Option(help="The server to play against.")] = "http://127.0.0.1:8000",
) -> None:
    """Play a lesson from sign-up to payout against a running server, and check every cent."""
    with reported():
        status: int = importlib.import_module("entrypoints.cli.journey").main(url)
    raise typer.Exit(status)


@app.command()
def simulate(
    *,
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 20,
    seed: Annotated[int | None, typer.Option(help="This one alone.")] = None,
    bookings: Annotated[int, typer.Option(min=1, help="Bookings of a seed.")] = 500,
    workers: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 2,
    only: Annotated[str | None, typer.Option(help="Only these steps of the seed: 3,17,20.")] = None,
    folder: Annotated[Path, typer.Option(help="Where the page goes.")] = Path("build/simulation"),
) -> None:
    """Let months of lessons and money go wrong in every way, and check every cent."""
    if only is not None and seed is None:
        raise typer.BadParameter("an excerpt is one of a --seed")
    with reported():
        driver = importlib.import_module("entrypoints.simulation.driver")
        asked = driver.Asked(
            seeds=seeds if seed is None else 1,
            first=1 if seed is None else seed,
            bookings=bookings,
            workers=workers if seed is None else 1,
            folder=folder,
            only=only,
        )
        status: int = driver.run(asked, out)
    raise typer.Exit(status)


@app.command()
def clock(
    step: Annotated[
        str, typer.Argument(help="`show`, or a step such as +24h, 90m, 1d12h.")
    ] = "show",
    *,
    data: Annotated[Path, typer.Option(envvar="DATA_DIR", help="The demo's data.")] = Path(".demo"),
) -> None:
    """Look at the demo's clock, or push it forward."""
    from entrypoints.supervisor.time_machine import demo_clock, parse_step

    with reported():
        machine = demo_clock(data / "clock")
        now = machine.now() if step == "show" else machine.move(parse_step(step))
        ahead = timedelta(seconds=round(machine.offset.total_seconds()))
        out.print(f"{now:%Y-%m-%d %H:%M:%S} UTC, {ahead} ahead")


@app.command()
def create_admin(
    email: Annotated[str, typer.Argument(help="The administrator's address.")],
    *,
    first_name: Annotated[str, typer.Option(prompt=True)],
    last_name: Annotated[str, typer.Option(prompt=True)],
) -> None:
    """Create an administrator; the password is asked for, or read from standard input."""
    with reported():
        settings = tool_settings("create-admin")
        from entrypoints.cli.staff import create

        is_person = sys.stdin.isatty()
        password = Prompt.ask("Password", password=True) if is_person else sys.stdin.readline()
        account_id = create(
            settings,
            email=email,
            password=password.rstrip("\n"),
            first_name=first_name,
            last_name=last_name,
        )
        out.print(f"administrator [bold]{account_id}[/] created")


@app.command()
def doctor() -> None:
    """Look at the settings, the database, Valkey and the work, and say what is wrong."""
    from entrypoints.cli.checkup import examine

    findings = examine(os.environ)
    for finding in findings:
        mark = "[green]ok[/]  " if finding.is_well else "[bold red]ill[/] "
        out.print(f"{mark} {finding.what:<14} {escape(finding.says)}")
    raise typer.Exit(0 if all(finding.is_well for finding in findings) else 1)


@app.command("verify-books")
def verify_books() -> None:
    """Look at every journal's seal and every signed day, and say what was tampered with."""
    with reported():
        settings = tool_settings("verify-books")
        books = importlib.import_module("entrypoints.cli.books")
        verdict = books.verify(settings)
    for line in books.report(verdict):
        out.print(escape(line))
    raise typer.Exit(0 if verdict.sound else 1)


def _become(module: str, operation: str) -> None:
    """Check the settings, then turn this process into the server: signals reach it directly."""
    with reported():
        settings = read_settings(os.environ)
    err.print(f"[dim]{operation}[/] as {settings.mode}")
    os.execv(sys.executable, [sys.executable, "-m", module])  # noqa: S606


if __name__ == "__main__":
    app()
