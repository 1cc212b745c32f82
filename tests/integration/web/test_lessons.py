"""Students' pages of their lessons: seen, cancelled, moved, objected to, tipped."""

import re
from datetime import timedelta
from typing import Final

import pytest

from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.kernel.time import instant_text
from instainstru_core.payments.use_cases.read_challenge import find_challenge
from instainstru_core.testing.world import NOON
from tests.integration.http.people import Client
from tests.integration.http.town import Town
from tests.integration.web.seen import look, read, send
from tests.integration.web.signing import sign_in

HOUR: Final = timedelta(hours=1)
DAY: Final = 24 * HOUR


@pytest.fixture
def anna(web: Client, beginning: Town) -> Client:
    """Anna's browser."""
    return sign_in(web, beginning, "anna")


def at(hours: int) -> str:
    return instant_text(NOON + hours * HOUR)


def taught(town: Town) -> str:
    """A lesson of Anna's that was given, and completed a day after its end."""
    booked = town.book()
    town.world.advance(25 * HOUR)
    town.world.advance(26 * HOUR)
    return booked


def test_without_lessons_there_is_a_first_step(anna: Client) -> None:
    page = look(anna, "/lessons")
    assert "Nothing is planned" in page.text
    assert 'href="/search"' in page.answer.text
    assert "No lessons yet" in look(anna, "/lessons?view=history").text


def test_upcoming_lessons_say_what_when_where_and_how_they_are_paid(
    anna: Client, beginning: Town
) -> None:
    booked = beginning.book()
    page = look(anna, "/lessons")
    assert "Piano with Jane E." in page.text
    assert "Tue, Jan 8" in page.text
    assert "Confirmed" in page.text
    assert "Card on file" in page.text
    assert f"/lessons/{booked}/move" in page.answer.text
    assert f"/lessons/{booked}/cancel" in page.answer.text


def test_holds_wait_above_the_list(anna: Client, beginning: Town) -> None:
    held = beginning.hold()
    page = look(anna, "/lessons")
    assert "Held for you, not paid yet" in page.text
    assert f'href="/checkout/{held}"' in page.answer.text
    assert f'href="/checkout/{held}"' in look(anna, f"/lessons/{held}").answer.text


def test_long_lists_come_in_parts(anna: Client, beginning: Town) -> None:
    for hours in range(24, 36):
        start = at(hours) if hours < 33 else at(hours + 15)
        beginning.book(start=start, duration_minutes=30)
    first = look(anna, "/lessons")
    assert first.answer.text.count('lesson-row"') == 10
    assert "/lessons?view=upcoming&amp;page=2" in first.answer.text
    second = look(anna, "/lessons?view=upcoming&page=2")
    assert second.answer.text.count('lesson-row"') == 2
    assert look(anna, "/lessons?page=99").answer.status_code == 200
    assert look(anna, "/lessons?page=none").answer.status_code == 200


def test_a_lesson_shows_its_clock_its_money_and_its_file(anna: Client, beginning: Town) -> None:
    booked = beginning.book(start=at(72))
    beginning.do("jane", "PATCH", f"/bookings/{booked}", {"meeting_details": "https://meet.us/1"})
    page = look(anna, f"/lessons/{booked}")
    assert 'class="stairs"' in page.answer.text
    assert "Now: Free" not in page.text
    assert "It costs you nothing." in page.text
    assert "Half of the lesson price comes back as credit." in page.text
    assert 'class="dollar"' in page.answer.text
    assert "$134.40" in page.text
    assert "https://meet.us/1" in page.text
    assert f"/api/v1/bookings/{booked}/calendar.ics" in page.answer.text
    assert "/receipt" not in page.answer.text
    assert anna.get(f"/api/v1/bookings/{booked}/calendar.ics").status_code == 200


def test_what_the_instructor_pays_is_not_shown(anna: Client, beginning: Town) -> None:
    """Source: PR-15."""
    page = look(anna, f"/lessons/{beginning.book()}")
    assert "Platform fee" not in page.text
    assert "$18.00" not in page.text
    assert "$102.00" not in page.text


@pytest.mark.parametrize("end", ["", "/cancel", "/move", "/problem"])
def test_lessons_of_others_are_not_there(web: Client, beginning: Town, end: str) -> None:
    booked = beginning.book("bob")
    sign_in(web, beginning, "anna")
    look(web, f"/lessons/{booked}{end}", 404)


@pytest.mark.parametrize("end", ["", "/cancel", "/problem"])
def test_signed_out_people_come_back_here(web: Client, beginning: Town, end: str) -> None:
    booked = beginning.book()
    answer = web.get(f"/lessons/{booked}{end}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2Flessons%2F")


def test_its_instructor_is_led_to_their_own_page(web: Client, beginning: Town) -> None:
    booked = beginning.book()
    sign_in(web, beginning, "jane")
    answer = web.get(f"/lessons/{booked}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/teach/lessons/{booked}")
    assert web.get("/lessons").headers["location"] == "/teach/lessons"


def test_cancelling_does_what_was_shown(anna: Client, beginning: Town) -> None:
    booked = beginning.book(start=at(72))
    page = look(anna, f"/lessons/{booked}/cancel")
    assert "This holds until Wed, Jan 9, 12:00" in page.text.replace("\u202f", " ")
    answer = send(anna, page.form(f"/lessons/{booked}/cancel"), reason="I caught a cold.")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/lessons/{booked}")
    shown = look(anna, f"/lessons/{booked}")
    assert "The lesson is cancelled." in shown.text
    assert "I caught a cold." in shown.text
    assert "Nothing was charged." in shown.text
    assert beginning.kept(booked).status is BookingStatus.CANCELLED


def test_late_cancelling_shows_every_amount(anna: Client, beginning: Town) -> None:
    booked = beginning.book(start=at(22))
    page = look(anna, f"/lessons/{booked}/cancel")
    for amount in ("$134.40", "$120.00", "$14.40"):
        assert amount in page.text
    form = page.form(f"/lessons/{booked}/cancel")
    assert send(anna, form, reason="ill").status_code == 303
    beginning.world.settle()
    assert "Back as credit" in look(anna, f"/lessons/{booked}").text
    wallet = look(anna, "/wallet")
    assert "$120.00" in wallet.text
    assert "From a lesson you cancelled" in wallet.text
    assert "Came back from a lesson" in wallet.text


def test_terms_that_changed_meanwhile_are_shown_first(anna: Client, beginning: Town) -> None:
    """Source: BK-29."""
    booked = beginning.book(start=at(25))
    form = look(anna, f"/lessons/{booked}/cancel").form(f"/lessons/{booked}/cancel")
    beginning.world.clock.set(NOON + 2 * HOUR)
    sign_in(anna, beginning, "anna")
    answer = send(anna, form, reason="I caught a cold.")
    assert answer.status_code == 409
    assert "has changed while you read" in answer.text
    assert "I caught a cold." in answer.text
    assert beginning.kept(booked).status is BookingStatus.CONFIRMED


def test_a_reason_is_asked_for(anna: Client, beginning: Town) -> None:
    booked = beginning.book()
    form = look(anna, f"/lessons/{booked}/cancel").form(f"/lessons/{booked}/cancel")
    answer = send(anna, form, reason=" ")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert beginning.kept(booked).status is BookingStatus.CONFIRMED


def test_sent_twice_it_is_cancelled_once(anna: Client, beginning: Town) -> None:
    booked = beginning.book()
    form = look(anna, f"/lessons/{booked}/cancel").form(f"/lessons/{booked}/cancel")
    answers = [send(anna, form, reason="ill") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]


def test_what_is_over_is_only_looked_at(anna: Client, beginning: Town) -> None:
    booked = taught(beginning)
    sign_in(anna, beginning, "anna")
    assert anna.get(f"/lessons/{booked}/cancel").status_code == 303
    assert "can't be moved" in look(anna, f"/lessons/{booked}/move").text


def starts(text: str) -> list[str]:
    return re.findall(r"start=([0-9TZ:-]+)", text)


def test_moving_is_picked_seen_and_done(anna: Client, beginning: Town) -> None:
    booked = beginning.book(start=at(72))
    page = look(anna, f"/lessons/{booked}/move")
    assert "Moving is free until" in page.text
    start = starts(page.answer.text)[3]
    chosen = look(anna, f"/lessons/{booked}/move?start={start}")
    assert "Moving is free." in chosen.text
    assert "The price stays: $120.00." in chosen.text
    form = chosen.form(f"/lessons/{booked}/move")
    answer = send(anna, form)
    assert answer.status_code == 303
    assert send(anna, form).headers["location"] == answer.headers["location"]
    moved = answer.headers["location"].removeprefix("/lessons/")
    assert instant_text(beginning.kept(moved).lesson.starts_at) == start
    assert "Moved from" in look(anna, f"/lessons/{moved}").text
    before = look(anna, f"/lessons/{booked}")
    assert "This lesson was moved." in before.text
    assert f"/lessons/{moved}" in before.answer.text


def test_the_payment_of_a_moved_lesson_is_found_from_where_it_was(
    anna: Client, beginning: Town
) -> None:
    """PY-1: a link in an old mail leads to it, too."""
    booked = beginning.book(start=at(72))
    form = look(anna, f"/lessons/{booked}/move?start={at(49)}").form(f"/lessons/{booked}/move")
    moved = send(anna, form).headers["location"]
    assert anna.get(f"/lessons/{booked}/payment").headers["location"] == f"{moved}/payment"
    assert "Let this card pay" in look(anna, f"{moved}/payment").text
    was, now = (
        beginning.do("anna", "GET", f"/bookings/{each}/payment")
        for each in (booked, moved.removeprefix("/lessons/"))
    )
    assert was == now


def test_a_late_move_says_what_it_takes(anna: Client, beginning: Town) -> None:
    """Source: BK-31, PY-18."""
    booked = beginning.book(start=at(22))
    page = look(anna, f"/lessons/{booked}/move?start={at(73)}")
    assert "only this once" in page.text
    assert "Your card is charged $134.40 now" in page.text
    answer = send(anna, page.form(f"/lessons/{booked}/move"))
    moved = answer.headers["location"].removeprefix("/lessons/")
    page = look(anna, f"/lessons/{moved}")
    assert "Paid ahead" in page.text
    for shown in (page, look(anna, "/lessons")):
        assert f"/lessons/{moved}/move" not in shown.answer.text
    assert "can't be moved" in look(anna, f"/lessons/{moved}/move").text


def test_a_start_that_was_taken_meanwhile_is_refused_kindly(anna: Client, beginning: Town) -> None:
    booked = beginning.book(start=at(72))
    form = look(anna, f"/lessons/{booked}/move?start={at(49)}").form(f"/lessons/{booked}/move")
    beginning.book("bob", start=at(49))
    answer = send(anna, form)
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert starts(answer.text)
    assert beginning.kept(booked).status is BookingStatus.CONFIRMED


@pytest.mark.parametrize("start", ["", "tomorrow", "2030-01-09T12:00:00"])
def test_a_start_that_is_none_leads_back_to_the_calendar(
    anna: Client, beginning: Town, start: str
) -> None:
    booked = beginning.book(start=at(72))
    page = look(anna, f"/lessons/{booked}/move?start={start}&from=never")
    assert "Pick the new time" in page.text
    answer = anna.post(f"/lessons/{booked}/move", data={"start": start, "_key": "k" * 20})
    assert answer.headers["location"] == f"/lessons/{booked}/move"


def test_a_move_that_the_bank_asks_about_waits_for_it(anna: Client, beginning: Town) -> None:
    """Source: PY-18."""
    card = beginning.world.add_card(beginning.people["anna"], "pm_card_three_d_secure")
    booked = beginning.book(start=at(72))
    beginning.do(
        "anna",
        "PUT",
        f"/bookings/{booked}/payment-method",
        {"payment_method_id": str(card.card_id)},
    )
    page = look(anna, f"/lessons/{booked}/move?start={at(22)}")
    answer = send(anna, page.form(f"/lessons/{booked}/move"))
    assert answer.headers["location"] == f"/lessons/{booked}/move/verify"
    assert "Your bank wants to know" in look(anna, f"/lessons/{booked}/move/verify").text
    assert "/move/verify" in look(anna, f"/lessons/{booked}").answer.text
    challenge = find_challenge(
        BookingId.parse(booked),
        viewer=beginning.people["anna"].account_id,
        read=beginning.ports.read,
        gateway=beginning.ports.gateway,
    )
    assert challenge is not None
    assert challenge.client_secret is not None
    beginning.world.processor.confirm(challenge.intent, challenge.client_secret)
    finish = look(anna, f"/lessons/{booked}/move/verify").form(f"/lessons/{booked}/move")
    assert send(anna, finish).status_code == 303
    assert beginning.kept(booked).status is BookingStatus.CANCELLED


def test_nobody_came(anna: Client, beginning: Town) -> None:
    """Source: BK-36, BK-39."""
    booked = beginning.book()
    assert "Nothing to be said now" in look(anna, f"/lessons/{booked}/problem").text
    beginning.world.advance(24 * HOUR + HOUR / 2)
    sign_in(anna, beginning, "anna")
    assert f"/lessons/{booked}/problem" in look(anna, f"/lessons/{booked}").answer.text
    page = look(anna, f"/lessons/{booked}/problem")
    form = page.form(f"/lessons/{booked}/no-show")
    answer = send(anna, form, missed="I waited for half an hour.")
    assert answer.headers["location"] == f"/lessons/{booked}"
    shown = look(anna, f"/lessons/{booked}")
    assert re.search(r"You told us that Jane E. did not come\.\s+It can be", shown.answer.text)
    assert "No money moves until we have looked into it." in shown.text
    assert "It is charged on" not in shown.text
    back = look(anna, f"/lessons/{booked}/problem").form(f"/lessons/{booked}/no-show/withdrawal")
    assert send(anna, back).status_code == 303
    assert "That is settled." in look(anna, f"/lessons/{booked}").text


def test_it_was_not_right(anna: Client, beginning: Town) -> None:
    """Source: BK-41."""
    booked = beginning.book()
    beginning.world.advance(25 * HOUR + HOUR / 2)
    sign_in(anna, beginning, "anna")
    form = look(anna, f"/lessons/{booked}/problem").form(f"/lessons/{booked}/issue")
    short = send(anna, form, wrong="bad")
    assert short.status_code == 422
    assert "bad</textarea>" in short.text
    assert send(anna, form, wrong="We had half of the lesson only.").status_code == 303
    shown = look(anna, f"/lessons/{booked}")
    assert "We look into it" in shown.text
    assert "issue" not in [each.action for each in look(anna, f"/lessons/{booked}/problem").slips]


def test_who_is_said_not_to_have_come_can_object(anna: Client, beginning: Town) -> None:
    """Source: BK-37."""
    booked = beginning.book()
    beginning.world.advance(24 * HOUR + HOUR / 2)
    beginning.do("jane", "POST", f"/bookings/{booked}/no-show", {"type": "student"})
    sign_in(anna, beginning, "anna")
    page = look(anna, f"/lessons/{booked}/problem")
    assert "We were told that you did not come" in page.text
    form = page.form(f"/lessons/{booked}/no-show/objection")
    assert send(anna, form, came="I was there all along.").status_code == 303
    assert "see it differently" in look(anna, f"/lessons/{booked}").text


def test_a_tip_is_given_once(anna: Client, beginning: Town) -> None:
    """Source: PY-50."""
    booked = taught(beginning)
    sign_in(anna, beginning, "anna")
    page = look(anna, f"/lessons/{booked}")
    assert "Leave a tip" in page.text
    form = page.form(f"/lessons/{booked}/tip")
    assert form.fields["amount"] == ["1000"]
    assert send(anna, form, amount="other", other="lots").status_code == 422
    small = send(anna, form, amount="other", other="0.50")
    assert (small.status_code, "0.50" in small.text) == (422, True)
    form = read(small).form(f"/lessons/{booked}/tip")
    assert send(anna, form, amount="other", other="12.50").status_code == 303
    shown = look(anna, f"/lessons/{booked}")
    assert "You gave $12.50" in shown.text
    assert "Give the tip" not in shown.text
    again = anna.post(
        f"/lessons/{booked}/tip", data={"amount": "500", "_key": "another-key-of-mine"}
    )
    assert again.status_code == 409


def test_a_tip_that_the_bank_asks_about_waits_for_it(anna: Client, beginning: Town) -> None:
    """Source: PY-51."""
    booked = taught(beginning)
    card = beginning.world.add_card(beginning.people["anna"], "pm_card_three_d_secure")
    sign_in(anna, beginning, "anna")
    beginning.do("anna", "PATCH", f"/payment-methods/{card.card_id}", {"is_default": True})
    assert anna.get(f"/lessons/{booked}/tip/verify").headers["location"] == f"/lessons/{booked}#tip"
    answer = send(anna, look(anna, f"/lessons/{booked}").form(f"/lessons/{booked}/tip"))
    assert answer.headers["location"] == f"/lessons/{booked}/tip/verify"
    assert "Your bank wants to know" in look(anna, f"/lessons/{booked}/tip/verify").text
    assert "/tip/verify" in look(anna, f"/lessons/{booked}").answer.text


def test_a_bank_that_says_no_is_told_and_asked_again(anna: Client, beginning: Town) -> None:
    booked = taught(beginning)
    card = beginning.world.add_card(beginning.people["anna"], "pm_card_insufficient_funds")
    sign_in(anna, beginning, "anna")
    beginning.do("anna", "PATCH", f"/payment-methods/{card.card_id}", {"is_default": True})
    answer = send(anna, look(anna, f"/lessons/{booked}").form(f"/lessons/{booked}/tip"))
    assert answer.status_code == 402
    assert "not enough money" in answer.text
    assert "Choose another card" in answer.text


def test_a_late_move_that_the_bank_refuses_changes_nothing(anna: Client, beginning: Town) -> None:
    """Source: BK-34, PY-18."""
    booked = beginning.book(start=at(72))
    card = beginning.world.add_card(beginning.people["anna"], "pm_card_declined")
    path = f"/bookings/{booked}/payment-method"
    beginning.do("anna", "PUT", path, {"payment_method_id": str(card.card_id)})
    page = look(anna, f"/lessons/{booked}/move?start={at(22)}")
    answer = send(anna, page.form(f"/lessons/{booked}/move"))
    assert answer.status_code == 402
    assert "Choose another card" in answer.text
    assert 'href="/cards"' in answer.text
    assert beginning.kept(booked).status is BookingStatus.CONFIRMED


def test_receipts_are_there_once_the_card_was_charged(anna: Client, beginning: Town) -> None:
    booked = taught(beginning)
    sign_in(anna, beginning, "anna")
    page = look(anna, f"/lessons/{booked}")
    assert "Taught" in page.text
    for form in ("html", "pdf"):
        path = f"/api/v1/bookings/{booked}/receipt?format={form}"
        assert path in page.answer.text
        assert anna.get(path).status_code == 200


def test_the_place_is_shown_to_whom_it_may_be(anna: Client, beginning: Town) -> None:
    """Source: BK-5."""
    there = beginning.book(location_type="instructor_location", start=at(25))
    assert "At the studio" in look(anna, "/lessons").text
    assert "1 Main St, Brooklyn" in look(anna, f"/lessons/{there}").text


def test_pages_speak_spanish(anna: Client, beginning: Town) -> None:
    booked = beginning.book()
    anna.headers["Accept-Language"] = "es"
    for path in ("/lessons", f"/lessons/{booked}", f"/lessons/{booked}/cancel", "/wallet"):
        assert '<html lang="es"' in look(anna, path).answer.text
