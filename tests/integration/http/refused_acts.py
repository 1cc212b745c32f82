"""What the staff's console refuses: acts without proof, without right, and too early."""

from datetime import timedelta
from typing import Any, Final

from instainstru_core.testing.world import HOUR
from tests.integration.http.refusal import refused
from tests.integration.http.refused_bookings import START
from tests.integration.http.refused_claims import MISSED, SAID
from tests.integration.http.routes import NOTHING
from tests.integration.http.town import Ask, Town

REASON: Final = {"reason_code": "storm", "note": "no trains"}
REFUND: Final = {**REASON, "policy": "full_refund"}


def looking(booking_id: str, what: str, body: Any, who: str = "ada") -> Ask:
    """*who* asks what an act would do."""
    path = f"/admin/bookings/{booking_id}/{what}-preview"
    return Ask(who=who, method="POST", path=path, body=body)


def doing(booking_id: str, what: str, body: Any, token: str, who: str = "ada") -> Ask:
    """*who* does what they saw."""
    confirmed = {**body, "confirm_token": token}
    path = f"/admin/bookings/{booking_id}/{what}"
    return Ask(who=who, method="POST", path=path, body=confirmed)


def _seen(town: Town, booking_id: str, body: Any = REFUND, *, settle: bool = True) -> str:
    """The token of Ada's preview of a cancellation, once the card is held."""
    if settle:
        town.world.settle()
    path = f"/admin/bookings/{booking_id}/cancel-preview"
    return str(town.do("ada", "POST", path, body)["confirm_token"])


@refused("permission_denied", 403, "BK-53")
def an_instructor_at_the_console(town: Town) -> Ask:
    return looking(town.book(), "cancel", REFUND, who="jane")


@refused("invalid_format", 400, "AD-7")
def an_act_with_half_a_token(town: Town) -> Ask:
    return doing(town.book(), "cancel", REFUND, "half")


@refused("invalid_signature", 400, "AD-7")
def an_act_with_a_forged_token(town: Town) -> Ask:
    booked = town.book()
    token = _seen(town, booked)
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    return doing(booked, "cancel", REFUND, forged)


@refused("actor_mismatch", 403, "AD-7")
def an_act_that_a_colleague_saw(town: Town) -> Ask:
    booked = town.book()
    return doing(booked, "cancel", REFUND, _seen(town, booked), who="rob")


@refused("expired", 409, "AD-7")
def an_act_that_was_seen_long_ago(town: Town) -> Ask:
    booked = town.book()
    token = _seen(town, booked)
    town.world.clock.move(timedelta(minutes=5, seconds=1))
    return doing(booked, "cancel", REFUND, token)


@refused("payload_mismatch", 409, "AD-7")
def another_act_than_was_seen(town: Town) -> Ask:
    booked = town.book()
    token = _seen(town, booked)
    return doing(booked, "cancel", {**REFUND, "note": "something else"}, token)


@refused("already_used", 409, "AD-7")
def an_act_that_was_done(town: Town) -> Ask:
    booked = town.book()
    token = _seen(town, booked)
    town.send(doing(booked, "cancel", REFUND, token))
    return doing(booked, "cancel", REFUND, token)


@refused("conflict", 409, "AD-7")
def an_act_that_would_do_something_else_by_now(town: Town) -> Ask:
    """Seen before the card was asked, and done after it."""
    booked = town.book()
    credit = {**REASON, "policy": "full_credit"}
    token = _seen(town, booked, credit, settle=False)
    town.world.settle()
    return doing(booked, "cancel", credit, token)


@refused("invalid_state", 409, "BK-53", has={"booking_status": "COMPLETED"})
def calling_off_for_them_what_was_given(town: Town) -> Ask:
    booked = town.book()
    town.world.clock.set(START + HOUR)
    town.do("jane", "POST", f"/bookings/{booked}/complete", {})
    return looking(booked, "cancel", REFUND)


@refused("lesson_started", 409, "PY-39")
def the_students_policy_after_the_start(town: Town) -> Ask:
    return looking(_begun(town), "cancel", {**REASON, "policy": "student_policy"})


@refused("nothing_to_refund", 409, "BK-53")
def giving_back_what_nobody_paid(town: Town) -> Ask:
    """The card is asked a day ahead, and not before."""
    return looking(town.book(), "cancel", REFUND)


@refused("lesson_not_ended", 409, "BK-53")
def completing_before_the_end(town: Town) -> Ask:
    booked = town.book()
    town.world.clock.set(START + timedelta(minutes=59))
    return looking(booked, "complete", REASON)


@refused("lesson_not_started", 409, "BK-53")
def missing_what_has_not_begun(town: Town) -> Ask:
    return looking(town.book(), "no-show", {**REASON, **MISSED})


@refused("invalid_state", 409, "BK-39")
def upholding_a_dispute_that_is_none(town: Town) -> Ask:
    return looking(_reported(town), "no-show", {**REASON, "resolution": "dispute_upheld"})


@refused("already_resolved", 409, "BK-39")
def deciding_what_was_taken_back(town: Town) -> Ask:
    booked = _reported(town)
    town.do("anna", "DELETE", f"/bookings/{booked}/no-show")
    return looking(booked, "no-show", {**REASON, "resolution": "confirmed_after_review"})


@refused("not_found", 404, "BK-39")
def deciding_what_nobody_said(town: Town) -> Ask:
    return looking(town.book(), "no-show", {**REASON, "resolution": "cancelled"})


@refused("not_found", 404, "BK-41")
def deciding_an_issue_that_is_none(town: Town) -> Ask:
    return looking(town.book(), "issue", {**REASON, "outcome": "dismiss"})


@refused("validation_failed", 422, "BK-41")
def a_missed_lesson_that_nobody_missed(town: Town) -> Ask:
    booked = _begun(town)
    town.do("anna", "POST", f"/bookings/{booked}/issue", SAID)
    return looking(booked, "issue", {**REASON, "outcome": "no_show"})


@refused("validation_failed", 422, "BK-53", pointer="/reason_code")
def an_act_without_a_reason(town: Town) -> Ask:
    return looking(town.book(), "cancel", {**REFUND, "reason_code": " "})


@refused("not_found", 404, "BK-53")
def an_act_on_nothing(_: Town) -> Ask:
    return looking(NOTHING, "complete", REASON)


def _begun(town: Town) -> str:
    booked = town.book()
    town.world.settle()
    town.world.clock.set(START)
    return booked


def _reported(town: Town) -> str:
    booked = _begun(town)
    town.do("anna", "POST", f"/bookings/{booked}/no-show", MISSED)
    return booked
