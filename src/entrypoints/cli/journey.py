"""Play the journey and report it, step by step."""

import os
import time

import httpx
from rich.console import Console
from rich.markup import escape

from entrypoints.journey.client import Surprise
from entrypoints.journey.story import Journey

_ADMIN = ("admin@demo.instainstru.com", "Lessons-for-everyone-2030")


def main(url: str) -> int:
    """Play against the server at *url*; 0 when nothing surprised, else 1.

    `ADMIN_EMAIL` and `ADMIN_PASSWORD` name who may look at the books; the demo's by default.
    """
    console = Console(highlight=False)
    journey = Journey(
        base_url=url.rstrip("/"),
        admin_email=os.environ.get("ADMIN_EMAIL", _ADMIN[0]),
        admin_password=os.environ.get("ADMIN_PASSWORD", _ADMIN[1]),
    )
    console.print(f"[bold]From sign-up to payout[/] at {escape(url)}")
    begun = started = time.monotonic()
    number = 0
    try:
        for number, told in enumerate(journey.steps(), start=1):
            seconds = time.monotonic() - started
            console.print(f"[green]✔[/] {number:2}. {escape(told)} [dim]{seconds:.1f} s[/]")
            started = time.monotonic()
    except (Surprise, httpx.HTTPError, KeyError, ValueError) as surprise:
        console.print(f"[bold red]✘[/] {number + 1:2}. {type(surprise).__name__}: ", end="")
        console.print(escape(str(surprise)))
        return 1
    console.print(f"[bold green]{number} steps, no surprise[/], {time.monotonic() - begun:.1f} s")
    return 0
