"""What reports, disputes, issues and rooms refuse."""

from datetime import timedelta
from typing import Any, Final

from instainstru_core.booking.use_cases.resolve_undisputed import resolve_undisputed
from instainstru_core.testing.world import HOUR
from tests.integration.http.refusal import refused
from tests.integration.http.refused_bookings import LATER, START, WHY, acting, at
from tests.integration.http.town import HOME, Ask, Town

MISSED: Final = {"type": "instructor"}
SAID: Final = {"reason": "we had the lesson, from start to end"}
MINUTE: Final = timedelta(minutes=1)


def _begun(town: Town, after: timedelta = timedelta()) -> str:
    """A lesson that is paid for, and began so long ago."""
    booked = town.book()
    town.world.settle()
    town.world.clock.set(START + after)
    return booked


def _reported(town: Town, body: Any = None) -> str:
    """A lesson that Anna says Jane did not come to."""
    booked = _begun(town)
    town.do("anna", "POST", f"/bookings/{booked}/no-show", MISSED if body is None else body)
    return booked


def _disputed(town: Town) -> str:
    booked = _reported(town)
    town.do("jane", "POST", f"/bookings/{booked}/no-show/dispute", SAID)
    return booked


def _settled(town: Town) -> str:
    """A lesson whose money is taken: given, and nothing said against it for a day."""
    booked = _begun(town, HOUR)
    town.do("jane", "POST", f"/bookings/{booked}/complete", {})
    town.world.advance(24 * HOUR)
    return booked


# --- reports: BK-36 ---


@refused("permission_denied", 403, "BK-36")
def a_student_says_that_they_did_not_come(town: Town) -> Ask:
    return acting("anna", _begun(town), "no-show", {"type": "student"})


@refused("permission_denied", 403, "BK-36, BK-55")
def only_the_platform_says_that_nobody_came(town: Town) -> Ask:
    return acting("jane", _begun(town), "no-show", {"type": "mutual"})


@refused("invalid_state", 409, "BK-36", has={"booking_status": "PENDING"})
def a_hold_that_nobody_came_to(town: Town) -> Ask:
    return acting("anna", town.hold(), "no-show", MISSED)


@refused("no_show_window_closed", 409, "BK-36")
def a_report_before_the_start(town: Town) -> Ask:
    return acting("anna", _begun(town, -MINUTE), "no-show", MISSED)


@refused("no_show_window_closed", 409, "BK-36")
def a_report_after_a_day(town: Town) -> Ask:
    return acting("anna", _begun(town, 25 * HOUR + MINUTE), "no-show", MISSED)


@refused("already_reported", 409, "BK-36")
def a_second_report(town: Town) -> Ask:
    booked = _reported(town)
    return acting("jane", booked, "no-show", {"type": "student"})


@refused("already_reported", 409, "BK-36")
def a_report_of_what_was_withdrawn(town: Town) -> Ask:
    booked = _reported(town)
    town.do("anna", "DELETE", f"/bookings/{booked}/no-show")
    return acting("anna", booked, "no-show", MISSED)


@refused("already_settled", 409, "PY-40")
def a_report_when_the_money_is_taken(town: Town) -> Ask:
    booked = _settled(town)
    town.world.clock.set(START + 25 * HOUR)
    return acting("anna", booked, "no-show", MISSED)


@refused("not_found", 404, "BK-36, BK-44")
def a_report_by_a_stranger(town: Town) -> Ask:
    return acting("bob", _begun(town), "no-show", MISSED)


@refused("not_found", 404, "BK-36, BK-44")
def a_report_by_another_instructor(town: Town) -> Ask:
    return acting("mary", _begun(town), "no-show", {"type": "student"})


# --- taking back, and objecting: BK-37, BK-39 ---


def _withdrawing(who: str, booked: str) -> Ask:
    return Ask(who=who, method="DELETE", path=f"/bookings/{booked}/no-show")


@refused("not_found", 404, "BK-39")
def taking_back_what_nobody_said(town: Town) -> Ask:
    return _withdrawing("anna", _begun(town))


@refused("permission_denied", 403, "BK-39")
def taking_back_what_another_said(town: Town) -> Ask:
    return _withdrawing("jane", _reported(town))


@refused("already_disputed", 409, "BK-39")
def taking_back_what_is_disputed(town: Town) -> Ask:
    return _withdrawing("anna", _disputed(town))


@refused("permission_denied", 403, "BK-37")
def disputing_ones_own_report(town: Town) -> Ask:
    return acting("anna", _reported(town), "no-show/dispute", SAID)


@refused("already_disputed", 409, "BK-37")
def disputing_twice(town: Town) -> Ask:
    return acting("jane", _disputed(town), "no-show/dispute", SAID)


@refused("already_resolved", 409, "BK-37, BK-39")
def disputing_what_was_taken_back(town: Town) -> Ask:
    booked = _reported(town)
    town.do("anna", "DELETE", f"/bookings/{booked}/no-show")
    return acting("jane", booked, "no-show/dispute", SAID)


@refused("already_resolved", 409, "BK-38, BK-39")
def taking_back_what_time_has_confirmed(town: Town) -> Ask:
    booked = _reported(town)
    town.world.clock.set(START + 24 * HOUR + MINUTE)
    ports = town.ports
    resolve_undisputed(begin=ports.begin, mutexes=ports.mutexes, clock=ports.clock)
    return _withdrawing("anna", booked)


@refused("dispute_window_closed", 409, "BK-37")
def disputing_after_a_day(town: Town) -> Ask:
    booked = _reported(town)
    town.world.clock.set(START + 24 * HOUR + MINUTE)
    return acting("jane", booked, "no-show/dispute", SAID)


@refused("validation_failed", 422, "BK-37", pointer="/reason")
def disputing_in_one_word(town: Town) -> Ask:
    return acting("jane", _reported(town), "no-show/dispute", {"reason": "   no!   "})


@refused("not_found", 404, "BK-37")
def disputing_what_nobody_said(town: Town) -> Ask:
    return acting("jane", _begun(town), "no-show/dispute", SAID)


@refused("no_show_open", 409, "BK-21")
def giving_what_is_reported(town: Town) -> Ask:
    booked = _reported(town)
    town.world.clock.set(START + HOUR)
    return acting("jane", booked, "complete")


# --- issues: BK-41 ---


@refused("issue_window_closed", 409, "BK-41")
def an_issue_before_the_start(town: Town) -> Ask:
    return acting("anna", _begun(town, -MINUTE), "issue", SAID)


@refused("issue_window_closed", 409, "BK-41")
def an_issue_after_a_day(town: Town) -> Ask:
    return acting("jane", _begun(town, 25 * HOUR + MINUTE), "issue", SAID)


@refused("already_reported", 409, "BK-41")
def a_second_issue(town: Town) -> Ask:
    booked = _begun(town)
    town.do("jane", "POST", f"/bookings/{booked}/issue", SAID)
    return acting("anna", booked, "issue", SAID)


@refused("already_settled", 409, "PY-40")
def an_issue_when_the_money_is_taken(town: Town) -> Ask:
    booked = _settled(town)
    town.world.clock.set(START + 25 * HOUR)
    return acting("anna", booked, "issue", SAID)


@refused("validation_failed", 422, "BK-41", pointer="/reason")
def an_issue_without_end(town: Town) -> Ask:
    return acting("anna", _begun(town), "issue", {"reason": "x" * 501})


@refused("invalid_state", 409, "BK-41", has={"booking_status": "CANCELLED"})
def an_issue_about_what_was_called_off(town: Town) -> Ask:
    booked = town.book()
    town.do("anna", "POST", f"/bookings/{booked}/cancel", WHY)
    town.world.clock.set(START)
    return acting("anna", booked, "issue", SAID)


@refused("not_found", 404, "BK-41, BK-44")
def an_issue_of_a_stranger(town: Town) -> Ask:
    return acting("bob", _begun(town), "issue", SAID)


# --- what a moved lesson leaves behind: BK-33, spec 01 §3 ---


@refused("invalid_state", 409, "spec 01 §3", has={"booking_status": "CANCELLED"})
def a_report_about_where_the_lesson_was(town: Town) -> Ask:
    booked = town.book()
    town.do("anna", "POST", f"/bookings/{booked}/reschedule", LATER)
    town.world.clock.set(START)
    return acting("anna", booked, "no-show", MISSED)


@refused("invalid_state", 409, "spec 01 §3", has={"booking_status": "CANCELLED"})
def moving_on_from_where_the_lesson_was(town: Town) -> Ask:
    booked = town.book()
    town.do("anna", "POST", f"/bookings/{booked}/reschedule", LATER)
    return acting("anna", booked, "reschedule", at(START + 72 * HOUR))


# --- rooms: BK-54 ---


def _joining(who: str, booked: str, *, video: bool = True) -> Ask:
    return Ask(who=who, method="POST", path=f"/lessons/{booked}/join", video=video)


@refused("video_unavailable", 503, "BK-54")
def a_room_where_there_are_none(town: Town) -> Ask:
    return _joining("anna", _begun(town), video=False)


@refused("lesson_not_online", 409, "BK-54")
def a_room_for_a_visit(town: Town) -> Ask:
    booked = town.book(location_type="student_location", place=HOME)
    town.world.clock.set(START)
    return _joining("anna", booked)


@refused("join_window_closed", 409, "BK-54")
def a_room_six_minutes_early(town: Town) -> Ask:
    return _joining("jane", _begun(town, -6 * MINUTE))


@refused("join_window_closed", 409, "BK-54")
def a_room_after_the_end(town: Town) -> Ask:
    return _joining("anna", _begun(town, HOUR + MINUTE))


@refused("invalid_state", 409, "BK-54", has={"booking_status": "PENDING"})
def a_room_for_a_hold(town: Town) -> Ask:
    return _joining("anna", town.hold())


@refused("not_found", 404, "BK-54, BK-44")
def a_room_for_a_stranger(town: Town) -> Ask:
    return _joining("bob", _begun(town))


@refused("not_found", 404, "BK-54, BK-44")
def who_was_in_a_strangers_room(town: Town) -> Ask:
    path = f"/lessons/{_begun(town)}/session"
    return Ask(who="bob", method="GET", path=path, video=True)
