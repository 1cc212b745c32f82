"""What booking, paying, calling off, moving and giving lessons refuse."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.kernel.time import instant_text
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.world import HOUR, NOON
from tests.integration.http.refusal import refused
from tests.integration.http.routes import NOTHING
from tests.integration.http.town import HOME, TUESDAY, Ask, Town

START: Final = NOON + 24 * HOUR
ORGAN: Final = str(id_of(ServiceId, "organ"))
WHY: Final = {"reason": "I caught a cold."}


def at(moment: datetime) -> dict[str, str]:
    """A lesson's start, as it is sent."""
    return {"start": instant_text(moment)}


def booking(town: Town, who: str = "anna", **changes: Any) -> Ask:
    """*who* books the lesson."""
    return Ask(who=who, method="POST", path="/bookings", body=town.lesson(**changes))


def acting(who: str, booking_id: str, what: str, body: Any = None, **more: Any) -> Ask:
    """*who* does something with a booking."""
    path = f"/bookings/{booking_id}/{what}"
    return Ask(who=who, method="POST", path=path, body={} if body is None else body, **more)


def _offer(town: Town, **changes: Any) -> None:
    (piano,) = town.do("jane", "GET", "/instructors/me/offerings")["items"]
    town.do("jane", "PATCH", f"/instructors/me/offerings/{piano['offering_id']}", changes)


# --- BK-11, row by row ---


@refused("permission_denied", 403, "BK-11 row 1")
def an_instructor_books(town: Town) -> Ask:
    return booking(town, who="mary")


@refused("service_not_found", 404, "BK-11 row 3")
def a_service_that_is_none(town: Town) -> Ask:
    return booking(town, service_id=NOTHING)


@refused("service_not_found", 404, "BK-11 row 3")
def a_service_that_is_withdrawn(town: Town) -> Ask:
    (piano,) = town.do("jane", "GET", "/instructors/me/offerings")["items"]
    town.do("jane", "DELETE", f"/instructors/me/offerings/{piano['offering_id']}")
    return booking(town)


@refused("instructor_not_found", 404, "BK-11 row 3")
def an_instructor_who_is_none(town: Town) -> Ask:
    return booking(town, instructor_id=NOTHING)


@refused("service_mismatch", 422, "BK-11 row 4")
def what_another_teaches(town: Town) -> Ask:
    return booking(town, service_id=ORGAN)


@refused("self_booking", 422, "BK-11 row 4", told=True)
def a_lesson_with_oneself(town: Town) -> Ask:
    return Ask(who="jane", method="POST", path="/availability/checks", body=town.lesson())


@refused("instructor_not_bookable", 422, "BK-7, BK-11 row 5")
def who_has_paused(town: Town) -> Ask:
    town.do("jane", "POST", "/instructors/me/pause")
    return booking(town)


@refused("invalid_duration", 422, "BK-2, BK-11 row 6", has={"duration_options": [30, 60, 90]})
def a_length_not_offered(town: Town) -> Ask:
    return booking(town, duration_minutes=45)


@refused("nonexistent_local_time", 422, "AV-11, BK-11 row 7")
def a_time_that_the_clocks_skip(town: Town) -> Ask:
    return booking(town, start=None, date="2030-03-10", time="02:30")


@refused("invalid_start_time", 422, "BK-11 row 8")
def five_past(town: Town) -> Ask:
    return booking(town, **at(START + timedelta(minutes=5)))


@refused("invalid_start_time", 422, "BK-11 row 8")
def a_second_past(town: Town) -> Ask:
    return booking(town, **at(START + timedelta(seconds=1)))


@refused("crosses_midnight", 422, "BK-3, BK-11 row 9")
def into_the_next_day(town: Town) -> Ask:
    return booking(town, **at(START + timedelta(hours=11, minutes=15)))


@refused("in_past", 422, "BK-11 row 10")
def an_hour_ago(town: Town) -> Ask:
    return booking(town, **at(NOON - HOUR))


@refused("insufficient_notice", 422, "AV-32, BK-11 row 10", has={"notice_minutes": 60})
def in_three_quarters_of_an_hour(town: Town) -> Ask:
    return booking(town, **at(NOON + timedelta(minutes=45)))


@refused("overnight_protection", 422, "AV-33, BK-11 row 11", has={"earliest_local_hour": 9})
def at_night_for_the_morning(town: Town) -> Ask:
    town.world.clock.set(NOON + 8 * HOUR)
    return booking(town, **at(NOON + 20 * HOUR))


@refused("beyond_horizon", 422, "BK-11 row 12", has={"last_bookable_date": "2031-01-07"})
def in_a_year_and_a_day(town: Town) -> Ask:
    return booking(town, **at(NOON + timedelta(days=366)))


@refused("travel_not_offered", 422, "BK-6, BK-11 row 13")
def who_stays_at_home(town: Town) -> Ask:
    _offer(town, formats=["studio", "online"])
    return booking(town, location_type="student_location", place=HOME)


@refused("studio_not_offered", 422, "BK-6, BK-11 row 13")
def who_has_no_studio(town: Town) -> Ask:
    _offer(town, formats=["travel", "online"])
    return booking(town, location_type="instructor_location")


@refused("online_not_offered", 422, "BK-6, BK-11 row 13")
def who_is_not_online(town: Town) -> Ask:
    _offer(town, formats=["travel", "studio"])
    return booking(town)


@refused("price_below_floor", 422, "PR-6, BK-11 row 13")
def a_rate_from_before_the_floor(town: Town) -> Ask:
    """The floor was raised since the rate was agreed on."""
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE offerings SET rate_online_cents = 1000"))
    return booking(town)


@refused("address_required", 422, "BK-5, BK-11 row 14")
def a_visit_to_nowhere(town: Town) -> Ask:
    return booking(town, location_type="student_location")


@refused("coordinates_required", 422, "BK-5, BK-11 row 14")
def a_visit_to_a_street(town: Town) -> Ask:
    return booking(town, location_type="neutral_location", place={"address": HOME["address"]})


@refused("outside_service_area", 422, "BK-5, BK-11 row 14")
def a_visit_too_far(town: Town) -> Ask:
    far = {**HOME, "lat": 41.5}
    return booking(town, location_type="student_location", place=far)


@refused("blackout_date", 422, "AV-27, BK-11 row 15")
def a_day_off(town: Town) -> Ask:
    town.do("jane", "POST", "/instructors/me/blackouts", {"date": str(TUESDAY)})
    return booking(town)


@refused("time_not_open", 422, "BK-9, BK-11 row 16")
def a_closed_day(town: Town) -> Ask:
    town.open("jane", TUESDAY)
    return booking(town)


@refused("format_not_open", 422, "BK-9, BK-11 row 16", has={"format": "online"})
def a_day_in_the_studio(town: Town) -> Ask:
    town.open("jane", TUESDAY, {"start": "08:00", "end": "22:00", "formats": ["studio"]})
    return booking(town)


@refused("instructor_conflict", 409, "BK-11 row 17", has={"scope": "instructor"})
def anothers_time(town: Town) -> Ask:
    town.hold("bob")
    return booking(town, **at(START + timedelta(minutes=30)))


@refused("buffer_conflict", 409, "AV-31, BK-11 row 17", has={"scope": "instructor"})
def too_soon_after_another(town: Town) -> Ask:
    town.hold("bob")
    return booking(town, **at(START + HOUR))


@refused("student_conflict", 409, "BK-10, BK-11 row 18", has={"scope": "student"})
def two_lessons_at_once(town: Town) -> Ask:
    town.book("anna", instructor_id=town.id_of("mary"))
    return booking(town)


@refused("too_many_holds", 409, "BK-11 row 19", has={"max_live_holds": 3})
def a_fourth_hold(town: Town) -> Ask:
    for day in range(1, 4):
        town.hold("anna", **at(START + timedelta(days=day)))
    return booking(town)


# --- paying ---


def _confirming(town: Town, booking_id: str, **more: Any) -> Ask:
    return acting("anna", booking_id, "confirm", {**town.agreed("anna", booking_id), **more})


@refused("hold_expired", 409, "BK-18")
def paying_too_late(town: Town) -> Ask:
    asked = _confirming(town, town.hold())
    town.world.clock.move(timedelta(minutes=30))
    return asked


@refused("hold_expired", 409, "BK-18, PY-7")
def paying_after_the_start(town: Town) -> Ask:
    """A hold never outlives its start, so that it is over, whatever the lesson does."""
    asked = _confirming(town, town.hold(**at(NOON + HOUR)))
    town.world.clock.move(2 * HOUR)
    return asked


@refused("invalid_state", 409, "BK-18", has={"booking_status": "CANCELLED"})
def paying_for_what_is_off(town: Town) -> Ask:
    held = town.hold()
    asked = _confirming(town, held)
    town.do("anna", "POST", f"/bookings/{held}/cancel", WHY)
    return asked


@refused("quote_changed", 409, "PR-14")
def paying_another_price(town: Town) -> Ask:
    return acting("anna", town.hold(), "confirm", {"fingerprint": "0" * 64})


@refused("not_found", 404, "PY-67")
def paying_with_anothers_card(town: Town) -> Ask:
    (card,) = town.do("bob", "GET", "/payment-methods")["items"]
    return _confirming(town, town.hold(), payment_method_id=card["payment_method_id"])


@refused("payment_method_required", 422, "PY-7")
def paying_with_nothing(town: Town) -> Ask:
    (card,) = town.do("anna", "GET", "/payment-methods")["items"]
    town.do("anna", "DELETE", f"/payment-methods/{card['payment_method_id']}")
    return _confirming(town, town.hold())


@refused("instructor_not_bookable", 422, "spec 01 §9")
def paying_for_who_has_paused(town: Town) -> Ask:
    asked = _confirming(town, town.hold())
    town.do("jane", "POST", "/instructors/me/pause")
    return asked


# --- calling off, giving, writing on it ---


@refused("lesson_started", 409, "BK-25")
def calling_off_what_has_begun(town: Town) -> Ask:
    booked = town.book()
    town.world.clock.set(START)
    return acting("anna", booked, "cancel", WHY)


@refused("lesson_started", 409, "BK-25, BK-29")
def asking_what_calling_off_would_have_cost(town: Town) -> Ask:
    booked = town.book()
    town.world.clock.set(START)
    return Ask(who="jane", method="GET", path=f"/bookings/{booked}/cancel-preview")


@refused("invalid_state", 409, "BK-25", has={"booking_status": "COMPLETED"})
def calling_off_what_was_given(town: Town) -> Ask:
    booked = town.book()
    town.world.clock.set(START + HOUR)
    town.do("jane", "POST", f"/bookings/{booked}/complete", {})
    return acting("jane", booked, "cancel", WHY)


@refused("not_found", 404, "BK-25, BK-44")
def calling_off_anothers(town: Town) -> Ask:
    return acting("bob", town.book(), "cancel", WHY)


@refused("not_found", 404, "BK-44")
def looking_at_anothers(town: Town) -> Ask:
    return Ask(who="bob", method="GET", path=f"/bookings/{town.book()}")


@refused("lesson_not_ended", 409, "BK-21")
def giving_half_a_lesson(town: Town) -> Ask:
    booked = town.book()
    town.world.clock.set(START + timedelta(minutes=59))
    return acting("jane", booked, "complete")


@refused("invalid_state", 409, "BK-21", has={"booking_status": "PENDING"})
def giving_what_nobody_paid_for(town: Town) -> Ask:
    held = town.hold()
    town.world.clock.set(START + HOUR)
    return acting("jane", held, "complete")


@refused("not_found", 404, "BK-21")
def giving_anothers_lesson(town: Town) -> Ask:
    booked = town.book()
    town.world.clock.set(START + HOUR)
    return acting("mary", booked, "complete")


@refused("invalid_state", 409, "BK-45", has={"booking_status": "CANCELLED"})
def writing_on_what_is_off(town: Town) -> Ask:
    booked = town.book()
    town.do("anna", "POST", f"/bookings/{booked}/cancel", WHY)
    note = {"instructor_note": "bring the Chopin"}
    return Ask(who="jane", method="PATCH", path=f"/bookings/{booked}", body=note)


@refused("operation_in_progress", 409, "BK-56")
def what_somebody_else_is_at(town: Town) -> Ask:
    booked = town.book()
    town.locks.enter_context(town.ports.mutexes.hold(f"booking:{booked}"))
    return acting("anna", booked, "cancel", WHY)


# --- moving ---

LATER: Final = at(START + timedelta(days=2))


def _booked(town: Town, ahead: timedelta = 24 * HOUR) -> str:
    """A lesson that begins so long from now, and was booked when it was 48 hours ahead."""
    booked = town.book("anna", **at(START + 24 * HOUR))
    town.world.clock.set(START + 24 * HOUR - ahead)
    return booked


@refused("permission_denied", 403, "BK-30")
def the_instructor_moves_it(town: Town) -> Ask:
    return acting("jane", town.book(), "reschedule", LATER)


@refused("permission_denied", 403, "BK-30")
def the_instructor_moves_it_while_it_moves(town: Town) -> Ask:
    """Who asks comes first, whatever is going on."""
    booked = _stuck(town)
    return acting("jane", booked, "reschedule", LATER)


def _stuck(town: Town) -> str:
    """A lesson whose late move waits for the processor."""
    booked = _booked(town, 18 * HOUR)
    town.world.settle()
    town.world.processor.fail_next("capture", Fault.TIMEOUT_AFTER)
    lost = town.send(acting("anna", booked, "reschedule", LATER))
    assert lost.json()["code"] == "processor_unavailable", lost.text
    return booked


@refused("operation_in_progress", 409, "BK-33")
def moving_it_elsewhere_while_it_moves(town: Town) -> Ask:
    return acting("anna", _stuck(town), "reschedule", at(START + timedelta(days=3)))


@refused("invalid_state", 409, "BK-30", has={"booking_status": "PENDING"})
def moving_what_nobody_paid_for(town: Town) -> Ask:
    return acting("anna", town.hold(), "reschedule", LATER)


@refused("reschedule_locked", 409, "BK-30, PY-18")
def moving_what_was_moved_late(town: Town) -> Ask:
    booked = _booked(town, 18 * HOUR)
    moved = town.do("anna", "POST", f"/bookings/{booked}/reschedule", LATER)
    taken = moved["booking"]["booking_id"]
    return acting("anna", taken, "reschedule", at(START + timedelta(days=3)))


@refused("reschedule_window_closed", 409, "BK-30")
def moving_less_than_twelve_hours_ahead(town: Town) -> Ask:
    return acting("anna", _booked(town, 12 * HOUR - timedelta(seconds=1)), "reschedule", LATER)


@refused("reschedule_limit_reached", 409, "BK-30, PY-18")
def moving_again_what_another_card_paid_for(town: Town) -> Ask:
    """The money failed at its time, so that a late move took no lock; still it was the one."""
    town.do("anna", "POST", "/payment-methods", {"token": "pm_card_declines_off_session"})
    cards = town.do("anna", "GET", "/payment-methods")["items"]
    bad = next(each for each in cards if not each["is_default"])
    held = town.hold("anna", **at(START + 24 * HOUR))
    body = {**town.agreed("anna", held), "payment_method_id": bad["payment_method_id"]}
    town.do("anna", "POST", f"/bookings/{held}/confirm", body)
    town.world.advance(28 * HOUR)
    town.do("anna", "DELETE", f"/payment-methods/{bad['payment_method_id']}")
    moved = town.do("anna", "POST", f"/bookings/{held}/reschedule", LATER)
    assert moved["step"] == "immediate", moved
    taken = moved["booking"]["booking_id"]
    return acting("anna", taken, "reschedule", at(START + timedelta(days=3)))


@refused("no_change", 422, "BK-32")
def moving_it_to_where_it_is(town: Town) -> Ask:
    return acting("anna", town.book(), "reschedule", at(START))


@refused("late_reschedule_price_change", 409, "BK-32")
def moving_late_for_longer(town: Town) -> Ask:
    body = {**LATER, "duration_minutes": 90}
    return acting("anna", _booked(town, 18 * HOUR), "reschedule", body)


@refused("invalid_start_time", 422, "BK-32")
def moving_it_off_the_grid(town: Town) -> Ask:
    body = at(START + timedelta(days=2, minutes=5))
    return acting("anna", town.book(), "reschedule", body)


@refused("not_found", 404, "BK-44")
def moving_anothers(town: Town) -> Ask:
    return acting("bob", town.book(), "reschedule", LATER)


@refused("validation_failed", 422, "BK-29, SE-23", pointer="/query/start")
def asking_about_a_time_in_no_zone(town: Town) -> Ask:
    path = f"/bookings/{town.book()}/reschedule-preview"
    return Ask(who="anna", method="GET", path=path, query={"start": "2030-01-10T12:00:00"})


# --- what every route refuses ---


@refused("idempotency_key_required", 400, "BK-57, SE-13")
def booking_without_a_key(town: Town) -> Ask:
    return Ask(who="anna", method="POST", path="/bookings", body=town.lesson(), has_key=False)


@refused("idempotency_key_invalid", 400, "SE-13")
def booking_with_half_a_key(town: Town) -> Ask:
    return Ask(who="anna", method="POST", path="/bookings", body=town.lesson(), key="short")


@refused("idempotency_key_reused", 422, "SE-13")
def another_lesson_with_the_same_key(town: Town) -> Ask:
    key = "one-key-for-two-lessons"
    town.do("anna", "POST", "/bookings", town.lesson(), key=key)
    body = town.lesson(**at(START + 24 * HOUR))
    return Ask(who="anna", method="POST", path="/bookings", body=body, key=key)


@refused("validation_failed", 422, "BK-28", pointer="/reason")
def calling_off_without_a_word(town: Town) -> Ask:
    return acting("anna", town.book(), "cancel", {"reason": "  "})


@refused("validation_failed", 422, "BK-1", pointer="/note")
def a_note_without_end(town: Town) -> Ask:
    return booking(town, note="x" * 1001)


@refused("validation_failed", 422, "BK-43", pointer="/query/per_page")
def a_page_too_large(_: Town) -> Ask:
    return Ask(who="anna", method="GET", path="/bookings", query={"per_page": 101})


@refused("not_found", 404, "spec 01 §9")
def an_address_that_is_none(_: Town) -> Ask:
    return Ask(who="anna", method="GET", path="/bookings/not-an-id")
