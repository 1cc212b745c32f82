"""What the staff is refused about money: refunds, credit, reviews, prices, holds, books."""

from datetime import timedelta
from typing import Any, Final

from instainstru_core.payments.refunds.plan import REFUND_WINDOW
from tests.integration.http.money_stories import (
    DEARER,
    FIRST,
    GOODWILL,
    OWED,
    PRICING,
    REASON,
    granted,
    granting,
    holding,
    owing,
    paid,
    promoting,
    publishing,
    refunding,
    resolving,
    revoking,
)
from tests.integration.http.refusal import refused
from tests.integration.http.routes import NOTHING
from tests.integration.http.town import Ask, Town

DAY: Final = "/admin/reconciliations/2030-01-06"


def _asking(method: str, path: str, body: Any = None, **more: Any) -> Ask:
    return Ask(who="ada", method=method, path=path, body=body, **more)


# --- refunds: PY-52, PY-53, PY-54 ---


@refused("amount_exceeds_remaining", 422, "PY-53")
def giving_back_more_than_was_taken(town: Town) -> Ask:
    return refunding(town).with_words(amount_cents=1_000_000_000).looking()


@refused("validation_failed", 422, "PR-1, SE-21", pointer="/amount_cents")
def giving_back_nothing(town: Town) -> Ask:
    return refunding(town).with_words(amount_cents=0).looking()


@refused("validation_failed", 422, "PR-1, SE-21", pointer="/amount_cents")
def giving_back_less_than_nothing(town: Town) -> Ask:
    return refunding(town).with_words(amount_cents=-2500).looking()


@refused("already_refunded", 409, "PY-53, AD-6")
def giving_back_what_was_given_back(town: Town) -> Ask:
    act = refunding(town)
    whole = type(act)(
        method=act.method, path=act.path, preview=act.preview, body={"reason": "dispute"}
    )
    town.send(whole.doing(whole.seen(town)))
    town.world.settle()
    return act.looking()


@refused("refund_window_closed", 409, "PY-54")
def giving_back_after_half_a_year(town: Town) -> Ask:
    act = refunding(town)
    town.world.clock.move(REFUND_WINDOW + timedelta(days=1))
    return act.looking()


@refused("not_found", 404, "PY-52")
def giving_back_nobodys_money(_: Town) -> Ask:
    return _asking("POST", f"/admin/payments/{NOTHING}/refund-previews", GOODWILL)


@refused("permission_denied", 403, "PY-52, AC-41")
def giving_oneself_ones_money_back(town: Town) -> Ask:
    return refunding(town).looking("anna")


# --- reviews: PY-58 ---


@refused("remedy_not_legal", 409, "PY-58")
def a_remedy_that_is_none(town: Town) -> Ask:
    return resolving(town).with_words(remedy="retry_transfer").looking()


@refused("remedy_not_legal", 409, "PY-58", has={"legal": []})
def resolving_what_needs_nobody(town: Town) -> Ask:
    path = f"/admin/payments/{paid(town)}/resolution-previews"
    return _asking("POST", path, {**REASON, "remedy": "retry_refund"})


# --- credit: CR-15 ---


@refused("credit_amount_out_of_range", 422, "CR-15", has={"maximum_cents": 50_000})
def more_credit_than_anybody_may_grant(town: Town) -> Ask:
    return granting(town, 50_001).looking()


@refused("credit_amount_out_of_range", 422, "CR-15", has={"minimum_cents": 1})
def credit_of_nothing(town: Town) -> Ask:
    return granting(town, 0).looking()


@refused("validation_failed", 422, "PR-1, SE-21", pointer="/amount_cents")
def credit_below_nothing(town: Town) -> Ask:
    return granting(town, -1).looking()


@refused("not_found", 404, "CR-15")
def credit_for_nobody(_: Town) -> Ask:
    path = f"/admin/students/{NOTHING}/credit-previews"
    return _asking("POST", path, {**REASON, "amount_cents": 100})


@refused("nothing_to_revoke", 409, "CR-15")
def taking_back_more_credit_than_is_left(town: Town) -> Ask:
    return revoking(town).with_words(amount_cents=5001).looking()


@refused("nothing_to_revoke", 409, "CR-15")
def taking_back_credit_that_has_run_out(town: Town) -> Ask:
    act = revoking(town)
    town.world.clock.move(timedelta(days=400))
    return act.looking()


@refused("credit_not_found", 404, "CR-15")
def taking_back_credit_that_there_is_not(_: Town) -> Ask:
    path = f"/admin/credits/{NOTHING}/revocation-previews"
    return _asking("POST", path, {**REASON, "amount_cents": 1})


@refused("permission_denied", 403, "CR-15, AC-41")
def granting_oneself_credit(town: Town) -> Ask:
    return granting(town).looking("anna")


@refused("permission_denied", 403, "CR-15, AC-41")
def revoking_anothers_credit(town: Town) -> Ask:
    path = f"/admin/credits/{granted(town)}/revocation-previews"
    return Ask(who="bob", method="POST", path=path, body=REASON)


# --- debts: PY-26 ---


@refused("debt_amount_out_of_range", 422, "PY-26", has={"owed_cents": OWED})
def giving_up_more_than_is_owed(town: Town) -> Ask:
    path = f"/admin/debts/{owing(town)}/write-offs"
    return _asking("POST", path, {**REASON, "amount_cents": OWED + 1})


@refused("not_found", 404, "PY-26")
def giving_up_a_debt_that_there_is_not(_: Town) -> Ask:
    return _asking("POST", f"/admin/debts/{NOTHING}/write-offs", REASON)


@refused("permission_denied", 403, "PY-26, AC-41")
def giving_up_ones_own_debt(town: Town) -> Ask:
    path = f"/admin/debts/{owing(town)}/write-offs"
    return Ask(who="anna", method="POST", path=path, body=REASON)


@refused("not_found", 404, "PY-71")
def the_standing_of_nobody(_: Town) -> Ask:
    path = f"/admin/students/{NOTHING}/payment-standing"
    return _asking("PATCH", path, {**REASON, "standing": "ok"})


# --- holds and tiers: PY-73, PR-18 ---


@refused("payouts_already_held", 409, "PY-73")
def holding_what_is_held(town: Town) -> Ask:
    act = holding(town)
    town.send(act.doing(act.seen(town)))
    return act.looking()


@refused("payouts_not_held", 409, "PY-73")
def releasing_what_nobody_holds(town: Town) -> Ask:
    return _asking("DELETE", holding(town).path, query={"reason_code": "cleared"})


@refused("not_found", 404, "PY-73")
def holding_nobodys_payouts(_: Town) -> Ask:
    return _asking("POST", f"/admin/instructors/{NOTHING}/payout-hold-previews", REASON)


@refused("permission_denied", 403, "PY-73, AC-41")
def releasing_ones_own_payouts(town: Town) -> Ask:
    act = holding(town)
    town.send(act.doing(act.seen(town)))
    return Ask(who="jane", method="DELETE", path=act.path, query={"reason_code": "mine"})


@refused("unknown_tier", 422, "PR-18", has={"tiers": ["entry", "growth", "pro"]})
def a_tier_that_there_is_not(town: Town) -> Ask:
    return promoting(town, "gold").looking()


@refused("founding_instructor", 409, "PR-13, PR-18")
def a_tier_for_a_founding_instructor(town: Town) -> Ask:
    with town.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE instructors SET founding = true")
    return promoting(town).looking()


@refused("not_found", 404, "PR-18")
def a_tier_for_nobody(_: Town) -> Ask:
    path = f"/admin/instructors/{NOTHING}/tier-preview"
    return _asking("POST", path, {**REASON, "tier": "pro"})


@refused("permission_denied", 403, "PR-18, AC-41")
def promoting_oneself(town: Town) -> Ask:
    return promoting(town).looking("jane")


# --- the pricing document: AD-10, AD-11 ---


@refused("precondition_required", 428, "AD-10")
def publishing_without_having_looked(town: Town) -> Ask:
    act = publishing(town)
    return _asking("POST", act.preview, act.body)


@refused("version_conflict", 412, "AD-10")
def publishing_over_somebody_elses(town: Town) -> Ask:
    act = publishing(town)
    town.send(act.doing(act.seen(town)))
    return act.looking()


@refused("invalid_config", 422, "AD-11")
def prices_that_cannot_be(_: Town) -> Ask:
    body = {**REASON, "body": {**DEARER, "student_fee_bps": 10**18}}
    return _asking("POST", f"{PRICING}/validate", body, headers=FIRST)


@refused("invalid_config", 422, "AD-11")
def a_fee_below_nothing(_: Town) -> Ask:
    body = {**REASON, "body": {**DEARER, "student_fee_bps": -1}}
    return _asking("POST", f"{PRICING}/validate", body, headers=FIRST)


@refused("validation_failed", 422, "AD-11", pointer="/body/currency")
def a_price_document_with_a_currency(_: Town) -> Ask:
    body = {**REASON, "body": {**DEARER, "currency": "eur"}}
    return _asking("POST", f"{PRICING}/validate", body, headers=FIRST)


@refused("not_found", 404, "AD-10")
def going_back_to_a_version_that_was_not(_: Town) -> Ask:
    body = {**REASON, "version": 9}
    return _asking("POST", f"{PRICING}/rollback-preview", body, headers=FIRST)


@refused("permission_denied", 403, "AD-10, AC-41")
def an_instructor_lowers_the_fee(town: Town) -> Ask:
    return publishing(town).looking("jane")


# --- the books: PY-85 ---


@refused("day_not_over", 422, "PY-85")
def reconciling_today(town: Town) -> Ask:
    day = town.ports.clock.now().date()
    return _asking("POST", "/admin/reconciliations", {**REASON, "day": str(day)})


@refused("not_found", 404, "PY-85")
def explaining_a_day_that_was_not_reconciled(_: Town) -> Ask:
    return _asking("POST", f"{DAY}/items/ch_0/resolutions", REASON)


@refused("difference_not_open", 409, "PY-85")
def explaining_what_agrees(town: Town) -> Ask:
    paid(town)
    day = town.ports.clock.now().date()
    town.world.clock.move(timedelta(days=1))
    town.do("ada", "POST", "/admin/reconciliations", {**REASON, "day": str(day)})
    path = f"/admin/reconciliations/{day}/items"
    item = next(
        each
        for each in town.do("ada", "GET", path)["items"]
        if each["item_class"] in {"matched", "pending"}
    )
    return _asking("POST", f"{path}/{item['reference']}/resolutions", REASON)


# --- webhooks: AD-16 ---


@refused("not_found", 404, "AD-16")
def doing_an_event_again_that_never_came(_: Town) -> Ask:
    return _asking("POST", f"/admin/webhooks/{NOTHING}/replay", REASON)


@refused("permission_denied", 403, "AD-16, AC-41")
def a_student_does_an_event_again(_: Town) -> Ask:
    return Ask(who="anna", method="POST", path=f"/admin/webhooks/{NOTHING}/replay", body=REASON)
