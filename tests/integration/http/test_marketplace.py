"""Catalogue, places, profiles and search over HTTP, on real servers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import Engine

from adapters.postgres.places import PostgresPlaces
from adapters.postgres.roster import PostgresRoster
from adapters.postgres.supply import PostgresMarket
from entrypoints.http.config import HttpConfig
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.instructors.use_cases.mark_payable import MarkPayable, mark_payable
from instainstru_core.kernel.zones import NEW_YORK
from instainstru_core.places.use_cases.load_regions import load_regions
from instainstru_core.ports import Ports
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.regions import SMALL_CITY
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client, Join, Person
from tests.integration.http.serving import serving

PIANO = str(id_of(ServiceId, "piano"))
ORGAN = str(id_of(ServiceId, "organ"))
API = "/api/v1"
STUDIO = {"label": "Home", "address": "1 Main St", "lat": 40.67, "lng": -73.98}


@pytest.fixture
def market(ports: Ports, engine: Engine, config: HttpConfig) -> Iterator[Client]:
    """The API over a small catalogue and city, with nothing remembered of other tests."""
    load_catalog(small_catalog(), begin=ports.begin)
    load_regions(SMALL_CITY, begin=ports.begin)
    places = PostgresPlaces(engine)
    fresh = PostgresMarket(engine, PostgresRoster(engine, ports.clock), places)
    world = evolve(ports, places=places, market=fresh, rates=Unlimited())
    with serving(world, config) as client:
        client.headers["X-Client"] = "tests"
        yield client


@pytest.fixture
def maya(join: Join) -> Person:
    """Somebody who signed up to teach."""
    return join("maya@example.com", "instructor", first_name="Maya", last_name="Rivera")


def offer(market: Client, who: Person, **changes: Any) -> Any:
    body = {"service_id": PIANO, "hourly_rate_cents": 9000, "formats": ["online"]}
    return market.post(f"{API}/instructors/me/offerings", json=body | changes, headers=who.headers)


def go_live(market: Client, ports: Ports, who: Person) -> Any:
    """With a payout account that works."""
    mark_payable(
        MarkPayable(instructor_id=InstructorId.parse(who.account_id), payable=True),
        begin=ports.begin,
        clock=ports.clock,
    )
    return market.post(f"{API}/instructors/me/go-live", headers=who.headers)


def open_next_week(market: Client, ports: Ports, who: Person) -> str:
    """Nine to five online on every day of next week; returns its Tuesday."""
    today = NEW_YORK.today(ports.clock.now())
    monday = today + timedelta(days=7 - today.weekday())
    window = {"start": "09:00", "end": "17:00", "formats": ["travel", "studio", "online"]}
    days = {str(monday + timedelta(days=n)): [window] for n in range(7)}
    answer = market.put(
        f"{API}/instructors/me/availability/weeks/{monday}",
        json={"days": days},
        headers=who.headers | {"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    return str(monday + timedelta(days=1))


def test_the_catalogue_is_browsed_without_an_account(market: Client) -> None:
    """CA-15."""
    grid = market.get(f"{API}/catalog/categories")
    assert [each["slug"] for each in grid.json()["items"]] == ["tutoring", "music", "kids"]
    assert grid.headers["Cache-Control"] == "public, max-age=3600"
    music = market.get(f"{API}/catalog/categories/music").json()
    assert [each["slug"] for each in music["subcategories"]] == ["keys"]
    kids = market.get(f"{API}/catalog/categories/kids").json()
    assert [each["slug"] for each in kids["collected"]] == ["piano", "organ"]
    keys = market.get(f"{API}/catalog/categories/music/keys").json()
    assert keys["filters"] == {"style": ["jazz", "classical"]}
    assert market.get(f"{API}/catalog/services/piano").json()["service_id"] == PIANO
    assert len(market.get(f"{API}/catalog/services").json()["items"]) == 3


@pytest.mark.parametrize(
    "path",
    [
        "/catalog/categories/x",
        "/catalog/categories/tutoring/keys",
        "/catalog/services/x",
        "/regions/x",
        "/regions?borough=x",
        "/regions?borough=astoria",
        "/instructors/x",
        "/instructors/01JZ8Q5H3M7YB2K4N6P8R0T1V3",
        "/search?service=piano&region=x",
    ],
)
def test_what_is_not_there_is_404(market: Client, path: str) -> None:
    answer = market.get(API + path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_regions_are_listed(market: Client) -> None:
    """PL-2, PL-6."""
    found = market.get(f"{API}/regions", params={"borough": "brooklyn", "q": "SLOPE"}).json()
    assert [each["slug"] for each in found["items"]] == ["park-slope", "south-slope"]
    assert market.get(f"{API}/regions/south-slope").json()["part_of"] == "park-slope"
    assert market.get(f"{API}/zips/11215").json()["borough"] == "brooklyn"
    assert market.get(f"{API}/zips/nope").json()["in_city"] is False


def test_from_sign_up_to_being_found(market: Client, ports: Ports, maya: Person) -> None:
    """IN-1, IN-8, IN-12, IN-13, SR-36: the whole way, and back into hiding."""
    me = f"{API}/instructors/me"
    own = market.get(me, headers=maya.headers).json()
    assert (own["first_name"], own["last_initial"], own["is_live"]) == ("Maya", "R", False)
    way = market.get(f"{me}/onboarding", headers=maya.headers).json()
    assert way["missing"] == ["skills", "stripe_connect"]
    refused = market.post(f"{me}/go-live", headers=maya.headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "go_live_prerequisites")
    assert refused.json()["missing"] == ["skills", "stripe_connect"]

    bio = {"bio": "Scales first, then Chopin.", "zone": "America/New_York"}
    assert market.patch(me, json=bio, headers=maya.headers).json()["bio"] == bio["bio"]
    areas = market.put(f"{me}/service-areas", json={"regions": ["queens"]}, headers=maya.headers)
    assert areas.json()["service_areas"] == ["queens"]
    places = market.put(f"{me}/teaching-locations", json={"items": [STUDIO]}, headers=maya.headers)
    assert places.json()["teaching_locations"][0]["region"] == "park-slope"
    added = offer(
        market, maya, formats=["travel", "online"], rates={"travel": 12_000}, durations=[60, 45]
    )
    assert added.status_code == 201, added.text
    assert added.json()["rates"] == {"travel": 12_000, "online": 9000}
    assert added.json()["durations"] == [45, 60]

    assert market.get(f"{API}/instructors/{maya.account_id}").status_code == 404
    assert go_live(market, ports, maya).json()["is_live"] is True
    public = market.get(f"{API}/instructors/{maya.account_id}").json()
    assert public["name"] == "Maya R."
    assert public["service_area_summary"] == "Queens"
    (studio,) = public["teaching_locations"]
    assert (studio["lat"], studio["lng"]) != (STUDIO["lat"], STUDIO["lng"])
    assert "address" not in studio
    assert "Rivera" not in str(public)

    tuesday = open_next_week(market, ports, maya)
    query = {"service": "piano", "date": tuesday}
    found = market.get(f"{API}/search", params=query)
    assert found.status_code == 200, found.text
    (result,) = found.json()["items"]
    assert result["instructor_id"] == maya.account_id
    assert (result["format"], result["price_cents"]) == ("online", 9000)
    assert result["first_start_local"].endswith(", 09:00")
    assert result["regions"] == ["queens"]
    near = market.get(f"{API}/search", params=query | {"region": "astoria"}).json()["items"]
    assert [each["format"] for each in near] == ["travel"]
    nobody: list[dict[str, Any]] = [
        {"region": "flatbush"},
        {"after": "16:30"},
        {"before": "09:30"},
        {"duration": 90},
        {"rate_max": 8999},
        {"rate_min": 12_001},
        {"format": "studio"},
    ]
    for none in nobody:
        missed = market.get(f"{API}/search", params=query | none).json()
        assert (missed["items"], missed["total"]) == ([], 0), none

    paused = market.post(f"{me}/pause", headers=maya.headers)
    assert paused.json()["is_live"] is False
    assert market.get(f"{API}/search", params=query).json()["total"] == 0


def test_offerings_are_revised_and_withdrawn(market: Client, maya: Person) -> None:
    """CA-7, IN-6."""
    offering = offer(market, maya).json()
    path = f"{API}/instructors/me/offerings/{offering['offering_id']}"
    revised = market.patch(path, json={"hourly_rate_cents": 9500}, headers=maya.headers).json()
    assert revised["rates"] == {"online": 9500}
    low = market.patch(path, json={"rates": {"online": 5999}}, headers=maya.headers)
    assert (low.status_code, low.json()["code"]) == (422, "rate_below_floor")
    assert low.json()["formats"] == ["online"]
    assert market.delete(path, headers=maya.headers).status_code == 204
    assert market.delete(path, headers=maya.headers).status_code == 404
    listed = market.get(f"{API}/instructors/me/offerings", headers=maya.headers).json()
    assert [each["active"] for each in listed["items"]] == [False]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"formats": ["studio"]}, 409, "no_teaching_locations"),
        ({"formats": ["travel"]}, 409, "no_service_areas"),
        ({"hourly_rate_cents": 5000}, 422, "rate_below_floor"),
        ({"rates": {"travel": 9000}}, 422, "format_not_offered"),
        ({"service_id": ORGAN}, 422, "online_not_supported"),
        ({"service_id": "01JZ8Q5H3M7YB2K4N6P8R0T1V3"}, 422, "invalid_service"),
        ({"service_id": "x"}, 422, "validation_failed"),
        ({"durations": [61]}, 422, "validation_failed"),
        ({"durations": [60, 60]}, 422, "validation_failed"),
        ({"formats": []}, 422, "validation_failed"),
        ({"active": True}, 422, "validation_failed"),
    ],
)
def test_offerings_are_checked(
    market: Client, maya: Person, changes: dict[str, Any], status: int, code: str
) -> None:
    """CA-7…10, IN-3, IN-4."""
    answer = offer(market, maya, **changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_key_makes_adding_safe(market: Client, maya: Person) -> None:
    """SE-13: said again, not done again."""
    keyed = evolve(maya)
    headers = keyed.headers | {"Idempotency-Key": "add-the-piano-0001"}
    body = {"service_id": PIANO, "hourly_rate_cents": 9000}
    path = f"{API}/instructors/me/offerings"
    first = market.post(path, json=body, headers=headers)
    again = market.post(path, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert offer(market, maya).json()["code"] == "service_already_offered"


def test_places_are_checked(market: Client, maya: Person) -> None:
    """PL-1, PL-4, PL-24, IN-2."""
    me = f"{API}/instructors/me"

    def code(path: str, body: dict[str, Any]) -> tuple[int, str]:
        answer = market.put(f"{me}/{path}", json=body, headers=maya.headers)
        return answer.status_code, answer.json()["code"]

    assert code("service-areas", {"regions": ["atlantis"]}) == (422, "unknown_region")
    rome = STUDIO | {"lat": 41.9, "lng": 12.5}
    assert code("teaching-locations", {"items": [rome]}) == (422, "outside_region")
    blank = STUDIO | {"lat": 0, "lng": 0}
    assert code("teaching-locations", {"items": [blank]}) == (422, "invalid_coordinates")
    for name in ("Mars/Olympus", "", "EDT", "../etc/passwd"):
        zone = market.patch(me, json={"zone": name}, headers=maya.headers)
        assert (zone.status_code, zone.json()["field"]) == (422, "zone"), name
        assert [each["pointer"] for each in zone.json()["errors"]] == ["/zone"]
    nameless = {"items": [STUDIO | {"label": "  "}]}
    place = market.put(f"{me}/teaching-locations", json=nameless, headers=maya.headers)
    assert [each["pointer"] for each in place.json()["errors"]] == ["/items/0/label"]


def test_profiles_belong_to_instructors(market: Client, join: Join) -> None:
    """AC-41."""
    student = join("sam@example.com")
    for answer in (
        market.get(f"{API}/instructors/me", headers=student.headers),
        offer(market, student),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert market.get(f"{API}/instructors/me").status_code == 401


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "validation_failed"),
        ("service=x", "unknown_service"),
        ("service=piano&format=walk", "validation_failed"),
        ("service=piano&date=tomorrow", "validation_failed"),
        ("service=piano&date=2020-01-01", "invalid_filter"),
        ("service=piano&date=2030-01-01&from=2030-01-01", "invalid_filter"),
        ("service=piano&from=2030-01-08&to=2030-01-01", "invalid_filter"),
        ("service=piano&from=2030-01-01&to=2030-03-01", "invalid_filter"),
        ("service=piano&from=9999-12-31", "invalid_filter"),
        ("service=piano&after=18:01", "validation_failed"),
        ("service=piano&after=18:00&before=17:00", "invalid_filter"),
        ("service=piano&after=24:00", "invalid_filter"),
        ("service=piano&duration=61", "validation_failed"),
        ("service=piano&after=abc", "validation_failed"),
        ("service=piano&region=", "validation_failed"),
        ("service=piano&to=0001-01-01", "invalid_filter"),
        ("service=piano&duration=10", "validation_failed"),
        ("service=piano&limit=51", "validation_failed"),
        ("service=piano&rate_max=0", "validation_failed"),
        ("service=piano&rate_min=9001&rate_max=9000", "invalid_filter"),
        ("service=piano&cursor=nonsense", "invalid_cursor"),
        ("service=piano&cursor=WzFd", "invalid_cursor"),
        ("service=piano&cursor=WyJiZXN0IiwxLDIsMywieHkiXQ", "invalid_cursor"),
        ("service=piano&colour=red", "validation_failed"),
    ],
)
def test_searches_are_checked(market: Client, maya: Person, query: str, code: str) -> None:
    """SR-36, 04 §9: never a 500."""
    answer = market.get(f"{API}/search?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    if code in {"validation_failed", "invalid_filter"}:
        pointers = [each["pointer"] for each in answer.json()["errors"]]
        assert pointers
        assert all(each.startswith("/query") for each in pointers)
