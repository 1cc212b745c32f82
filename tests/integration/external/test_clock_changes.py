"""What other calendars take when the clocks change. Source: spec 01 §11, AV-10; RFC 5545."""

from datetime import UTC, datetime

import pytest

from adapters.icalendar.expand import busy_spans
from adapters.icalendar.parser import parse
from instainstru_core.availability.external.model.feed import window
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import Zone
from tests.integration.external.calendars import calendar, event

WITHIN = window(datetime(2027, 3, 1, tzinfo=UTC))
NY, LORD_HOWE = "America/New_York", "Australia/Lord_Howe"


def taken(*lines: str, zone: str = NY, zones: str = "") -> list[str]:
    """What an event takes, by the reader itself: most tests need no process of its own."""
    within = {"since": WITHIN.starts_at.timestamp(), "until": WITHIN.ends_at.timestamp()}
    spans = sorted(busy_spans(calendar(event(*lines), zones=zones), within | {"zone": zone}))
    return [
        "/".join(f"{datetime.fromtimestamp(each, UTC):%m-%dT%H:%M}" for each in ends)
        for ends in spans
    ]


def at(day: str, wall: str, zone: str | None) -> str:
    tzid = "" if zone is None else f";TZID={zone}"
    return f"DTSTART{tzid}:2027{day}T{wall}00"


@pytest.mark.parametrize("named", [True, False], ids=["zoned", "floating"])
@pytest.mark.parametrize(
    ("zone", "day", "wall", "lasting", "expected"),
    [
        # The hour is skipped on the way, or comes twice: three hours are three hours.
        (NY, "0314", "0030", "PT3H", "03-14T05:30/03-14T08:30"),
        (LORD_HOWE, "1003", "0130", "PT1H", "10-02T15:00/10-02T16:00"),
        # It begins at a time that the clocks skip: as much later as they do. RFC 5545, 3.3.5.
        (NY, "0314", "0230", "PT1H", "03-14T07:30/03-14T08:30"),
        (NY, "0314", "0215", "PT30M", "03-14T07:15/03-14T07:45"),
        (LORD_HOWE, "1003", "0210", "PT15M", "10-02T15:40/10-02T15:55"),
        # It begins at a time that comes twice: the first one.
        (NY, "1107", "0130", "PT15M", "11-07T05:30/11-07T05:45"),
        (LORD_HOWE, "0404", "0145", "PT10M", "04-03T14:45/04-03T14:55"),
    ],
)
def test_a_length_is_as_long_as_it_says(
    named: bool, zone: str, day: str, wall: str, lasting: str, expected: str
) -> None:
    start = at(day, wall, zone if named else None)
    assert taken(start, f"DURATION:{lasting}", zone=zone) == [expected]


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        (NY, "0314", "03-14T05:30/03-14T07:30"),
        (NY, "1107", "11-07T04:30/11-07T08:30"),
        (LORD_HOWE, "0404", "04-03T13:30/04-03T17:00"),
        (LORD_HOWE, "1003", "10-02T14:00/10-02T16:30"),
    ],
)
def test_an_end_is_where_the_clocks_show_it(zone: str, day: str, expected: str) -> None:
    end = f"DTEND;TZID={zone}:2027{day}T033000"
    assert taken(at(day, "0030", zone), end) == [expected]
    floating = end.replace(f";TZID={zone}", "")
    assert taken(at(day, "0030", None), floating, zone=zone) == [expected]


def test_an_event_inside_the_skipped_hour_is_not_lost() -> None:
    """Its end shows no later time than its start then, and yet it takes an hour."""
    end = f"DTEND;TZID={NY}:20270314T033000"
    (span,) = parse(calendar(event(at("0314", "0230", NY), end)), WITHIN, Zone(NY))
    assert span == Interval(
        datetime(2027, 3, 14, 7, 30, tzinfo=UTC), datetime(2027, 3, 14, 8, 30, tzinfo=UTC)
    )


def test_every_day_means_that_day_too() -> None:
    """Half past two each night: what the clocks skip comes an hour later, and takes an hour."""
    end, daily = f"DTEND;TZID={NY}:20270313T033000", "RRULE:FREQ=DAILY;COUNT=3"
    assert taken(at("0313", "0230", NY), end, daily) == [
        "03-13T07:30/03-13T08:30",
        "03-14T07:30/03-14T08:30",
        "03-15T06:30/03-15T07:30",
    ]


@pytest.mark.parametrize("length", [f"DTEND;TZID={NY}:20270307T033000", "DURATION:PT3H"])
def test_what_repeats_takes_the_time_of_either_reading(length: str) -> None:
    """RFC 5545 has it last three hours, calendars show it end at half past three."""
    weekly = "RRULE:FREQ=WEEKLY;UNTIL=20270321T120000Z"
    assert taken(at("0307", "0030", NY), length, weekly) == [
        "03-07T05:30/03-07T08:30",
        "03-14T05:30/03-14T08:30",
        "03-21T04:30/03-21T07:30",
    ]
    autumn = length.replace("0307", "1031"), "RRULE:FREQ=WEEKLY;COUNT=2"
    assert taken(at("1031", "0030", NY), *autumn) == [
        "10-31T04:30/10-31T07:30",
        "11-07T04:30/11-07T08:30",
    ]


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        (NY, "0314", "03-14T05:00/03-15T04:00"),
        (NY, "1107", "11-07T04:00/11-08T05:00"),
        (LORD_HOWE, "0404", "04-03T13:00/04-04T13:30"),
        (LORD_HOWE, "1003", "10-02T13:30/10-03T13:00"),
    ],
)
def test_a_whole_day_is_as_long_as_its_clocks_make_it(zone: str, day: str, expected: str) -> None:
    assert taken(f"DTSTART;VALUE=DATE:2027{day}", zone=zone) == [expected]


MINE = """BEGIN:VTIMEZONE
TZID:Mine
BEGIN:DAYLIGHT
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
END:VTIMEZONE"""


@pytest.mark.parametrize(
    ("day", "wall", "expected"),
    [
        ("0314", "0030", "03-14T05:30/03-14T06:30"),
        ("0314", "0130", "03-14T06:30/03-14T07:30"),
        ("0314", "0230", "03-14T07:30/03-14T08:30"),
        ("0314", "0330", "03-14T07:30/03-14T08:30"),
        ("1107", "0230", "11-07T07:30/11-07T08:30"),
    ],
)
def test_a_zone_of_the_calendars_own_changes_its_clocks_too(
    day: str, wall: str, expected: str
) -> None:
    start = at(day, wall, "Mine")
    assert taken(start, "DURATION:PT1H", zone="Asia/Tokyo", zones=MINE) == [expected]
