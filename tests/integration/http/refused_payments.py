"""What students and instructors are refused about money: cards, tips, debts, quotes, payouts."""

from datetime import timedelta
from typing import Any, Final

from instainstru_core.accounts.ids import StudentId
from instainstru_core.booking.terms import Standing
from instainstru_core.kernel.time import instant_text
from instainstru_core.payments.debts.model import DebtCause
from instainstru_core.testing.fakes.processor.cards import TEST_CARDS
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.world import NOON, PIANO
from tests.integration.http.money_stories import OWED, earned, given, newcomer, owing
from tests.integration.http.refusal import refused
from tests.integration.http.refused_bookings import START, acting, booking
from tests.integration.http.routes import NOTHING
from tests.integration.http.town import Ask, Town

SOON: Final = instant_text(NOON + timedelta(hours=2))
TIP: Final = {"amount_cents": 500}


def _sending(who: str, path: str, body: Any, method: str = "POST") -> Ask:
    return Ask(who=who, method=method, path=path, body=body)


def _card(town: Town, token: str, who: str = "anna") -> str:
    kept = town.do(who, "POST", "/payment-methods", {"token": token})
    return str(kept["payment_method_id"])


def _without_cards(town: Town) -> None:
    for card in town.do("anna", "GET", "/payment-methods")["items"]:
        town.do("anna", "DELETE", f"/payment-methods/{card['payment_method_id']}")


def _anothers_card(town: Town) -> str:
    (card,) = town.do("bob", "GET", "/payment-methods")["items"]
    return str(card["payment_method_id"])


# --- quotes: PR-5, PR-6, spec 02 §5 ---


def _quoting(town: Town, **changes: Any) -> Ask:
    body = {
        "instructor_id": town.id_of("jane"),
        "service_id": str(PIANO),
        "location_type": "online",
        "duration_minutes": 60,
    }
    return _sending("anna", "/pricing/quotes", body | changes)


@refused("negative_credit", 422, "PR-5")
def a_quote_with_credit_below_zero(town: Town) -> Ask:
    return _quoting(town, credit_cents=-1)


@refused("duration_not_offered", 422, "spec 02 §5", has={"offered_minutes": [30, 60, 90]})
def a_quote_for_a_length_not_offered(town: Town) -> Ask:
    return _quoting(town, duration_minutes=45)


@refused("format_not_offered", 422, "spec 02 §5")
def a_quote_for_a_format_not_offered(town: Town) -> Ask:
    return _quoting(town, instructor_id=town.id_of("mary"), location_type="instructor_location")


@refused("not_found", 404, "spec 02 §5")
def a_quote_for_what_nobody_teaches(town: Town) -> Ask:
    return _quoting(town, service_id=NOTHING)


@refused("validation_failed", 422, "PR-1, SE-21", pointer="/credit_cents")
def a_quote_with_credit_without_end(town: Town) -> Ask:
    return _quoting(town, credit_cents=10**18)


@refused("validation_failed", 422, "PR-1, SE-21", pointer="/credit_cents")
def a_quote_with_half_a_cent_of_credit(town: Town) -> Ask:
    return _quoting(town, credit_cents=0.5)


@refused("validation_failed", 422, "SE-21", pointer="/currency")
def a_quote_in_another_currency(town: Town) -> Ask:
    return _quoting(town, currency="eur")


@refused("validation_failed", 422, "PR-16, SE-21", pointer="/hourly_rate_cents")
def a_quote_at_a_rate_of_ones_own(town: Town) -> Ask:
    return _quoting(town, hourly_rate_cents=1)


# --- cards: PY-4, PY-67 ---


@refused("card_declined", 402, "PY-9", has={"decline_category": "processing_error"})
def a_card_that_nobody_issued(_: Town) -> Ask:
    return _sending("anna", "/payment-methods", {"token": "pm_card_forged"})


@refused("card_in_use", 409, "PY-67")
def a_card_that_is_kept_for_somebody_else(town: Town) -> Ask:
    with town.ports.begin() as work:
        (mine,) = work.cards.of(StudentId.parse(town.id_of("bob")))
    return _sending("anna", "/payment-methods", {"token": mine.token})


@refused("payment_method_limit_reached", 409, "PY-67")
def an_eleventh_card(town: Town) -> Ask:
    kept = 1
    tokens = [token for token, card in TEST_CARDS.items() if not card.hard]
    for token in tokens:
        if kept == 10:
            break
        _card(town, token)
        kept = len(town.do("anna", "GET", "/payment-methods")["items"])
    assert kept == 10
    return _sending("anna", "/payment-methods", {"token": tokens[-1]})


@refused("card_setup_unfinished", 409, "PY-4")
def a_form_that_nobody_filled_in(town: Town) -> Ask:
    form = town.do("anna", "POST", "/payment-methods/setup-intents", {})
    return _sending("anna", "/payment-methods", {"setup_intent_id": form["setup_intent_id"]})


@refused("not_found", 404, "PY-4")
def a_form_that_there_is_not(_: Town) -> Ask:
    return _sending("anna", "/payment-methods", {"setup_intent_id": "seti_forged"})


@refused("validation_failed", 422, "PY-67", pointer="/is_default")
def no_default_card(town: Town) -> Ask:
    card = _card(town, "pm_card_mastercard")
    return _sending("anna", f"/payment-methods/{card}", {"is_default": False}, "PATCH")


@refused("not_found", 404, "PY-67, AC-56")
def choosing_anothers_card(town: Town) -> Ask:
    path = f"/payment-methods/{_anothers_card(town)}"
    return _sending("anna", path, {"is_default": True}, "PATCH")


@refused("payment_method_in_use", 409, "PY-67")
def forgetting_the_card_that_pays(town: Town) -> Ask:
    (card,) = town.do("anna", "GET", "/payment-methods")["items"]
    town.book()
    path = f"/payment-methods/{card['payment_method_id']}"
    return Ask(who="anna", method="DELETE", path=path)


@refused("processor_unavailable", 503, "PY-62")
def a_card_while_the_processor_is_away(town: Town) -> Ask:
    town.world.processor.fail_next("attach_card", Fault.TIMEOUT_BEFORE)
    return _sending("anna", "/payment-methods", {"token": "pm_card_mastercard"})


# --- another card, another try: PY-15 ---


@refused("payment_not_retryable", 409, "PY-15")
def a_retry_of_what_is_settled(town: Town) -> Ask:
    return acting("anna", given(town), "payment-retries")


@refused("not_found", 404, "PY-15, AC-56")
def a_retry_of_anothers_lesson(town: Town) -> Ask:
    return acting("bob", town.book(), "payment-retries")


@refused("not_found", 404, "PY-15")
def a_retry_of_what_nobody_paid_for(town: Town) -> Ask:
    return acting("anna", town.hold(), "payment-retries")


@refused("not_found", 404, "PY-67, AC-56")
def anothers_card_for_ones_own_lesson(town: Town) -> Ask:
    body = {"payment_method_id": _anothers_card(town)}
    return _sending("anna", f"/bookings/{town.book()}/payment-method", body, "PUT")


@refused("validation_failed", 422, "SE-21", pointer="/amount_cents")
def a_retry_of_another_amount(town: Town) -> Ask:
    return acting("anna", town.book(), "payment-retries", {"amount_cents": 1})


# --- checkout: PY-3, PY-7, PR-14 ---


def _confirming(town: Town, held: str, **more: Any) -> Ask:
    return acting("anna", held, "confirm", {**town.agreed("anna", held), **more})


@refused("instructor_not_payable", 409, "PY-3")
def paying_somebody_without_an_account(town: Town) -> Ask:
    asked = _confirming(town, town.hold(instructor_id=town.id_of("mary")))
    newcomer(town)
    return asked


@refused("validation_failed", 422, "PR-14, SE-21", pointer="/card_amount_cents")
def paying_an_amount_of_ones_own(town: Town) -> Ask:
    return _confirming(town, town.hold(), card_amount_cents=1)


@refused("validation_failed", 422, "PR-5, SE-21", pointer="/credit_cents")
def paying_with_credit_below_zero(town: Town) -> Ask:
    return _confirming(town, town.hold(), credit_cents=-(10**18))


@refused("quote_changed", 409, "PR-14, PR-5")
def paying_with_credit_that_nobody_has(town: Town) -> Ask:
    return _confirming(town, town.hold(), fingerprint="f" * 64, credit_cents=5000)


@refused("not_found", 404, "BK-44, AC-56")
def paying_for_anothers_lesson(town: Town) -> Ask:
    held = town.hold()
    return acting("bob", held, "confirm", town.agreed("anna", held))


@refused(
    "card_declined",
    402,
    "PY-9",
    has={"decline_category": "insufficient_funds"},
    leaves={"payments", "payment_operations", "bookings", "calendars"},
)
def a_lesson_soon_that_the_bank_refuses(town: Town) -> Ask:
    card = _card(town, "pm_card_insufficient_funds")
    return _confirming(town, town.hold(start=SOON), payment_method_id=card)


# --- standing and debts: PY-26, PY-71 ---


@refused("account_locked", 403, "PY-71, BK-11 row 2")
def booking_with_an_account_that_is_locked(town: Town) -> Ask:
    owing(town)
    return booking(town, start=instant_text(START + timedelta(days=4)))


@refused("account_restricted", 403, "PY-71, BK-11 row 2")
def booking_with_an_account_that_is_restricted(town: Town) -> Ask:
    owing(town, standing=Standing.RESTRICTED)
    return booking(town, start=instant_text(START + timedelta(days=4)))


@refused("credit_balance_negative", 403, "PY-71, BK-11 row 2")
def booking_while_something_is_owed(town: Town) -> Ask:
    owing(town, standing=Standing.OK)
    return booking(town, start=instant_text(START + timedelta(days=4)))


def _repaying(town: Town, body: Any, who: str = "anna") -> Ask:
    return _sending(who, f"/debts/{owing(town)}/payments", body)


@refused("debt_amount_out_of_range", 422, "PY-26", has={"owed_cents": OWED})
def paying_more_than_is_owed(town: Town) -> Ask:
    return _repaying(town, {"amount_cents": OWED + 1})


@refused("debt_amount_out_of_range", 422, "PY-4", has={"owed_cents": OWED})
def leaving_less_than_a_card_can_pay(town: Town) -> Ask:
    return _repaying(town, {"amount_cents": OWED - 49})


@refused("debt_amount_out_of_range", 422, "PY-4", has={"owed_cents": OWED})
def paying_less_than_a_card_can(town: Town) -> Ask:
    return _repaying(town, {"amount_cents": 49})


@refused("validation_failed", 422, "SE-21", pointer="/amount_cents")
def paying_a_debt_backwards(town: Town) -> Ask:
    return _repaying(town, {"amount_cents": -OWED})


@refused("debt_paid", 409, "PY-26")
def paying_a_debt_that_is_none_any_more(town: Town) -> Ask:
    debt = owing(town)
    town.do("ada", "POST", f"/admin/debts/{debt}/write-offs", {"reason_code": "old"})
    return _sending("anna", f"/debts/{debt}/payments", {})


@refused("payment_method_required", 422, "PY-7, PY-26")
def paying_a_debt_with_nothing(town: Town) -> Ask:
    debt = owing(town)
    _without_cards(town)
    return _sending("anna", f"/debts/{debt}/payments", {})


@refused("not_found", 404, "PY-67, AC-56")
def paying_a_debt_with_anothers_card(town: Town) -> Ask:
    return _repaying(town, {"payment_method_id": _anothers_card(town)})


@refused("not_found", 404, "AC-56")
def paying_anothers_debt(town: Town) -> Ask:
    return _repaying(town, {}, who="bob")


@refused("operation_in_progress", 409, "PY-61")
def giving_up_a_debt_that_a_card_is_paying(town: Town) -> Ask:
    debt = owing(town)
    card = _card(town, "pm_card_three_d_secure")
    town.do("anna", "POST", f"/debts/{debt}/payments", {"payment_method_id": card})
    return _sending("ada", f"/admin/debts/{debt}/write-offs", {"reason_code": "old"})


@refused("debt_outstanding", 409, "PY-71")
def clearing_who_still_owes(town: Town) -> Ask:
    owing(town, cause=DebtCause.ESCALATED)
    path = f"/admin/students/{town.id_of('anna')}/payment-standing"
    return _sending("ada", path, {"reason_code": "asked", "standing": "ok"}, "PATCH")


# --- tips: PY-50, PY-51 ---


def _tipping(town: Town, lesson: str, body: Any = None, who: str = "anna") -> Ask:
    return acting(who, lesson, "tips", TIP if body is None else body)


@refused("tip_amount_out_of_range", 422, "PY-50", has={"min_cents": 100, "max_cents": 50_000})
def a_tip_of_ninety_nine_cents(town: Town) -> Ask:
    return _tipping(town, given(town), {"amount_cents": 99})


@refused("tip_amount_out_of_range", 422, "PY-50", has={"min_cents": 100, "max_cents": 50_000})
def a_tip_below_nothing(town: Town) -> Ask:
    return _tipping(town, given(town), {"amount_cents": -500})


@refused("validation_failed", 422, "PR-1, SE-21", pointer="/amount_cents")
def a_tip_without_end(town: Town) -> Ask:
    return _tipping(town, given(town), {"amount_cents": 10**18})


@refused("tip_not_allowed", 409, "PY-50")
def a_tip_before_the_lesson(town: Town) -> Ask:
    return _tipping(town, town.book())


@refused("tip_not_allowed", 409, "PY-50")
def a_tip_after_a_month(town: Town) -> Ask:
    lesson = given(town)
    town.world.clock.set(START + timedelta(days=31))
    return _tipping(town, lesson)


@refused("already_tipped", 409, "PY-50")
def a_second_tip(town: Town) -> Ask:
    lesson = given(town)
    town.send(_tipping(town, lesson))
    return _tipping(town, lesson)


@refused("tip_in_progress", 409, "PY-51", has={"amount_cents": 500})
def another_tip_while_one_waits_for_its_cardholder(town: Town) -> Ask:
    lesson, card = given(town), _card(town, "pm_card_three_d_secure")
    town.send(_tipping(town, lesson, {**TIP, "payment_method_id": card}))
    return _tipping(town, lesson, {"amount_cents": 600})


@refused("not_found", 404, "PY-67, AC-56")
def a_tip_with_anothers_card(town: Town) -> Ask:
    return _tipping(town, given(town), {**TIP, "payment_method_id": _anothers_card(town)})


@refused("not_found", 404, "BK-44, AC-56")
def a_tip_for_anothers_lesson(town: Town) -> Ask:
    return _tipping(town, given(town), who="bob")


@refused("permission_denied", 403, "AC-41")
def an_instructor_tips(town: Town) -> Ask:
    return _tipping(town, given(town), who="jane")


# --- payouts: PY-48, PY-49 ---


def _cashing(who: str, cents: Any) -> Ask:
    return _sending(who, "/connect/instant-payouts", {"amount_cents": cents})


@refused("instant_payout_out_of_range", 422, "PY-49", has={"min_cents": 100})
def more_at_once_than_there_is(town: Town) -> Ask:
    earned(town)
    return _cashing("jane", 1_000_000_000)


@refused("instant_payout_out_of_range", 422, "PY-49", has={"min_cents": 100})
def a_payout_of_ninety_nine_cents(town: Town) -> Ask:
    earned(town)
    return _cashing("jane", 99)


@refused("validation_failed", 422, "PR-1, SE-21", pointer="/amount_cents")
def a_payout_of_a_fraction(_: Town) -> Ask:
    return _cashing("jane", 100.5)


@refused("validation_failed", 422, "SE-21", pointer="/account")
def a_payout_to_anothers_account(_: Town) -> Ask:
    body = {"amount_cents": 500, "account": "acct_somebody_elses"}
    return _sending("jane", "/connect/instant-payouts", body)


@refused("operation_in_progress", 409, "PY-49, PY-62")
def a_payout_while_one_is_not_answered(town: Town) -> Ask:
    earned(town)
    town.world.processor.fail_next("instant_payout", Fault.TIMEOUT_BEFORE, calls=1)
    town.do("jane", "POST", "/connect/instant-payouts", {"amount_cents": 500})
    return _cashing("jane", 600)


@refused("not_onboarded", 409, "PY-49")
def a_payout_from_an_account_that_is_not_complete(town: Town) -> Ask:
    with town.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE connect_accounts SET payouts_enabled = false")
    return _cashing("jane", 500)


@refused("not_found", 404, "PY-49")
def a_payout_without_an_account(town: Town) -> Ask:
    newcomer(town)
    return _cashing("mary", 500)


@refused("not_found", 404, "spec 02 §5")
def a_dashboard_without_an_account(town: Town) -> Ask:
    newcomer(town)
    return _sending("mary", "/connect/dashboard-links", {})


@refused("validation_failed", 422, "PY-48")
def a_schedule_on_the_thirty_first(_: Town) -> Ask:
    body = {"interval": "monthly", "month_day": 31}
    return _sending("jane", "/connect/payout-schedule", body, "PUT")


@refused("permission_denied", 403, "AC-41")
def a_students_payout(_: Town) -> Ask:
    return _cashing("anna", 500)


# --- keys: SE-13 ---


@refused("idempotency_key_reused", 422, "SE-13, PY-59")
def another_tip_with_the_same_key(town: Town) -> Ask:
    lesson, key = given(town), "one-key-for-two-tips"
    town.do("anna", "POST", f"/bookings/{lesson}/tips", TIP, key=key)
    return acting("anna", lesson, "tips", {"amount_cents": 501}, key=key)


@refused("idempotency_key_required", 400, "PY-59")
def a_tip_without_a_key(town: Town) -> Ask:
    return acting("anna", given(town), "tips", TIP, has_key=False)


# --- webhooks: SE-30, PY-63 ---


@refused("webhook_signature_invalid", 400, "SE-30, PY-63")
def an_event_that_nobody_signed(_: Town) -> Ask:
    body = {"id": "evt_1", "type": "charge.refunded", "data": {"object": {"id": "ch_1"}}}
    return Ask(who=None, method="POST", path="/webhooks/simulator", body=body)


@refused("webhook_signature_invalid", 400, "SE-30, PY-63")
def an_event_that_somebody_else_signed(town: Town) -> Ask:
    at = int(town.ports.clock.now().timestamp())
    body = {"id": "evt_1", "type": "charge.refunded", "data": {"object": {"id": "ch_1"}}}
    signed = {"stripe-signature": f"t={at},v1={'0' * 64}"}
    return Ask(who=None, method="POST", path="/webhooks/stripe", body=body, headers=signed)


# --- receipts and statements: PY-55, PY-69 ---


@refused("receipt_not_found", 404, "PY-55")
def a_receipt_for_what_nobody_paid_for(town: Town) -> Ask:
    return Ask(who="anna", method="GET", path=f"/bookings/{town.hold()}/receipt")


@refused("receipt_not_found", 404, "PY-55, AC-56")
def a_receipt_for_anothers_lesson(town: Town) -> Ask:
    return Ask(who="bob", method="GET", path=f"/bookings/{given(town)}/receipt")


@refused("invalid_period", 422, "PY-69", pointer="/query/to")
def a_statement_that_ends_before_it_begins(_: Town) -> Ask:
    days = {"from": "2030-01-07", "to": "2030-01-06"}
    return Ask(who="jane", method="GET", path="/earnings/summary", query=days)
