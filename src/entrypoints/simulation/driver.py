"""Runs seeds on several processors, and tells what became of them."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import Final

from attrs import frozen
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from entrypoints.simulation.page import write_pages
from entrypoints.simulation.sankey import dollars
from entrypoints.simulation.summary import Summary
from instainstru_core.testing.simulation.run import Told, simulate
from instainstru_core.testing.simulation.script import Script
from instainstru_core.testing.simulation.shrink import shrink
from instainstru_core.testing.simulation.writing import write_script

SHRINK_TRIES: Final = 250
MAX_FAILURES: Final = 3


@frozen(kw_only=True)
class Asked:
    """What to simulate: so many seeds from *first*, or an excerpt (*only*) of one."""

    seeds: int
    first: int
    bookings: int
    workers: int
    folder: Path
    only: str | None = None

    def script(self, seed: int) -> Script:
        """The story of *seed*."""
        whole = write_script(seed, bookings=self.bookings)
        return whole if self.only is None else whole.excerpt(self.only)


def tell(asked: Asked, seed: int) -> tuple[Told, float]:
    """Run one seed; what came of it, and how long a processor was busy with it."""
    script = asked.script(seed)
    began = time.process_time()
    told = simulate(script)
    return told, time.process_time() - began


def run(asked: Asked, console: Console) -> int:
    """Simulate, and report; 0 when every seed was sound and whole, else 1."""
    began = time.monotonic()
    summary = Summary()
    with Progress(
        TextColumn("[bold]{task.description}[/]"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        task = progress.add_task("Simulating", total=asked.seeds, told="")
        for told, seconds in _all(asked):
            summary.add(told, seconds)
            bookings = sum(each.bookings for each in summary.told)
            progress.update(
                task,
                advance=1,
                told=f"{bookings:,} bookings, {summary.events_a_second:,} steps/s",
            )
            if len(summary.failed) >= MAX_FAILURES:
                break
    elapsed = time.monotonic() - began
    page = write_pages(summary, asked.folder, elapsed=elapsed)
    _report(summary, console, elapsed=elapsed)
    console.print(f"[dim]picture and tables[/] {escape(str(page))}")
    for told in summary.failed:
        _explain(asked, told, console)
    short = [] if asked.only is not None else summary.shorter_than(asked.bookings)
    for told in short:
        console.print(
            f"[bold red]Seed {told.seed}[/] has {told.bookings:,} of {asked.bookings:,} bookings"
        )
    return 1 if summary.failed or short else 0


def _all(asked: Asked) -> Iterator[tuple[Told, float]]:
    """What came of each seed, as they come in."""
    seeds = iter(range(asked.first, asked.first + asked.seeds))
    if asked.workers == 1:
        for seed in seeds:
            yield tell(asked, seed)
        return
    pool = ProcessPoolExecutor(max_workers=asked.workers)
    try:
        running = {pool.submit(tell, asked, seed) for seed in islice(seeds, 2 * asked.workers)}
        while running:
            done: set[Future[tuple[Told, float]]]
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                running |= {pool.submit(tell, asked, seed) for seed in islice(seeds, 1)}
                yield each.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _report(summary: Summary, console: Console, *, elapsed: float) -> None:
    table = Table(title="Simulated money", show_header=False, title_justify="left")
    for what, figure in summary.figures(elapsed=elapsed):
        table.add_row(what, figure)
    console.print(table)
    endings = Table(title="How the money of lessons ended", title_justify="left")
    endings.add_column("Outcome")
    endings.add_column("Payments", justify="right")
    for outcome, count in summary.outcomes.most_common():
        endings.add_row(outcome, f"{count:,}")
    console.print(endings)
    card = summary.flows["processor_balance", "booking_escrow"]
    console.print(f"Cards paid [bold]{dollars(card)}[/] for lessons.")


def _explain(asked: Asked, told: Told, console: Console) -> None:
    """Say what broke, and find the shortest story that still breaks."""
    console.print(f"[bold red]Seed {told.seed}[/] {escape(str(told.breach))}")
    if told.at is not None:
        console.print(f"  while time passed until, or in, step {escape(str(told.at))}")
    whole = write_script(told.seed, bookings=asked.bookings)
    with console.status("Looking for the shortest story that fails alike") as status:
        small = shrink(
            asked.script(told.seed),
            _fails_alike(told, status.update),
            tries=SHRINK_TRIES,
        )
    console.print(f"  {len(small.steps)} of {len(whole.steps)} steps are enough:")
    for step in small.steps:
        console.print(f"    {escape(str(step))}", highlight=False)
    again = f"make simulate SEED={told.seed} BOOKINGS={asked.bookings} ONLY={small.named(whole)}"
    console.print("  Tell it again with", f"[bold]{escape(again)}[/]", soft_wrap=True)


def _fails_alike(told: Told, say: Callable[[str], None]) -> Callable[[Script], bool]:
    """Whether a script breaks the same rule: what stands before the first colon."""
    rule = str(told.breach).partition(":")[0]

    def fails(script: Script) -> bool:
        say(f"Does it fail alike with {len(script.steps)} steps?")
        found = simulate(script)
        return found.breach is not None and found.breach.partition(":")[0] == rule

    return fails
