"""Which of several failures a booking tells, and that a check tells them all: BK-11, AV-40."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from itertools import combinations
from typing import Any, Final

import pytest
from attrs import field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from instainstru_core.kernel.time import instant_text
from instainstru_core.testing.world import HOUR, NOON, PIANO
from tests.integration.http.refused_bookings import ORGAN, START
from tests.integration.http.routes import NOTHING
from tests.integration.http.town import HOME, TUESDAY, Ask, Town

SUNDAY: Final = "2030-01-06"
FAR: Final = {**HOME, "lat": 41.5}
ROWS: Final[dict[str, int]] = {
    "permission_denied": 1,
    "service_not_found": 3,
    "instructor_not_found": 3,
    "service_mismatch": 4,
    "self_booking": 4,
    "instructor_not_bookable": 5,
    "invalid_duration": 6,
    "nonexistent_local_time": 7,
    "invalid_start_time": 8,
    "crosses_midnight": 9,
    "in_past": 10,
    "insufficient_notice": 10,
    "overnight_protection": 11,
    "beyond_horizon": 12,
    "travel_not_offered": 13,
    "studio_not_offered": 13,
    "online_not_offered": 13,
    "price_below_floor": 13,
    "address_required": 14,
    "coordinates_required": 14,
    "outside_service_area": 14,
    "blackout_date": 15,
    "time_not_open": 16,
    "format_not_open": 16,
    "instructor_conflict": 17,
    "buffer_conflict": 17,
    "student_conflict": 18,
    "too_many_holds": 19,
}
"""The table; the standing of row 2 is told by its unit tests."""

BY_THE_WAY: Final = {"time_not_open"}
"""What other flaws bring along: nothing is open in the past, at night, or in a year."""


def _nothing(_: Town) -> None:
    """Only the request is wrong."""


@frozen(kw_only=True)
class Flaw:
    """Something that is wrong: in the request, as *needs* says, or in the world.

    Two flaws go together if they need nothing different. Worlds are made in the order of *turn*.
    """

    codes: tuple[str, ...]
    needs: Mapping[str, Any] = field(factory=dict)
    world: Callable[[Town], object] = _nothing
    turn: int = 0

    def __str__(self) -> str:
        return "+".join(self.codes)

    def agrees(self, other: "Flaw") -> bool:
        """Whether both can be wrong at once."""
        shared = self.needs.keys() & other.needs.keys()
        return all(self.needs[name] == other.needs[name] for name in shared)


def _offer(*formats: str) -> Callable[[Town], object]:
    def offer(town: Town) -> None:
        (piano,) = town.do("jane", "GET", "/instructors/me/offerings")["items"]
        path = f"/instructors/me/offerings/{piano['offering_id']}"
        town.do("jane", "PATCH", path, {"formats": list(formats)})

    return offer


def _cheap(town: Town) -> None:
    with town.engine.begin() as connection:
        cheap = "rate_online_cents = 1000, rate_travel_cents = 1000, rate_studio_cents = 1000"
        connection.execute(text(f"UPDATE offerings SET {cheap}"))


def _three_holds(town: Town) -> None:
    for day in range(1, 4):
        start = instant_text(START + timedelta(days=day))
        town.hold("anna", instructor_id=town.id_of("mary"), start=start)


FLAWS: Final = (
    Flaw(codes=("permission_denied",), needs={"who": "mary"}),
    Flaw(codes=("service_not_found",), needs={"service_id": NOTHING}),
    Flaw(codes=("instructor_not_found",), needs={"instructor_id": NOTHING}),
    Flaw(codes=("service_mismatch",), needs={"service_id": ORGAN}),
    Flaw(codes=("permission_denied", "self_booking"), needs={"who": "jane", "instructor_id": ""}),
    Flaw(
        codes=("instructor_not_bookable",),
        world=lambda town: town.do("jane", "POST", "/instructors/me/pause"),
        turn=3,
    ),
    Flaw(codes=("invalid_duration",), needs={"duration_minutes": 75}),
    Flaw(
        codes=("nonexistent_local_time",),
        needs={"date": "2030-03-10", "hour": "02", "minute": "30"},
    ),
    Flaw(codes=("invalid_start_time",), needs={"minute": "05"}),
    Flaw(codes=("crosses_midnight",), needs={"hour": "23", "minute": "30"}),
    Flaw(codes=("invalid_start_time", "crosses_midnight"), needs={"hour": "23", "minute": "35"}),
    Flaw(codes=("in_past",), needs={"date": SUNDAY, "notice": "none"}),
    Flaw(
        codes=("insufficient_notice",),
        needs={"date": str(TUESDAY), "notice": "a week"},
        world=lambda town: town.do(
            "jane", "PATCH", "/instructors/me/calendar-settings", {"min_advance_minutes": 10_080}
        ),
        turn=2,
    ),
    Flaw(
        codes=("overnight_protection",),
        needs={"date": str(TUESDAY), "hour": "08", "minute": "15", "night": True},
        world=lambda town: town.world.clock.set(NOON + 9 * HOUR),
        turn=4,
    ),
    Flaw(codes=("beyond_horizon",), needs={"date": str(TUESDAY + timedelta(days=366))}),
    Flaw(
        codes=("online_not_offered",),
        needs={"offer": "no online", "location_type": "online"},
        world=_offer("travel", "studio"),
        turn=2,
    ),
    Flaw(
        codes=("travel_not_offered",),
        needs={"offer": "no travel", "location_type": "student_location"},
        world=_offer("studio", "online"),
        turn=2,
    ),
    Flaw(
        codes=("studio_not_offered",),
        needs={"offer": "no studio", "location_type": "instructor_location"},
        world=_offer("travel", "online"),
        turn=2,
    ),
    Flaw(codes=("price_below_floor",), needs={"offer": "cheap"}, world=_cheap, turn=2),
    Flaw(
        codes=("address_required", "coordinates_required"),
        needs={"location_type": "student_location", "place": {}},
    ),
    Flaw(
        codes=("outside_service_area",),
        needs={"location_type": "neutral_location", "place": FAR},
    ),
    Flaw(
        codes=("blackout_date",),
        needs={"date": str(TUESDAY)},
        world=lambda town: town.do(
            "jane", "POST", "/instructors/me/blackouts", {"date": str(TUESDAY)}
        ),
        turn=2,
    ),
    Flaw(
        codes=("time_not_open",),
        needs={"date": str(TUESDAY), "planes": "none"},
        world=lambda town: town.open("jane", TUESDAY),
        turn=2,
    ),
    Flaw(
        codes=("format_not_open",),
        needs={"date": str(TUESDAY), "hour": "12", "planes": "studio", "location_type": "online"},
        world=lambda town: town.open(
            "jane", TUESDAY, {"start": "08:00", "end": "22:00", "formats": ["studio"]}
        ),
        turn=2,
    ),
    Flaw(
        codes=("instructor_conflict",),
        needs={"date": str(TUESDAY), "hour": "12", "taken": "then"},
        world=lambda town: town.book("bob"),
        turn=1,
    ),
    Flaw(
        codes=("buffer_conflict",),
        needs={
            "date": str(TUESDAY),
            "hour": "12",
            "minute": "00",
            "duration_minutes": 60,
            "taken": "right after",
        },
        world=lambda town: town.book("bob", start=instant_text(START + HOUR)),
        turn=1,
    ),
    Flaw(
        codes=("student_conflict",),
        needs={"who": "anna", "date": str(TUESDAY), "hour": "12"},
        world=lambda town: town.book("anna", instructor_id=town.id_of("mary")),
        turn=0,
    ),
    Flaw(
        codes=("too_many_holds",),
        needs={"who": "anna", "night": False},
        world=_three_holds,
        turn=1,
    ),
)


def expected(flaws: Collection[Flaw]) -> list[str]:
    """What must be told: all of it, but for what an earlier failure left unknown."""
    codes = {code for flaw in flaws for code in flaw.codes}
    rows = {ROWS[code] for code in codes}
    if 3 in rows:
        codes = {code for code in codes if ROWS[code] <= 3}
    if 7 in rows:
        codes = {code for code in codes if ROWS[code] not in {*range(8, 13), *range(15, 19)}}
    if "service_mismatch" in codes:
        codes = {code for code in codes if ROWS[code] not in {6, 13}}
    return sorted(codes, key=list(ROWS).index)


def _request(town: Town, flaws: Collection[Flaw]) -> tuple[str, dict[str, Any]]:
    """Who asks for what."""
    asked: dict[str, Any] = {
        "who": "anna",
        "service_id": str(PIANO),
        "date": str(TUESDAY),
        "hour": "12",
        "minute": "00",
        "duration_minutes": 60,
        "location_type": "online",
        "place": HOME,
    }
    for flaw in flaws:
        asked |= flaw.needs
    body = {name: asked[name] for name in ("service_id", "date", "duration_minutes")}
    body |= {name: asked[name] for name in ("location_type", "place")}
    body["instructor_id"] = asked.get("instructor_id") or town.id_of("jane")
    body["time"] = f"{asked['hour']}:{asked['minute']}"
    return asked["who"], body


def _see(town: Town, flaws: Collection[Flaw]) -> None:
    """A check tells all of it in order, and booking the first of it, which keeps nothing."""
    town.restore()
    for flaw in sorted(flaws, key=lambda each: each.turn):
        flaw.world(town)
    who, body = _request(town, flaws)
    token = town.token(who)
    before = town.state()
    checked = town.send(Ask(who=who, method="POST", path="/availability/checks", body=body), token)
    told = [each["code"] for each in checked.json()["failures"]]
    wanted = expected(flaws)
    extra = BY_THE_WAY if wanted and max(ROWS[code] for code in wanted) > 3 else set()
    assert set(wanted) <= set(told) <= {*wanted, *extra}, (wanted, told)
    assert [ROWS[code] for code in told] == sorted(ROWS[code] for code in told)
    booked = town.send(Ask(who=who, method="POST", path="/bookings", body=body), token)
    first = checked.json()["failures"][0]
    assert (booked.status_code, booked.json()["code"]) == (first["status"], first["code"])
    assert town.state() == before


@pytest.mark.parametrize("flaw", FLAWS, ids=str)
def test_each_row_is_told_by_itself(place: Town, flaw: Flaw) -> None:
    """BK-11: nothing else is told with it, unless it follows."""
    _see(place, [flaw])


def told_together(flaws: Collection[Flaw]) -> set[tuple[str, str]]:
    """Every two codes that are told of *flaws*, the first one first."""
    return set(combinations(expected(flaws), 2))


def every_two() -> list[list[Flaw]]:
    """Flaws that go together, so that every two codes that can be told at once are."""
    pairs = [list(pair) for pair in combinations(FLAWS, 2) if pair[0].agrees(pair[1])]
    left = set[tuple[str, str]]().union(*map(told_together, pairs))
    groups: list[list[Flaw]] = []
    for group in pairs:
        if told_together(group).isdisjoint(left):
            continue
        for flaw in FLAWS:
            more = [*group, flaw]
            fits = flaw not in group and all(flaw.agrees(each) for each in group)
            if fits and len(told_together(more) & left) > len(told_together(group) & left):
                group.append(flaw)
        left -= told_together(group)
        groups.append(group)
    return groups


def test_of_several_failures_the_first_is_told(place: Town) -> None:
    """BK-11: every two codes that can be told at once, in their order."""
    seen = set[tuple[str, str]]()
    for group in every_two():
        _see(place, group)
        seen |= told_together(group)
    assert len(seen) > 200


@settings(max_examples=5, deadline=None)
@given(flaws=st.permutations(FLAWS))
def test_of_many_failures_the_first_is_told(place: Town, flaws: list[Flaw]) -> None:
    """BK-11: as many rows as can fail together."""
    together: list[Flaw] = []
    for flaw in flaws:
        if all(flaw.agrees(each) for each in together):
            together.append(flaw)
    _see(place, together)
