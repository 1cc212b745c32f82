"""Instructors' desk: profile and listing, services and prices, places, the calendar."""

from typing import Final

import pytest

from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import look, read, send
from tests.integration.web.signing import sign_in

PROFILE: Final = "/teach/profile"
SERVICES: Final = "/teach/services"
AREAS: Final = "/teach/areas"
CALENDAR: Final = "/teach/calendar"


@pytest.fixture
def jane(web: Client, beginning: Town) -> Client:
    """Jane's browser."""
    return sign_in(web, beginning, "jane")


def piano(town: Town) -> str:
    (offering,) = town.do("jane", "GET", "/instructors/me/offerings")["items"]
    return f"{SERVICES}/{offering['offering_id']}"


def test_a_profile_is_written(jane: Client) -> None:
    form = next(each for each in look(jane, PROFILE).slips if "bio" in each.fields)
    refused = send(jane, form, bio="short")
    assert refused.status_code == 422
    assert "short" in refused.text
    assert send(jane, form, zone="Mars/Base").status_code == 422
    said = {"bio": "I have taught piano for ten years.", "zone": "America/Chicago"}
    assert send(jane, form, **said).status_code == 303
    kept = next(each for each in look(jane, PROFILE).slips if "bio" in each.fields)
    assert kept.fields["bio"] == [said["bio"]]
    assert kept.fields["zone"] == [said["zone"]]


def test_a_zone_of_elsewhere_is_kept(jane: Client, beginning: Town) -> None:
    beginning.do("jane", "PATCH", "/instructors/me", {"zone": "Europe/Lisbon"})
    form = next(each for each in look(jane, PROFILE).slips if "bio" in each.fields)
    assert form.fields["zone"] == ["Europe/Lisbon"]


def test_a_listing_is_paused_and_goes_live_again(jane: Client) -> None:
    form = look(jane, PROFILE).form(f"{PROFILE}/pause")
    assert send(jane, form).status_code == 303
    page = look(jane, PROFILE)
    assert "Hidden" in page.text
    assert send(jane, page.form(f"{PROFILE}/go-live")).status_code == 303
    assert "Students can find you" in look(jane, PROFILE).text


def test_what_is_missing_keeps_a_listing_hidden(jane: Client, beginning: Town) -> None:
    form = look(jane, PROFILE).form(f"{PROFILE}/pause")
    send(jane, form)
    live = look(jane, PROFILE).form(f"{PROFILE}/go-live")
    withdraw = look(jane, piano(beginning)).form(f"{piano(beginning)}/withdraw")
    assert send(jane, withdraw).status_code == 303
    answer = send(jane, live)
    assert answer.status_code == 409
    assert "One thing is still missing:" in read(answer).text
    assert "You offer nothing yet" in look(jane, SERVICES).text


def test_prices_are_revised_above_the_floor(jane: Client, beginning: Town) -> None:
    assert "$120 an hour" in look(jane, SERVICES).text
    path = piano(beginning)
    form = next(each for each in look(jane, path).slips if "minutes" in each.fields)
    assert form.fields["minutes"] == ["30", "60", "90"]
    assert form.fields["price-studio"] == ["120"]
    refused = send(jane, form, **{"price-online": "59.99", "price-travel": "130"})
    assert refused.status_code == 422
    assert 'aria-describedby="h-price-online m-price-online"' in refused.text
    assert 'value="59.99"' in refused.text
    given = {"price-online": "92.50", "price-travel": "130", "price-studio": ""}
    assert send(jane, form, **given).status_code == 303
    page = look(jane, SERVICES)
    assert "$92.50 an hour" in page.text
    assert "$130 an hour" in page.text
    assert "At your studio" not in page.text
    kept = next(each for each in look(jane, path).slips if "minutes" in each.fields)
    assert kept.fields["price-online"] == ["92.50"]


def test_a_price_and_a_length_are_needed(jane: Client, beginning: Town) -> None:
    path = piano(beginning)
    form = next(each for each in look(jane, path).slips if "minutes" in each.fields)
    nothing = {f"price-{each}": "" for each in ("travel", "studio", "online")}
    page = read(send(jane, form, **nothing, minutes=[]))
    assert page.answer.status_code == 422
    assert "Please give a price for one way at least." in page.text
    assert "Please tick one length at least." in page.text
    assert "up to 1,000 dollars" in read(send(jane, form, **{"price-online": "1001"})).text


def test_a_service_is_added_once(web: Client, beginning: Town) -> None:
    sign_in(web, beginning, "mary")
    form = look(web, f"{SERVICES}/new").form(f"{SERVICES}/new")
    refused = send(web, form, service="", **{"price-online": "70"})
    assert refused.status_code == 422
    with beginning.ports.read() as reads:
        services = reads.catalog_pages.tree().shown_services()
    other = next(each for each in services if each.slug != "piano" and each.online_capable)
    typed = {"service": str(other.service_id), "minutes": ["45", "60"], "price-online": "70"}
    travelling = send(web, form, **typed, **{"price-travel": "100"})
    assert travelling.status_code == 409
    assert 'aria-describedby="h-price-travel m-price-travel"' in travelling.text
    form = read(travelling).form(f"{SERVICES}/new")
    typed = {**typed, "price-travel": ""}
    first, second = send(web, form, **typed), send(web, form, **typed)
    assert first.status_code == second.status_code == 303
    page = look(web, SERVICES)
    assert other.name in page.text
    assert "45 min" in page.text
    assert other.name not in look(web, f"{SERVICES}/new").text


def test_services_of_others_are_not_there(web: Client, beginning: Town) -> None:
    path = piano(beginning)
    sign_in(web, beginning, "mary")
    look(web, path, 404)
    assert web.post(f"{path}/withdraw").status_code == 404


def test_places_are_ticked_and_shown_on_the_map(jane: Client) -> None:
    page = look(jane, AREAS)
    assert page.answer.text.count('class="marked"') >= 3
    form = next(each for each in page.slips if each.action == AREAS)
    assert form.fields["areas"] == ["brooklyn"]
    assert send(jane, form, areas=["brooklyn", "flatbush", "astoria"]).status_code == 303
    kept = next(each for each in look(jane, AREAS).slips if each.action == AREAS)
    assert sorted(kept.fields["areas"]) == ["astoria", "brooklyn"]
    assert send(jane, form, areas=["atlantis"]).status_code == 422


def test_the_last_place_stays_while_a_service_travels(jane: Client) -> None:
    form = next(each for each in look(jane, AREAS).slips if each.action == AREAS)
    answer = send(jane, form, areas=[])
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def test_a_studio_is_set_and_given_up(web: Client, beginning: Town) -> None:
    sign_in(web, beginning, "mary")
    form = look(web, AREAS).form(f"{AREAS}/studio")
    refused = send(web, form, label="Loft", address="", region="nowhere")
    assert refused.status_code == 422
    assert "Please choose the neighborhood." in read(refused).text
    given = {"label": "Loft", "address": "5 Fifth Street", "region": "park-slope"}
    assert send(web, form, **given).status_code == 303
    form = look(web, AREAS).form(f"{AREAS}/studio")
    assert form.fields["address"] == ["5 Fifth Street"]
    assert send(web, form, label="The loft").status_code == 303
    assert send(web, form, remove="yes").status_code == 303
    assert look(web, AREAS).form(f"{AREAS}/studio").fields["address"] == [""]


def test_a_studio_in_use_stays(jane: Client) -> None:
    form = look(jane, AREAS).form(f"{AREAS}/studio")
    assert send(jane, form, remove="yes").status_code == 409


def test_the_calendar_behaves_as_it_is_told(jane: Client) -> None:
    form = next(each for each in look(jane, CALENDAR).slips if "between" in each.fields)
    assert send(jane, form, between="60", travel="30").status_code == 422
    assert send(jane, form, between="x").status_code == 422
    typed = {"between": "20", "travel": "45", "notice": "180", "overnight": []}
    assert send(jane, form, **typed).status_code == 303
    kept = next(each for each in look(jane, CALENDAR).slips if "between" in each.fields)
    assert kept.fields["between"] == ["20"]
    assert kept.fields["notice"] == ["180"]
    assert "overnight" not in kept.fields
    assert "3 hours before" in look(jane, CALENDAR).text


def test_the_settings_are_acknowledged(jane: Client) -> None:
    form = look(jane, CALENDAR).form(f"{CALENDAR}/acknowledge")
    assert send(jane, form).status_code == 303
    assert "Look at them once" not in look(jane, CALENDAR).text


def test_calendars_elsewhere_are_added_read_and_removed(jane: Client) -> None:
    form = next(each for each in look(jane, CALENDAR).slips if "url" in each.fields)
    for wrong in ("", "ftp://calendar.example.com/a.ics", "https://localhost/a.ics"):
        answer = send(jane, form, url=wrong)
        assert answer.status_code == 422
        form = next(each for each in read(answer).slips if "url" in each.fields)
        assert form.fields["url"] == [wrong]
    secret = "https://calendar.example.com/private-4f1c/basic.ics"
    assert send(jane, form, url=secret).status_code == 303
    page = look(jane, CALENDAR)
    assert "calendar.example.com/….ics" in page.text
    assert secret not in page.answer.text
    again = next(each for each in page.slips if "url" in each.fields)
    assert send(jane, again, url=secret).status_code == 409
    acts = {each.action.rsplit("/", 1)[1]: each for each in page.slips}
    assert send(jane, acts["refresh"]).status_code == 303
    assert jane.post(acts["remove"].action).status_code == 303
    assert "calendar.example.com/…" not in look(jane, CALENDAR).text


def test_the_address_of_a_feed_is_shown_once_and_ends(jane: Client) -> None:
    page = read(jane.post(f"{CALENDAR}/feed"))
    address = next(word for word in page.text.split() if word.endswith(".ics"))
    assert jane.get(address).status_code == 200
    assert address not in look(jane, CALENDAR).answer.text
    assert jane.post(f"{CALENDAR}/feed/remove").status_code == 303
    assert jane.get(address).status_code == 404
