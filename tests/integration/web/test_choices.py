"""What is chosen of a lesson, and what is left to choose."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.web.choices import Choices, Step
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.instructors.ids import InstructorId, OfferingId
from instainstru_core.instructors.model.offering import Offering
from instainstru_core.instructors.model.profile import Instructor
from instainstru_core.kernel.lessons import Format, LocationType
from instainstru_core.kernel.money import Money
from instainstru_core.places.model.gazetteer import Gazetteer
from instainstru_core.testing.contracts.regions import SMALL_CITY

CITY = Gazetteer(SMALL_CITY)
JANE = InstructorId.parse("01KE77A8R0RSEP2Y2HKFNZ4CH6")
START = "2030-01-08T23:00:00Z"


def offering(*formats: Format, durations: tuple[int, ...] = (30, 60, 90)) -> Offering:
    return Offering(
        offering_id=OfferingId.parse("01KE77A8R039167DT57VZYXX90"),
        instructor_id=JANE,
        service_id=id_of(ServiceId, "piano"),
        service_name="Piano",
        service_slug="piano",
        rates=dict.fromkeys(formats or tuple(Format), Money(100_00)),
        durations=durations,
    )


def chosen(offered: Offering | None = None, **given: str) -> Choices:
    jane = Instructor(
        instructor_id=JANE,
        first_name="Jane",
        last_initial="E",
        service_area=frozenset({"brooklyn"}),
    )
    return Choices.of(jane, offered or offering(), lambda name: given.get(name, ""), CITY)


def test_everything_is_asked_in_order() -> None:
    assert chosen().next_step is Step.HOW
    assert chosen(format="travel").next_step is Step.TIME
    assert chosen(format="travel", start=START).next_step is Step.PLACE
    assert chosen(format="travel", start=START, where="park-slope").next_step is Step.REVIEW
    assert chosen(format="online", start=START).next_step is Step.REVIEW


def test_only_what_is_needed_is_a_step() -> None:
    assert chosen(offering(Format.ONLINE)).steps == (Step.TIME, Step.REVIEW)
    assert chosen(format="studio").steps == (Step.HOW, Step.TIME, Step.REVIEW)
    assert chosen(format="travel").steps == tuple(Step)


def test_what_is_not_on_offer_is_not_chosen() -> None:
    found = chosen(offering(Format.TRAVEL, Format.STUDIO), format="online", minutes="61")
    assert found.format is None
    assert found.minutes == 60
    assert chosen(format="travel", where="astoria").region is None, "Jane does not come to Queens"
    assert chosen(format="travel", where="atlantis").region is None
    assert chosen(offering(durations=(45, 90))).minutes == 45


@pytest.mark.parametrize(
    "text", ["", "soon", "2030-01-08T23:00:00", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"]
)
def test_a_start_that_nobody_can_mean_is_none(text: str) -> None:
    assert chosen(start=text).start is None


def test_a_place_goes_with_those_who_travel() -> None:
    travels = chosen(format="travel", where="flatbush", at="neutral_location")
    assert travels.location is LocationType.NEUTRAL_LOCATION
    online = chosen(format="online", where="flatbush", at="neutral_location")
    assert online.location is LocationType.ONLINE
    assert "where" not in online.way()


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "format": st.sampled_from([*map(str, Format), "none"]),
            "minutes": st.sampled_from(["30", "60", "90", "999"]),
            "start": st.integers(0, 6_000_000_000).map(
                lambda seconds: datetime.fromtimestamp(946_800_000 + seconds, UTC).isoformat()
            ),
            "at": st.sampled_from(["student_location", "neutral_location", "online"]),
            "where": st.sampled_from(["park-slope", "flatbush", "astoria", "brooklyn"]),
        },
    )
)
def test_the_address_holds_all_that_counts(asked: Any) -> None:
    found = chosen(**asked)
    query: Any = {name: value for name, (value,) in parse_qs(urlsplit(found.way()).query).items()}
    again = chosen(**query)
    assert again.way() == found.way()
    assert again.next_step is found.next_step
    assert dict(again.fields()) == dict(found.fields()) == query


def test_a_way_can_take_a_choice_back() -> None:
    found = chosen(format="online", start=START)
    assert "start" not in found.way(start="")
    assert found.way(change=Step.TIME).endswith("&change=time")
    assert found.starting(datetime(2030, 1, 9, tzinfo=UTC)).way() != found.way()
