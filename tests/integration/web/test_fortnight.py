"""Two weeks at a glance, as a plain function."""

from datetime import date, timedelta

from entrypoints.web.pictures.fortnight import DayOfTwo, fortnight

MONDAY = date(2030, 1, 7)


def days(*starts: int) -> list[DayOfTwo]:
    return [
        DayOfTwo(date=MONDAY + timedelta(days=n), weekday="Mon", words=f"<{each}>", starts=each)
        for n, each in enumerate(starts)
    ]


def drawn(*starts: int) -> str:
    shown = (MONDAY, MONDAY + timedelta(days=1))
    return str(fortnight(days(*starts), way=lambda day: f"/x?a&from={day}", shown=shown, label="L"))


def test_days_with_times_lead_to_them() -> None:
    picture = drawn(3, 0, 40)
    assert 'aria-label="L"' in picture
    assert picture.count("<a ") == 2
    assert "/x?a&amp;from=2030-01-09" in picture
    assert "from=2030-01-08" not in picture
    assert "&lt;0&gt;" in picture
    assert picture.count('class="shown"') == 2


def test_bars_grow_with_the_times_and_never_out_of_the_picture() -> None:
    heights = [picture.split('height="')[3].split('"')[0] for picture in map(drawn, (0, 1, 20, 40))]
    assert [int(each) for each in heights] == [0, 5, 16, 28]
    assert 'height="28" rx' in drawn(200)
