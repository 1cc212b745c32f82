"""The strip of a week's free time."""

import re

from entrypoints.web.pictures.week_strip import StripDay, free_minutes, week_strip


def bars(picture: str, kind: str) -> list[tuple[float, float]]:
    """Top and height of each bar of a kind."""
    found = re.findall(rf'class="{kind}"[^>]* y="([\d.]+)"[^>]* height="([\d.]+)"', picture)
    return [(float(top), float(high)) for top, high in found]


def test_time_is_drawn_where_it_is_in_the_day() -> None:
    day = StripDay.of_texts("Mon", [("08:00", "10:00"), ("20:30", "21:00")])
    assert bars(week_strip([day], label="Free"), "strip-free") == [(2, 10), (64.5, 2.5)]


def test_early_and_late_hours_are_there_when_somebody_uses_them() -> None:
    plain = week_strip([StripDay(name="Mon")], label="Free")
    assert 'height="85"' in plain
    early = StripDay.of_texts("Mon", [("06:30", "24:00")])
    assert 'height="110"' in week_strip([early], label="Free")


def test_lessons_lie_over_free_time() -> None:
    day = StripDay.of_texts("Mon", [("08:00", "10:00")], taken=[("08:00", "09:00")])
    picture = week_strip([day], label="Free")
    assert picture.index("strip-free") < picture.index("strip-taken")


def test_somebody_who_is_away_is_not_free() -> None:
    day = StripDay.of_texts("Mon", [("08:00", "10:00")], away=True)
    assert bars(week_strip([day], label="Free"), "strip-free") == []
    assert free_minutes([day]) == 0


def test_free_minutes_are_those_of_all_days() -> None:
    days = [StripDay.of_texts("Mon", [("08:00", "10:00")]), StripDay(name="Tue", free=((0, 30),))]
    assert free_minutes(days) == 150


def test_its_words_are_escaped_and_today_stands_out() -> None:
    picture = week_strip([StripDay(name="<b>", today=True)], label='"Free"')
    assert 'aria-label="&#34;Free&#34;"' in picture
    assert "&lt;b&gt;" in picture
    assert "strip-today" in picture
