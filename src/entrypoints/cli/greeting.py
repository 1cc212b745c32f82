"""What the demo prints once it is ready."""

import json
from pathlib import Path

from rich.panel import Panel
from rich.table import Table

from entrypoints.cli.console import out


def greet(url: str, data_dir: Path) -> None:
    """Print where things are, and who can sign in."""
    # First, and on a line of its own: scripts read it.
    out.print(f"[bold green]Ready[/] at {url}")
    places = Table.grid(padding=(0, 2))
    places.add_row("API documentation", f"{url}/api/v1/docs")
    places.add_row("Mails that were sent", f"{url}/dev/outbox")
    places.add_row("Time machine", f"{url}/dev/clock  or  python -m entrypoints.cli clock +24h")
    places.add_row("One lesson, played", f"make journey URL={url}")
    places.add_row("Logs", str(data_dir / "logs"))
    out.print(Panel(places, title="InstaInstru", expand=False))
    accounts = demo_accounts(data_dir)
    if accounts:
        table = Table("Who", "E-mail", "Password", title="Sign in as", title_justify="left")
        for role, email, password in accounts:
            table.add_row(role, email, password)
        out.print(table)
    out.print("Ctrl-C ends everything.")


def demo_accounts(data_dir: Path) -> list[tuple[str, str, str]]:
    """Role, address and password of the accounts that seeding has left a note of."""
    note = data_dir / "accounts.json"
    if not note.exists():
        return []
    return [
        (each["role"], each["email"], each["password"]) for each in json.loads(note.read_text())
    ]
