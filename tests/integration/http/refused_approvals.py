"""What one person of the staff is refused, and what a second one is. Source: spec 02 §11.9."""

from datetime import timedelta
from typing import Any, Final

from tests.integration.http.money_stories import (
    FIRST,
    FOUR_EYES,
    REASON,
    asked,
    granting,
    tightening,
)
from tests.integration.http.refusal import refused
from tests.integration.http.routes import NOTHING
from tests.integration.http.town import Ask, Town

DAY: Final = timedelta(days=1)
LEFT: Final = {"admin_approvals"}


def _deciding(approval_id: str, how: str = "approve", who: str = "rob") -> Ask:
    path = f"/admin/approvals/{approval_id}/{how}"
    return Ask(who=who, method="POST", path=path, body=REASON)


def _rule(cents: Any, **more: Any) -> Ask:
    body = {**REASON, "body": {"above_cents": cents, **more}}
    return Ask(who="ada", method="POST", path=f"{FOUR_EYES}/validate", body=body, headers=FIRST)


@refused(
    "second_person_required",
    409,
    "spec 02 §11.9",
    has={"at_stake_cents": 30_000, "expires_at": "2030-01-08T17:00:00Z"},
    leaves=LEFT,
)
def much_credit_by_one_person(town: Town) -> Ask:
    act = granting(town, 30_000)
    return act.doing(act.seen(town))


@refused("second_person_required", 409, "spec 02 §11.9", has={"at_stake_cents": 1}, leaves=LEFT)
def much_credit_in_slices(town: Town) -> Ask:
    most = granting(town, 20_000)
    assert town.send(most.doing(most.seen(town))).status_code == 200
    act = granting(town, 1)
    return act.doing(act.seen(town))


@refused("second_person_required", 409, "ADR 0039", leaves=LEFT)
def a_laxer_rule_by_one_person(town: Town) -> Ask:
    act = tightening(town).with_words(body={"above_cents": None})
    return act.doing(act.seen(town))


@refused("four_eyes", 403, "spec 02 §11.9")
def approving_what_oneself_asked_for(town: Town) -> Ask:
    return _deciding(asked(town), who="ada")


@refused("approval_decided", 409, "spec 02 §11.9", has={"state": "approved"})
def declining_what_was_approved(town: Town) -> Ask:
    approval_id = asked(town)
    assert town.send(_deciding(approval_id)).status_code == 200
    return _deciding(approval_id, "decline", "ada")


@refused("approval_expired", 409, "spec 03 §11.7", has={"expired_at": "2030-01-08T17:00:00Z"})
def approving_after_a_day(town: Town) -> Ask:
    approval_id = asked(town)
    town.world.clock.move(DAY + timedelta(seconds=1))
    return _deciding(approval_id)


@refused("not_found", 404, "spec 02 §11.9")
def approving_what_nobody_asked_for(_: Town) -> Ask:
    return _deciding(NOTHING)


@refused("not_found", 404, "spec 02 §11.9")
def looking_at_what_nobody_asked_for(_: Town) -> Ask:
    return Ask(who="ada", method="GET", path=f"/admin/approvals/{NOTHING}")


@refused("permission_denied", 403, "spec 02 §11.9, AC-41")
def a_student_approves_their_credit(town: Town) -> Ask:
    return _deciding(asked(town), who="anna")


@refused("permission_denied", 403, "spec 02 §11.9, AC-41")
def an_instructor_looks_at_requests(_: Town) -> Ask:
    return Ask(who="jane", method="GET", path="/admin/approvals")


@refused("validation_failed", 422, "AD-11", pointer="/body/above_cents")
def a_rule_below_nothing(_: Town) -> Ask:
    return _rule(-1)


@refused("validation_failed", 422, "AD-11", pointer="/body/below_cents")
def a_rule_that_says_more(_: Town) -> Ask:
    return _rule(1, below_cents=1)


@refused("precondition_required", 428, "AD-10")
def a_rule_over_an_unseen_one(town: Town) -> Ask:
    act = tightening(town)
    return Ask(who="ada", method="POST", path=act.preview, body=dict(act.body))


@refused("version_conflict", 412, "AD-10", has={"current_version": 1})
def a_rule_over_one_that_is_not(town: Town) -> Ask:
    act = tightening(town)
    return Ask(
        who="ada",
        method="POST",
        path=act.preview,
        body=dict(act.body),
        headers={"If-Match": "2"},
    )
