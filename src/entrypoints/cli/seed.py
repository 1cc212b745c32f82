"""Fill the database, with a bar that shows how far it is."""

import json
from typing import Final

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from entrypoints.bootstrap import bulk, engine, past_of, ports, silent_processor
from entrypoints.seeding.plant import DemoAccount, load_documents, plant
from entrypoints.settings import Settings
from entrypoints.tiers import Tier

_DEMO_PASSWORD: Final = "Lessons-for-everyone-2030"  # noqa: S105 - of people that are made up

_ONBOARDING_SECONDS: Final = 10.0


def run(settings: Settings, *, instructors: int, console: Console) -> None:
    """Load the catalogue and the map; beside PROD add *instructors* sample people too.

    On INT everybody's password is the same and well known; elsewhere it is drawn anew. The
    demonstration's accounts are noted in `accounts.json` beside the demo's other data.
    """
    world = ports(settings)
    load_documents(world)
    if settings.tier is Tier.PROD:
        console.print("catalogue and map loaded; PROD gets no sample people")
        return
    password = _DEMO_PASSWORD if settings.tier is Tier.INT else world.secrets.token()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bars = Progress(*columns, TimeElapsedColumn(), console=console)
    with bars as bar, silent_processor(settings):
        task = bar.add_task("Seeding instructors", total=instructors)
        accounts = plant(
            world,
            bulk(engine(settings, connections=1)),
            instructors=instructors,
            password=password,
            onboard=_complete,
            past=past_of(settings),
            progress=lambda _what, count: bar.update(task, advance=count),
        )
    _note(settings, accounts)


def _complete(link: str) -> None:
    """Press the one button of the simulated processor's onboarding page."""
    httpx.post(link, timeout=_ONBOARDING_SECONDS, follow_redirects=False, trust_env=False)


def _note(settings: Settings, accounts: tuple[DemoAccount, ...]) -> None:
    path = settings.data_dir / "accounts.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"role": str(each.role), "email": each.email, "password": each.password}
        for each in accounts
    ]
    path.touch(mode=0o600)
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
