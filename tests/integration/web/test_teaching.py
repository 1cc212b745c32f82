"""Instructors' pages of their day and their lessons: seen, completed, reported, called off."""

from datetime import timedelta
from typing import Final

import pytest

from instainstru_core.accounts.model import Role
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import BookingStatus
from tests.integration.http.people import Client
from tests.integration.http.town import HOME, Town
from tests.integration.web.seen import Page, look, read, send
from tests.integration.web.signing import sign_in

HOUR: Final = timedelta(hours=1)


@pytest.fixture
def jane(web: Client, beginning: Town) -> Client:
    """Jane's browser."""
    return sign_in(web, beginning, "jane")


def lesson_page(web: Client, booking: str) -> Page:
    return look(web, f"/teach/lessons/{booking}")


def status(town: Town, booking: str) -> BookingStatus:
    return town.world.booking(BookingId.parse(booking)).status


def over(town: Town) -> str:
    """A lesson with Jane that has just ended."""
    booked = town.book()
    town.world.clock.set(town.world.clock.now() + 26 * HOUR)
    return booked


def test_a_day_begins_with_the_next_lesson_the_week_and_what_is_to_do(
    jane: Client, beginning: Town
) -> None:
    beginning.book()
    page = look(jane, "/teach")
    assert "Hello, Jane" in page.text
    assert "Piano · Anna E." in page.text
    assert "Students can find you" in page.text
    assert "1 lesson booked" in page.text
    assert "Say who you are" in page.text
    assert "Tell our payment partner" not in page.text


def test_who_has_just_begun_is_told_every_step(web: Client, beginning: Town) -> None:
    beginning.world.sign_up("Nora", Role.INSTRUCTOR)
    beginning.emails["nora"] = f"nora.{beginning.world._people}@example.com"
    sign_in(web, beginning, "nora")
    page = look(web, "/teach")
    for step in (
        "Say who you are",
        "Say what you teach",
        "Tell our payment partner",
        "Open some time",
    ):
        assert step in page.text
    assert "No lesson is booked yet" in page.text
    assert "Some things are still missing:" in look(web, "/teach/profile").text
    assert "You offer nothing yet" in look(web, "/teach/services").text
    assert "Set up my payouts" in look(web, "/teach/payouts").answer.text


def test_students_have_no_desk(web: Client, beginning: Town) -> None:
    sign_in(web, beginning, "anna")
    for path in ("/teach", "/teach/lessons", "/teach/earnings", "/teach/services"):
        look(web, path, 403)


def test_lists_are_by_what_is_to_do(jane: Client, beginning: Town) -> None:
    assert "No lesson is booked yet" in look(jane, "/teach/lessons").text
    assert "Nothing here" in look(jane, "/teach/lessons?view=past").text
    over(beginning)
    assert "Piano · Anna E." in look(jane, "/teach/lessons?view=completion&page=x").text
    assert "Did these lessons take place?" in look(jane, "/teach").text
    assert "Needs completion" in look(jane, "/teach/lessons?view=past").text


def test_a_lesson_says_where_and_what_it_brings(jane: Client, beginning: Town) -> None:
    booked = beginning.book(location_type="student_location", place=HOME, note="Third floor")
    page = lesson_page(jane, booked)
    assert "1 Main St, Brooklyn" in page.text
    assert "Third floor" in page.text
    assert "$120.00" in page.text
    assert "You get" in page.text
    assert "Student fee" not in page.text


def test_lessons_of_others_are_not_there(web: Client, beginning: Town) -> None:
    booked = beginning.book()
    sign_in(web, beginning, "mary")
    look(web, f"/teach/lessons/{booked}", 404)
    look(web, f"/teach/lessons/{booked}/cancel", 404)
    answer = web.post(f"/teach/lessons/{booked}/notes", data={"meeting_details": "x"})
    assert answer.status_code == 404


def test_notes_are_kept_and_those_too_long_come_back(jane: Client, beginning: Town) -> None:
    booked = beginning.book()
    form = lesson_page(jane, booked).form(f"/teach/lessons/{booked}/notes")
    answer = send(jane, form, meeting_details="https://meet.example.com/jane", instructor_note="")
    assert answer.headers["location"] == f"/teach/lessons/{booked}"
    assert "https://meet.example.com/jane" in lesson_page(jane, booked).answer.text
    answer = send(jane, form, instructor_note="x" * 1001)
    assert answer.status_code == 422
    assert "x" * 1001 in answer.text


def test_a_lesson_is_completed_once(jane: Client, beginning: Town) -> None:
    booked = over(beginning)
    form = lesson_page(jane, booked).form(f"/teach/lessons/{booked}/complete")
    first, second = send(jane, form), send(jane, form)
    assert first.status_code == second.status_code == 303
    assert status(beginning, booked) is BookingStatus.COMPLETED
    assert "Given" in lesson_page(jane, booked).text


def test_what_is_too_early_is_refused_in_words(jane: Client, beginning: Town) -> None:
    booked = beginning.book()
    page = lesson_page(jane, booked)
    key = look(jane, f"/teach/lessons/{booked}/cancel").form("/teach/lessons").fields["_key"]
    assert not any("complete" in each.action for each in page.slips)
    answer = jane.post(f"/teach/lessons/{booked}/complete", data={"_key": key[0]})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert status(beginning, booked) is BookingStatus.CONFIRMED


def test_calling_off_is_previewed_wants_a_reason_and_pays_everything_back(
    jane: Client, beginning: Town
) -> None:
    booked = beginning.book()
    page = look(jane, f"/teach/lessons/{booked}/cancel")
    assert "You would have got" in page.text
    form = page.form(f"/teach/lessons/{booked}/cancel")
    refused = send(jane, form, reason=" ")
    assert refused.status_code == 422
    assert status(beginning, booked) is BookingStatus.CONFIRMED
    answer = send(jane, form, reason="I caught a cold.")
    assert answer.headers["location"] == f"/teach/lessons/{booked}"
    page = lesson_page(jane, booked)
    assert "You called it off." in page.text
    assert "I caught a cold." in page.text
    assert not any("notes" in each.action for each in page.slips)
    look(jane, f"/teach/lessons/{booked}/cancel", 409)


def test_a_no_show_is_reported_and_taken_back(jane: Client, beginning: Town) -> None:
    booked = over(beginning)
    form = lesson_page(jane, booked).form(f"/teach/lessons/{booked}/no-show")
    assert send(jane, form, report_reason="I waited.").status_code == 303
    page = lesson_page(jane, booked)
    assert "The student was reported not to have come." in page.text
    assert not any("complete" in each.action for each in page.slips)
    form = page.form(f"/teach/lessons/{booked}/no-show/withdraw")
    assert send(jane, form).status_code == 303
    assert "It was taken back." in lesson_page(jane, booked).text


def test_a_report_is_disputed_with_a_reason(jane: Client, beginning: Town) -> None:
    booked = over(beginning)
    beginning.do("anna", "POST", f"/bookings/{booked}/no-show", {"type": "instructor"})
    form = lesson_page(jane, booked).form(f"/teach/lessons/{booked}/no-show/dispute")
    refused = send(jane, form, dispute_reason="no")
    assert refused.status_code == 422
    assert "This is too short." in read(refused).text
    assert send(jane, form, dispute_reason="I rang twice at the door.").status_code == 303
    assert "Disputed" in lesson_page(jane, booked).text


def test_an_objection_of_the_student_is_shown(jane: Client, beginning: Town) -> None:
    booked = over(beginning)
    why = {"reason": "We ended half an hour early."}
    beginning.do("anna", "POST", f"/bookings/{booked}/issue", why)
    page = lesson_page(jane, booked)
    assert "The student objected" in page.text
    assert "We ended half an hour early." in page.text
