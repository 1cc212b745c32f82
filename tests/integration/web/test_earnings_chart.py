"""Bars of earnings, and amounts as people type them."""

import pytest

from entrypoints.web.pictures.earnings import Bar, earnings_chart
from entrypoints.web.teaching import cents_of


def bar(arrived: int, coming: int = 0) -> Bar:
    return Bar(name="1/8", arrived=arrived, coming=coming, said=f"{arrived} & {coming}")


def test_the_highest_bar_is_as_high_as_the_picture() -> None:
    drawn = earnings_chart([bar(5000), bar(7500, 2500)], label="Earned")
    assert drawn.count('class="ground"') == 2
    assert 'class="arrived" x="0" y="50.0" width="40" height="50.0"' in drawn
    assert 'class="arrived" x="50" y="25.0" width="40" height="75.0"' in drawn
    assert 'class="coming" x="50" y="0.0" width="40" height="25.0"' in drawn


def test_what_brought_nothing_or_less_is_no_bar() -> None:
    drawn = earnings_chart([bar(0), bar(-500), bar(100)], label="Earned")
    assert drawn.count('class="arrived"') == 1
    assert 'class="coming"' not in drawn


def test_without_bars_there_is_a_picture_all_the_same() -> None:
    assert 'role="img"' in earnings_chart([], label="Nothing yet")


def test_its_words_are_escaped() -> None:
    drawn = earnings_chart([bar(1)], label='<"1">')
    assert "<title>1 &amp; 0</title>" in drawn
    assert 'aria-label="&lt;&#34;1&#34;&gt;"' in drawn


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("90", 9000), (" $92.5 ", 9250), ("92,05", 9205), ("0", 0), ("999999.99", 99_999_999)],
)
def test_amounts_are_read_as_typed(typed: str, cents: int) -> None:
    assert cents_of(typed) == cents


@pytest.mark.parametrize("typed", ["", "-5", "1.234", "1,234.00", "ninety", "٩٠", "1e3", "1000000"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        cents_of(typed)
