"""What the routes of calendars refuse: weeks, blackouts, settings, free time, waitlists, feeds."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from instainstru_core.testing.world import MONDAY
from tests.integration.http.refusal import refused
from tests.integration.http.routes import NOTHING
from tests.integration.http.town import TUESDAY, Ask, Town

ME: Final = "/instructors/me"
AVAILABILITY: Final = f"{ME}/availability"
WEEK: Final = f"{AVAILABILITY}/weeks/{MONDAY}"
ANY: Final = {"If-Match": "*"}
WEEKS: Final = timedelta(weeks=1)
FEED: Final = "https://calendar.example.com/private/jane.ics"


def _put(*windows: Mapping[str, Any], day: date = TUESDAY, week: str = WEEK) -> Ask:
    """Jane saves a week with these windows on one day."""
    body = {"days": {str(day): list(windows)}}
    return Ask(who="jane", method="PUT", path=week, body=body, headers=ANY)


def _patch(*steps: Mapping[str, Any], **more: Any) -> Ask:
    return Ask(who="jane", method="PATCH", path=WEEK, body={"operations": list(steps)}, **more)


def _step(day: date = TUESDAY, **changes: Any) -> dict[str, Any]:
    return {"op": "close", "date": str(day), "start": "09:00", "end": "10:00", **changes}


@refused("too_many_windows", 422, "AV-5", pointer=f"/days/{TUESDAY}")
def forty_nine_windows(_: Town) -> Ask:
    return _put(*[{"start": "09:00", "end": "10:00"}] * 49)


@refused("invalid_time", 422, "AV-5", pointer=f"/days/{TUESDAY}/0/start")
def a_time_that_is_none(_: Town) -> Ask:
    return _put({"start": "9:00", "end": "10:00"})


@refused("invalid_time", 422, "AV-5", pointer="/operations/1/end")
def a_step_that_ends_after_midnight(_: Town) -> Ask:
    return _patch(_step(), _step(end="24:05"))


@refused("unaligned_time", 422, "AV-5", pointer=f"/days/{TUESDAY}/1/end")
def a_time_off_the_grid(_: Town) -> Ask:
    return _put({"start": "09:00", "end": "10:00"}, {"start": "11:00", "end": "11:03"})


@refused("invalid_range", 422, "AV-5", pointer=f"/days/{TUESDAY}/0/end")
def an_end_before_its_start(_: Town) -> Ask:
    return _put({"start": "10:00", "end": "09:00"})


@refused("invalid_formats", 422, "AV-5", pointer=f"/days/{TUESDAY}/0/formats")
def no_format_at_all(_: Town) -> Ask:
    return _put({"start": "09:00", "end": "10:00", "formats": []})


@refused("invalid_formats", 422, "AV-5", pointer=f"/days/{TUESDAY}/0/formats")
def a_format_of_another_world(_: Town) -> Ask:
    return _put({"start": "09:00", "end": "10:00", "formats": ["by_mail"]})


@refused("not_monday", 422, "AV-12")
def a_week_from_tuesday_on(_: Town) -> Ask:
    return _put(week=f"{AVAILABILITY}/weeks/{TUESDAY}")


@refused("week_mismatch", 422, "AV-12")
def a_date_of_another_week(_: Town) -> Ask:
    return _put(day=MONDAY + WEEKS)


@refused("week_mismatch", 422, "AV-12")
def a_step_in_another_week(_: Town) -> Ask:
    return _patch(_step(MONDAY - timedelta(days=1)))


@refused("precondition_required", 428, "AV-16")
def a_week_saved_unseen(_: Town) -> Ask:
    return Ask(who="jane", method="PUT", path=WEEK, body={"days": {}})


@refused("invalid_time", 422, "AV-16")
def what_is_wrong_is_told_before_the_missing_version(_: Town) -> Ask:
    body = {"days": {str(TUESDAY): [{"start": "x", "end": "10:00"}]}}
    return Ask(who="jane", method="PUT", path=WEEK, body=body)


@refused("version_conflict", 412, "AV-16")
def a_week_that_changed(town: Town) -> Ask:
    town.do("jane", "PATCH", WEEK, {"operations": [_step()]})
    stale = {"If-Match": f'"{"0" * 64}"'}
    return Ask(who="jane", method="PUT", path=WEEK, body={"days": {}}, headers=stale)


@refused("version_conflict", 412, "AV-17")
def a_patch_of_a_week_that_changed(_: Town) -> Ask:
    return _patch(_step(), headers={"If-Match": f'"{"0" * 64}"'})


@refused("version_conflict", 412, "AV-22")
def a_copy_onto_a_week_that_changed(_: Town) -> Ask:
    body = {"from_week": str(MONDAY), "to_week": str(MONDAY + 5 * WEEKS)}
    stale = {"If-Match": f'"{"0" * 64}"'}
    return Ask(who="jane", method="POST", path=f"{AVAILABILITY}/copies", body=body, headers=stale)


@refused("too_many_operations", 422, "AV-17", pointer="/operations")
def two_hundred_and_one_steps(_: Town) -> Ask:
    return _patch(*[_step()] * 201)


@refused("out_of_horizon", 422, "AV-20")
def a_year_and_a_day_ahead(_: Town) -> Ask:
    day = MONDAY + timedelta(days=366)
    week = f"{AVAILABILITY}/weeks/{day - timedelta(days=day.weekday())}"
    return _put({"start": "09:00", "end": "10:00"}, day=day, week=week)


@refused("same_week", 422, "AV-22", pointer="/to_week")
def a_copy_onto_itself(_: Town) -> Ask:
    body = {"from_week": str(MONDAY), "to_week": str(MONDAY)}
    return Ask(who="jane", method="POST", path=f"{AVAILABILITY}/copies", body=body)


@refused("not_monday", 422, "AV-22")
def a_copy_from_tuesday_on(_: Town) -> Ask:
    body = {"from_week": str(TUESDAY), "to_week": str(MONDAY)}
    return Ask(who="jane", method="POST", path=f"{AVAILABILITY}/copies", body=body)


def _pattern(first: date, last: date) -> Ask:
    body = {"from_week": str(MONDAY), "start_date": str(first), "end_date": str(last)}
    return Ask(who="jane", method="POST", path=f"{AVAILABILITY}/patterns", body=body)


@refused("invalid_range", 422, "AV-23", pointer="/end_date")
def a_pattern_that_ends_before_it_starts(_: Town) -> Ask:
    return _pattern(TUESDAY, MONDAY)


@refused("range_too_long", 422, "AV-23", pointer="/end_date")
def a_pattern_over_more_than_a_year(_: Town) -> Ask:
    return _pattern(TUESDAY, TUESDAY + timedelta(days=366))


@refused("out_of_horizon", 422, "AV-23")
def a_pattern_beyond_the_horizon(_: Town) -> Ask:
    return _pattern(MONDAY + timedelta(days=360), MONDAY + timedelta(days=366))


@refused("edit_not_found", 404, "spec 01 §11")
def an_undo_of_nothing(_: Town) -> Ask:
    return Ask(who="jane", method="POST", path=f"{AVAILABILITY}/history/{NOTHING}/undo")


@refused("edit_not_found", 404, "AC-56")
def an_undo_of_anothers_save(town: Town) -> Ask:
    saved = town.do("jane", "PATCH", WEEK, {"operations": [_step()]})
    path = f"{AVAILABILITY}/history/{saved['edit_id']}/undo"
    return Ask(who="mary", method="POST", path=path)


@refused("blackout_exists", 409, "AV-27")
def a_date_blocked_twice(town: Town) -> Ask:
    town.do("jane", "POST", f"{ME}/blackouts", {"date": str(TUESDAY)})
    return Ask(who="jane", method="POST", path=f"{ME}/blackouts", body={"date": str(TUESDAY)})


@refused("blackout_not_found", 404, "AV-27")
def a_blackout_of_another(town: Town) -> Ask:
    made = town.do("jane", "POST", f"{ME}/blackouts", {"date": str(TUESDAY)})
    (blackout,) = made["blackouts"]
    return Ask(who="mary", method="DELETE", path=f"{ME}/blackouts/{blackout['blackout_id']}")


@refused("range_in_past", 422, "AV-27")
def a_blackout_yesterday(_: Town) -> Ask:
    yesterday = str(MONDAY - timedelta(days=1))
    return Ask(who="jane", method="POST", path=f"{ME}/blackouts", body={"date": yesterday})


@refused("out_of_horizon", 422, "AV-27")
def a_blackout_beyond_the_horizon(_: Town) -> Ask:
    far = str(MONDAY + timedelta(days=366))
    return Ask(who="jane", method="POST", path=f"{ME}/blackouts", body={"date": far})


@refused("range_too_long", 422, "AV-27")
def ninety_one_days_off(_: Town) -> Ask:
    body = {"start_date": str(MONDAY), "end_date": str(MONDAY + timedelta(days=90))}
    return Ask(who="jane", method="POST", path=f"{ME}/blackouts", body=body)


@refused("invalid_buffers", 422, "AV-28")
def a_travel_buffer_below_the_other(_: Town) -> Ask:
    body = {"travel_buffer_minutes": 10}
    return Ask(who="jane", method="PATCH", path=f"{ME}/calendar-settings", body=body)


def _public(town: Town, **query: Any) -> Ask:
    path = f"/instructors/{town.id_of('jane')}/availability"
    return Ask(who=None, method="GET", path=path, query=query)


@refused("range_in_past", 422, "AV-36", pointer="/query/from")
def free_time_of_yesterday(town: Town) -> Ask:
    return _public(town, **{"from": str(MONDAY - timedelta(days=1))})


@refused("range_too_long", 422, "AV-36", pointer="/query/to")
def free_time_of_ninety_one_days(town: Town) -> Ask:
    return _public(town, **{"from": str(MONDAY), "to": str(MONDAY + timedelta(days=90))})


@refused("invalid_range", 422, "AV-36", pointer="/query/to")
def free_time_backwards(town: Town) -> Ask:
    return _public(town, **{"from": str(TUESDAY), "to": str(MONDAY)})


@refused("invalid_duration", 422, "AV-36", pointer="/query/duration")
def free_time_for_half_a_slot(town: Town) -> Ask:
    return _public(town, duration=32)


@refused("instructor_not_found", 404, "spec 01 §5")
def free_time_of_nobody(_: Town) -> Ask:
    return Ask(who=None, method="GET", path=f"/instructors/{NOTHING}/availability")


@refused("instructor_not_found", 404, "IN-9")
def the_next_start_of_who_is_hidden(town: Town) -> Ask:
    town.do("jane", "POST", f"{ME}/pause")
    query = {"duration": 60, "location_type": "online"}
    path = f"/instructors/{town.id_of('jane')}/next-available"
    return Ask(who=None, method="GET", path=path, query=query)


def _wait(town: Town, **changes: Any) -> dict[str, Any]:
    days = {"from": str(TUESDAY), "to": str(TUESDAY)}
    asked = {"instructor_id": town.id_of("jane"), "location_type": "online", "duration": 60}
    return {**asked, **days, **changes}


@refused("invalid_weekdays", 422, "spec 01 §11", pointer="/weekdays")
def waiting_for_no_day(town: Town) -> Ask:
    return Ask(who="anna", method="POST", path="/waitlist", body=_wait(town, weekdays=[3]))


@refused("subscription_exists", 409, "spec 01 §11")
def waiting_for_the_same_twice(town: Town) -> Ask:
    town.do("anna", "POST", "/waitlist", _wait(town))
    return Ask(who="anna", method="POST", path="/waitlist", body=_wait(town))


@refused("too_many_subscriptions", 409, "spec 01 §11")
def waiting_for_too_much(town: Town) -> Ask:
    limit = town.do("anna", "GET", "/waitlist")["limit"]
    for day in range(limit):
        town.do("anna", "POST", "/waitlist", _wait(town, to=str(TUESDAY + timedelta(days=day))))
    return Ask(who="anna", method="POST", path="/waitlist", body=_wait(town, duration=30))


@refused("subscription_not_found", 404, "AC-56")
def giving_up_what_another_waits_for(town: Town) -> Ask:
    made = town.do("anna", "POST", "/waitlist", _wait(town))
    return Ask(who="bob", method="DELETE", path=f"/waitlist/{made['subscription_id']}")


@refused("instructor_not_found", 404, "spec 01 §11")
def waiting_for_nobody(town: Town) -> Ask:
    body = _wait(town, instructor_id=NOTHING)
    return Ask(who="anna", method="POST", path="/waitlist", body=body)


def _feed(url: str) -> Ask:
    return Ask(who="jane", method="POST", path=f"{ME}/external-calendars", body={"url": url})


@refused("invalid_feed_address", 422, "spec 01 §11", pointer="/url")
def a_calendar_over_ftp(_: Town) -> Ask:
    return _feed("ftp://calendar.example.com/jane.ics")


@refused("feed_address_forbidden", 422, "spec 01 §11", pointer="/url")
def a_calendar_within_the_house(_: Town) -> Ask:
    return _feed("https://127.0.0.1/jane.ics")


@refused("feed_exists", 409, "spec 01 §11")
def a_calendar_added_twice(town: Town) -> Ask:
    town.do("jane", "POST", f"{ME}/external-calendars", {"url": FEED})
    return _feed(FEED)


@refused("too_many_feeds", 409, "spec 01 §11")
def one_calendar_too_many(town: Town) -> Ask:
    for number in range(5):
        town.do("jane", "POST", f"{ME}/external-calendars", {"url": f"{FEED}?{number}"})
    return _feed(FEED)


@refused("external_calendar_not_found", 404, "AC-56")
def a_calendar_of_another(town: Town) -> Ask:
    made = town.do("jane", "POST", f"{ME}/external-calendars", {"url": FEED})
    path = f"{ME}/external-calendars/{made['external_calendar_id']}"
    return Ask(who="mary", method="DELETE", path=path)


@refused("external_calendar_not_found", 404, "AC-56")
def a_refresh_for_another(town: Town) -> Ask:
    made = town.do("jane", "POST", f"{ME}/external-calendars", {"url": FEED})
    path = f"{ME}/external-calendars/{made['external_calendar_id']}/refresh"
    return Ask(who="mary", method="POST", path=path)


@refused("permission_denied", 403, "spec 01 §5")
def a_student_with_a_calendar(_: Town) -> Ask:
    return Ask(who="anna", method="GET", path=WEEK)


@refused("invalid_token", 401, "spec 01 §5")
def a_calendar_of_nobody(_: Town) -> Ask:
    return Ask(who=None, method="GET", path=WEEK)
