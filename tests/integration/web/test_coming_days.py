"""The days that the search offers."""

from datetime import UTC, date, datetime

from entrypoints.web.coming_days import AHEAD, coming_days
from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import look


def test_they_begin_with_the_city_s_today() -> None:
    days = coming_days(datetime(2030, 1, 8, 3, 0, tzinfo=UTC))  # ten in the evening before
    assert (days[0], days[1], len(days)) == (date(2030, 1, 7), date(2030, 1, 8), AHEAD)


def test_a_day_beyond_them_stays_chosen(web: Client, place: Town) -> None:
    chosen = 'value="2030-03-01" selected'
    assert chosen in look(web, "/search?what=piano&date=2030-03-01").answer.text


def test_what_is_no_day_is_any_day(web: Client, place: Town) -> None:
    page = look(web, "/search?what=piano&date=soon").answer.text
    (_, days) = page.split('<select id="s-when"')
    assert " selected" not in days.split("</select>")[0]
