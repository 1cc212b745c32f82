"""The times of a day as links, as a plain function."""

from datetime import UTC, datetime, timedelta

from entrypoints.web.languages import TONGUES, Language
from entrypoints.web.pictures.times import start_list
from instainstru_core.availability.model.free import FreeStart

ZONE = "America/New_York"
NINE = datetime(2030, 1, 8, 14, tzinfo=UTC)


def starts(count: int) -> list[FreeStart]:
    moments = [timedelta(minutes=15) * n for n in range(count)]
    return [
        FreeStart(f"{9 + step.seconds // 3600:02}:{step.seconds // 60 % 60:02}", NINE + step, ())
        for step in moments
    ]


def drawn(count: int, language: Language = Language.ENGLISH) -> str:
    return str(start_list(starts(count), "/x?a&b", ZONE, TONGUES[language].formats))


def test_each_start_is_a_link_on_the_wall_clock() -> None:
    html = drawn(2)
    assert html.count("<li>") == 2
    assert 'href="/x?a&amp;b&amp;start=2030-01-08T14:00:00Z"' in html
    assert "9:00" in html
    assert "9:15" in html


def test_a_long_day_shows_half_hours() -> None:
    assert drawn(11).count("<li>") == 11
    assert drawn(12).count("<li>") == 6
    assert "9:15" not in drawn(12)


def test_each_language_writes_its_own() -> None:
    assert drawn(2, Language.SPANISH) != drawn(2)
