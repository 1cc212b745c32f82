"""The README's example runs as it stands, and does what it says."""

import re
from pathlib import Path
from typing import Final

import pytest

README: Final = Path(__file__).parents[2] / "README.md"
EXAMPLE: Final = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_example_books_a_lesson(capsys: pytest.CaptureFixture[str]) -> None:
    """Documents don't lie: what is printed is the price of PR-9, to the cent."""
    (program,) = EXAMPLE.findall(README.read_text())
    exec(compile(program, str(README), "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.splitlines() == [
        "lesson_completed_full_payout",
        "processor_balance          24.30",
        "student_fee_revenue       -10.80",
        "commission_revenue        -13.50",
        "connect_balance            76.50",
        "connect_owner             -76.50",
    ]


def test_it_fits_one_screen() -> None:
    """Who wants to know what this is reads it to the end."""
    assert len(README.read_text().splitlines()) <= 80
