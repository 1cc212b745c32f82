"""What is read out of calendars, good and bad. Source: spec 01 §11."""

from datetime import UTC, date, datetime, timedelta
from time import monotonic

import pytest

from adapters.icalendar.parser import FeedUnreadable, parse
from instainstru_core.availability.external.model.feed import FeedProblem, window
from instainstru_core.availability.model.private import PrivateBusy
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK, Zone
from tests.integration.external.calendars import (
    ENDLESS,
    GOOD,
    MALFORMED,
    NINE_TO_TEN,
    UNKNOWN_ZONES,
    calendar,
    event,
)

NOW = datetime(2030, 1, 7, 17, tzinfo=UTC)
WITHIN = window(NOW)


def read(content: bytes, zone: Zone = NEW_YORK) -> list[tuple[str, str]]:
    """Each busy span as its ends in UTC."""
    spans = sorted(parse(content, WITHIN, zone))
    return [(f"{each.starts_at:%m-%dT%H:%M}", f"{each.ends_at:%m-%dT%H:%M}") for each in spans]


def problem(content: bytes) -> FeedProblem:
    with pytest.raises(FeedUnreadable) as refused:
        parse(content, WITHIN, NEW_YORK)
    return refused.value.problem


def test_reads_when_and_nothing_else() -> None:
    assert read(GOOD) == [("01-08T14:00", "01-08T15:00")]


def test_an_empty_calendar_takes_nothing() -> None:
    assert read(calendar()) == []


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_malformed_is_refused_whole(name: str) -> None:
    """Issue, item 6."""
    assert problem(MALFORMED[name]) is FeedProblem.MALFORMED


def test_an_end_before_the_start_takes_the_time_between() -> None:
    backwards = event("DTSTART:20300108T140000Z", "DTEND:20300108T130000Z")
    assert read(calendar(backwards)) == [("01-08T13:00", "01-08T14:00")]


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_refused_in_time(name: str) -> None:
    """Issue, item 6: the process that reads it is ended, if it doesn't end by itself."""
    began = monotonic()
    assert problem(ENDLESS[name]) is FeedProblem.TOO_MANY_EVENTS
    assert monotonic() - began < 20


def test_who_waits_for_the_parser_waits_only_so_long() -> None:
    with pytest.raises(FeedUnreadable) as refused:
        parse(GOOD, WITHIN, NEW_YORK, patience_seconds=0.01)
    assert refused.value.problem is FeedProblem.TOO_MANY_EVENTS


@pytest.mark.parametrize("name", UNKNOWN_ZONES)
def test_a_zone_that_nobody_knows_is_refused(name: str) -> None:
    """Issue, item 6: guessing would leave time open that is taken."""
    assert problem(UNKNOWN_ZONES[name]) is FeedProblem.UNKNOWN_ZONE


def test_what_does_not_take_time_is_left_out() -> None:
    ours = "01JZ8Q5H3M7YB2K4N6P8R0T1V3@instainstru.com"
    when = ("DTSTART:20300109T140000Z", "DTEND:20300109T150000Z")
    content = calendar(
        event(*when, "TRANSP:TRANSPARENT", uid="a"),
        event(*when, "STATUS:CANCELLED", uid="b"),
        event("DTSTART:20300109T140000Z", uid="c"),
        event(*when, uid=ours),
        NINE_TO_TEN,
        "BEGIN:VTODO\nUID:d\nDTSTART:20300109T140000Z\nDUE:20300109T150000Z\nEND:VTODO",
    )
    assert read(content) == [("01-08T14:00", "01-08T15:00")]


def test_busy_time_alone_is_read_too() -> None:
    """Some calendars tell when their owner is busy and nothing else: RFC 5545, 3.6.4."""
    content = calendar(
        NINE_TO_TEN,
        "\n".join(
            [
                *("BEGIN:VFREEBUSY", "UID:f", "DTSTAMP:20300101T000000Z"),
                "FREEBUSY;FBTYPE=BUSY:20300109T140000Z/PT1H,20300110T140000Z/20300110T150000Z",
                "FREEBUSY:20300111T140000Z/PT30M",
                "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20300112T140000Z/PT1H",
                "FREEBUSY;FBTYPE=FREE:20300113T140000Z/PT1H",
                "FREEBUSY:20290101T140000Z/PT1H",
                "END:VFREEBUSY",
            ]
        ),
    )
    assert read(content) == [
        ("01-08T14:00", "01-08T15:00"),
        ("01-09T14:00", "01-09T15:00"),
        ("01-10T14:00", "01-10T15:00"),
        ("01-11T14:00", "01-11T14:30"),
        ("01-12T14:00", "01-12T15:00"),
    ]


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("FREEBUSY:whenever", FeedProblem.MALFORMED),
        ("FREEBUSY:20300109T150000Z/20300109T140000Z", FeedProblem.MALFORMED),
        (
            "FREEBUSY:" + ",".join(["20300109T140000Z/PT1H"] * 5_001),
            FeedProblem.TOO_MANY_EVENTS,
        ),
    ],
)
def test_busy_time_that_can_not_be_read_is_refused_whole(line: str, refused: FeedProblem) -> None:
    told = f"BEGIN:VFREEBUSY\nUID:f\nDTSTAMP:20300101T000000Z\n{line}\nEND:VFREEBUSY"
    assert problem(calendar(told)) is refused


def test_whole_days_and_floating_times_are_on_the_owners_clock() -> None:
    content = calendar(
        event("DTSTART;VALUE=DATE:20300109", "DTEND;VALUE=DATE:20300110", uid="a"),
        event("DTSTART;VALUE=DATE:20300112", uid="b"),
        event("DTSTART:20300110T090000", "DTEND:20300110T100000", uid="c"),
    )
    assert read(content) == [
        ("01-09T05:00", "01-10T05:00"),
        ("01-10T14:00", "01-10T15:00"),
        ("01-12T05:00", "01-13T05:00"),
    ]
    assert read(content, Zone("Australia/Lord_Howe"))[0] == ("01-08T13:00", "01-09T13:00")


def test_windows_names_of_zones_and_zones_that_come_along() -> None:
    zones = "\n".join(
        [
            *("BEGIN:VTIMEZONE", "TZID:Our house", "BEGIN:STANDARD", "DTSTART:19700101T000000"),
            *("TZOFFSETFROM:-0300", "TZOFFSETTO:-0300", "END:STANDARD", "END:VTIMEZONE"),
        ]
    )
    content = calendar(
        event("DTSTART;TZID=Eastern Standard Time:20300109T090000", "DURATION:PT1H", uid="a"),
        event("DTSTART;TZID=Our house:20300110T090000", "DURATION:PT1H", uid="b"),
        zones=zones,
    )
    assert read(content) == [("01-09T14:00", "01-09T15:00"), ("01-10T12:00", "01-10T13:00")]


def test_av10_repetitions_keep_their_wall_time_when_the_clocks_change() -> None:
    """March 10, 2030 in New York; one is left out, one is moved, and one is added."""
    zone = "TZID=America/New_York"
    content = calendar(
        event(
            f"DTSTART;{zone}:20300308T090000",
            f"DTEND;{zone}:20300308T100000",
            "RRULE:FREQ=DAILY;COUNT=5",
            f"EXDATE;{zone}:20300309T090000",
            f"RDATE;{zone}:20300315T090000",
        ),
        event(
            f"RECURRENCE-ID;{zone}:20300311T090000",
            f"DTSTART;{zone}:20300311T183000",
            f"DTEND;{zone}:20300311T190000",
        ),
    )
    assert read(content) == [
        ("03-08T14:00", "03-08T15:00"),
        ("03-10T13:00", "03-10T14:00"),
        ("03-11T22:30", "03-11T23:00"),
        ("03-12T13:00", "03-12T14:00"),
        ("03-15T13:00", "03-15T14:00"),
    ]


def test_a_repetition_without_an_end_reaches_the_horizon() -> None:
    """AV-20: the last day that can be booked is taken as well."""
    content = calendar(
        event("DTSTART:20290101T140000Z", "DTEND:20290101T150000Z", "RRULE:FREQ=DAILY")
    )
    spans = parse(content, WITHIN, NEW_YORK)
    busy = PrivateBusy.of_spans(spans, WITHIN)
    last = date(2030, 1, 7) + timedelta(days=365)
    assert {NOW.date() - timedelta(days=1), NOW.date(), last} <= {*busy.days}
    assert all(each.duration == timedelta(hours=1) for each in spans)
    assert Interval(WITHIN.starts_at, WITHIN.ends_at).duration == timedelta(days=369)
