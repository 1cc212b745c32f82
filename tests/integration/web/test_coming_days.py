"""The days that the search offers."""

from datetime import UTC, date, datetime, timedelta

from entrypoints.web.coming_days import AHEAD, coming_days, day_options
from entrypoints.web.languages import Language
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


def test_the_chosen_day_is_marked_also_when_it_is_far() -> None:
    now = datetime(2030, 1, 8, 17, 0, tzinfo=UTC)
    near = day_options(now, date(2030, 1, 9), Language.ENGLISH)
    assert near.count("<option") == AHEAD + 1
    assert '<option value="2030-01-09" selected>Tomorrow</option>' in near
    far = day_options(now, date(2030, 6, 1), Language.ENGLISH)
    assert far.count("<option") == AHEAD + 2
    assert '<option value="2030-06-01" selected>Sat, Jun 1</option>' in far


def test_days_are_those_of_the_language_and_of_today() -> None:
    now = datetime(2030, 1, 8, 17, 0, tzinfo=UTC)
    english, spanish = (day_options(now, None, each) for each in Language)
    assert "Today" in english
    assert "Today" not in spanish
    tomorrow = day_options(now + timedelta(days=1), None, Language.ENGLISH)
    assert 'value="2030-01-09">Today' in tomorrow
    assert "selected" not in tomorrow
