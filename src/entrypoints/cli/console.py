"""What commands share: the consoles, the tier's colour, and errors that say what to do."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.prompt import Prompt

from entrypoints.settings import Settings, read_settings
from entrypoints.tiers import Tier, mask_url
from instainstru_core.kernel.errors import DomainError

out: Final = Console(soft_wrap=True)
err: Final = Console(stderr=True, soft_wrap=True)

_COLOURS: Final = {Tier.INT: "green", Tier.STG: "yellow", Tier.PROD: "red"}


@contextmanager
def reported() -> Iterator[None]:
    """End the command with status 1 and one clear line where something is refused or fails."""
    try:
        yield
    except (RuntimeError, ValueError, DomainError) as error:
        err.print(f"[bold red]error[/] {escape(str(error))}")
        raise typer.Exit(1) from error


def tool_settings(operation: str) -> Settings:
    """The settings of a command that opens a database: announced, recorded, allowed.

    Raises:
        Refused: They are not right, or PROD was not confirmed. Source: SE-39, SE-41.
    """
    from entrypoints.database import allow_tool, record_selection

    settings = read_settings(os.environ)
    colour = _COLOURS[settings.tier]
    url = escape(mask_url(settings.database_url))
    err.print(f"[bold {colour}]{settings.tier}[/] {operation} on {url}")
    allow_tool(settings, is_interactive=sys.stdin.isatty(), ask=Prompt.ask)
    record_selection(settings, operation)
    return settings
