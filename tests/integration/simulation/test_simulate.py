"""`make simulate`: it reports what it did, draws it, and explains a failure as a short story."""

import re
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console
from typer.testing import CliRunner

from entrypoints.cli.__main__ import app
from entrypoints.simulation.driver import Asked, run
from entrypoints.simulation.sankey import dollars, sankey
from instainstru_core.kernel.money import Money
from instainstru_core.payments.model import planner
from instainstru_core.payments.model.outcomes import Share
from instainstru_core.pricing.model.quotes import PriceBreakdown
from instainstru_core.testing.simulation import writing
from instainstru_core.testing.simulation.run import simulate
from instainstru_core.testing.simulation.writing import write_script

SVG = "{http://www.w3.org/2000/svg}"


def asked(folder: Path, *, seeds: int = 2, workers: int = 1, bookings: int = 12) -> Asked:
    return Asked(seeds=seeds, first=1, bookings=bookings, workers=workers, folder=folder)


@pytest.mark.parametrize("workers", [1, 2])
def test_sound_seeds_are_summed_up_and_drawn(tmp_path: Path, workers: int) -> None:
    console = Console(record=True, width=120)
    assert run(asked(tmp_path, workers=workers), console) == 0
    told = console.export_text()
    assert "0 of them failed" in told
    assert "Steps of the domain" in told
    assert re.search(r"People\W+12\b", told)
    assert "lesson_completed_full_payout" in told
    page = (tmp_path / "index.html").read_text()
    assert "<h2>How the money of lessons ended</h2>" in page
    assert (tmp_path / "flows.svg").read_text() in page


def test_a_seed_with_too_few_bookings_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "REFUSED", 0.3)
    monkeypatch.setattr(writing, "SPARE", 0.0)
    console = Console(record=True, width=120)
    assert run(asked(tmp_path, seeds=1, bookings=30), console) == 1
    told = console.export_text()
    assert "0 of them failed" in told
    assert re.search(r"Seed 1 has \d+ of 30 bookings", told)
    few = re.search(r"Fewest bookings of a seed\W+(\d+)", told)
    assert few is not None
    assert int(few[1]) < 30


def test_as_many_processes_as_you_like_tell_the_same(tmp_path: Path) -> None:
    pages = []
    for workers in (1, 2):
        run(asked(tmp_path / str(workers), seeds=3, workers=workers), Console(quiet=True))
        pages.append((tmp_path / str(workers) / "flows.svg").read_text())
    assert pages[0] == pages[1]


def test_a_failure_is_told_again_in_few_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = planner._shares

    def wrong(share: Share, breakdown: PriceBreakdown) -> tuple[Money, Money, Money]:
        target, payout, commission = right(share, breakdown)
        if share is not Share.FULL_PAYOUT:
            return target, payout, commission
        return target, payout + Money(1), commission - Money(1)

    monkeypatch.setattr(planner, "_shares", wrong)
    console = Console(record=True, width=200)
    assert run(asked(tmp_path, seeds=1), console) == 1
    told = console.export_text()
    assert "each gets what the table says" in told
    found = re.search(r"make simulate SEED=1 BOOKINGS=12 ONLY=([\das,]+)", told)
    assert found is not None, told
    story = write_script(1, bookings=12).excerpt(found[1])
    assert len(story.steps) <= 4
    assert "each gets what the table says" in str(simulate(story).breach)
    assert 'class="bad"' in (tmp_path / "index.html").read_text()


def test_the_command_tells_one_seed_or_an_excerpt_of_it(tmp_path: Path) -> None:
    step = write_script(5, bookings=8).steps[0].number
    told = CliRunner().invoke(
        app,
        [
            "simulate",
            "--seed",
            "5",
            "--bookings",
            "8",
            "--only",
            str(step),
            "--folder",
            str(tmp_path),
        ],
    )
    assert told.exit_code == 0, told.output
    assert (tmp_path / "flows.svg").exists()


@pytest.mark.parametrize(
    ("options", "status"),
    [(["--only", "1"], 2), (["--seeds", "0"], 2), (["--seed", "1", "--only", "x"], 1)],
)
def test_what_makes_no_sense_is_refused(options: list[str], status: int, tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app, ["simulate", "--bookings", "5", "--folder", str(tmp_path), *options]
    )
    assert told.exit_code == status


FLOWS: Final = {
    ("processor_balance", "booking_escrow"): 100_00,
    ("booking_escrow", "instructor_payable"): 80_00,
    ("booking_escrow", "commission_revenue"): 20_00,
    ("auth_held", "auth_contra"): 999_99,
}


class TestPicture:
    def test_it_is_well_formed_and_says_what_it_shows(self) -> None:
        picture = ET.fromstring(sankey(FLOWS))
        assert picture.attrib["role"] == "img"
        title, told = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
        assert title is not None
        assert told is not None
        assert picture.attrib["aria-labelledby"] == f"{title.attrib['id']} {told.attrib['id']}"
        assert "Lessons to Instructors $80.00" in str(told.text)
        assert "$999.99" not in sankey(FLOWS)

    def test_a_ribbon_is_as_wide_as_its_money(self) -> None:
        picture = ET.fromstring(sankey(FLOWS))
        heights = {
            str(label.text): float(bar.attrib["height"])
            for bar, label in zip(
                picture.findall(f"{SVG}rect"), picture.findall(f"{SVG}text")[::2], strict=True
            )
        }
        assert heights["Instructors"] == pytest.approx(4 * heights["Commission"], rel=0.01)
        assert heights["Lessons"] == pytest.approx(heights["Cards"])

    def test_no_money_is_no_picture_but_no_error(self) -> None:
        assert ET.fromstring(sankey({})).findall(f"{SVG}rect") == []

    def test_amounts_are_written_for_people(self) -> None:
        assert dollars(1_234_567) == "$12,345.67"
