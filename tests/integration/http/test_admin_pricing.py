"""The pricing document, tiers by hand and commissions over HTTP. Source: AD-10, AD-11, PR-18."""

from typing import Any

import pytest

from instainstru_core.accounts.model import Permission
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.document import document_of
from instainstru_core.testing.world import HOUR
from tests.integration.http.test_admin import JANE, OTHER, ROOT, Console, console

__all__ = ["console"]

WHY = {"reason_code": "costs", "note": "the processor got dearer"}
DEARER = {**document_of(DEFAULT_PRICING), "student_fee_bps": 1300}
PRICING = "/admin/config/pricing"


@pytest.fixture
def desk(console: Console) -> Console:
    return console


def send(desk: Console, method: str, path: str, body: Any = None, *, seen: str | None = "1") -> Any:
    """What the staff is answered, having seen version *seen*."""
    if seen is None:
        desk.client.headers.pop("If-Match", None)
    else:
        desk.client.headers["If-Match"] = seen
    return desk.send(ROOT, method, path, body)


def publish(desk: Console, body: dict[str, Any], *, seen: str = "1") -> Any:
    """Validate, then publish."""
    shown = send(desk, "POST", f"{PRICING}/validate", {**WHY, "body": body}, seen=seen)
    assert shown.status_code == 200, shown.text
    token = shown.json()["confirm_token"]
    return send(desk, "PUT", PRICING, {**WHY, "body": body, "confirm_token": token}, seen=seen)


class TestDocument:
    def test_what_holds_is_shown_with_its_version(self, desk: Console) -> None:
        shown = send(desk, "GET", PRICING)
        assert shown.json() == {"version": 1, "body": document_of(DEFAULT_PRICING)}

    def test_ad10_a_document_is_validated_published_and_held(self, desk: Console) -> None:
        """AD-10: the next quote goes by it; the version, who and why are kept."""
        shown = send(desk, "POST", f"{PRICING}/validate", {**WHY, "body": DEARER}, seen='"1"')
        assert shown.json()["effect"] == {
            "changes": [{"path": "/student_fee_bps", "before": 1200, "after": 1300}]
        }
        assert send(desk, "GET", PRICING).json()["version"] == 1
        done = publish(desk, DEARER)
        assert (done.status_code, done.json()["after"]) == (200, {"version": "2"})
        assert send(desk, "GET", PRICING).json() == {"version": 2, "body": DEARER}
        (version,) = send(desk, "GET", f"{PRICING}/versions").json()["items"]
        assert (version["version"], version["reason"]) == (2, WHY["note"])
        public = desk.client.get("/api/v1/pricing/config").json()
        assert (public["version"], public["student_fee_bps"]) == (2, 1300)

    def test_ad10_an_older_document_is_published_anew(self, desk: Console) -> None:
        """AD-10: rollback is a new version with an older body."""
        publish(desk, DEARER)
        body = {**WHY, "version": 1}
        shown = send(desk, "POST", f"{PRICING}/rollback-preview", body, seen="2")
        body["confirm_token"] = shown.json()["confirm_token"]
        done = send(desk, "POST", f"{PRICING}/rollback", body, seen="2")
        assert done.json()["after"] == {"version": "3"}
        now = send(desk, "GET", PRICING).json()
        assert now == {"version": 3, "body": document_of(DEFAULT_PRICING)}
        assert send(desk, "GET", f"{PRICING}/versions").json()["items"][0]["restores"] == 1
        assert send(desk, "GET", f"{PRICING}/versions/2").json()["body"] == DEARER
        unknown = {**WHY, "version": 9}
        assert send(desk, "POST", f"{PRICING}/rollback-preview", unknown).status_code == 404

    @pytest.mark.parametrize(
        ("seen", "status", "code"),
        [
            (None, 428, "precondition_required"),
            ("7", 412, "version_conflict"),
            ("*", 412, "version_conflict"),
            ("one", 412, "version_conflict"),
        ],
    )
    def test_ad10_who_publishes_says_what_they_saw(
        self, desk: Console, seen: str | None, status: int, code: str
    ) -> None:
        refused = send(desk, "POST", f"{PRICING}/validate", {**WHY, "body": DEARER}, seen=seen)
        assert (refused.status_code, refused.json()["code"]) == (status, code)

    def test_ad11_every_broken_field_is_named(self, desk: Console) -> None:
        broken = {**DEARER, "student_fee_bps": 0, "tiers": []}
        refused = send(desk, "POST", f"{PRICING}/validate", {**WHY, "body": broken})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_config")
        paths = [field["path"] for field in refused.json()["fields"]]
        assert paths == ["/student_fee_bps", "/tiers"]
        assert send(desk, "GET", PRICING).json()["version"] == 1

    def test_ad7_what_was_not_shown_is_not_published(self, desk: Console) -> None:
        shown = send(desk, "POST", f"{PRICING}/validate", {**WHY, "body": DEARER}).json()
        other = {**DEARER, "student_fee_bps": 1400}
        body = {**WHY, "body": other, "confirm_token": shown["confirm_token"]}
        refused = send(desk, "PUT", PRICING, body)
        assert (refused.status_code, refused.json()["code"]) == (409, "payload_mismatch")
        stranger = desk.send(OTHER, "PUT", PRICING, {**body, "body": DEARER})
        assert (stranger.status_code, stranger.json()["code"]) == (403, "actor_mismatch")
        assert send(desk, "GET", PRICING).json()["version"] == 1

    def test_two_who_saw_the_same_version(self, desk: Console) -> None:
        """The second is told that there is another one, whenever they looked."""
        first = send(desk, "POST", f"{PRICING}/validate", {**WHY, "body": DEARER}).json()
        publish(desk, {**DEARER, "student_fee_bps": 1400})
        body = {**WHY, "body": DEARER, "confirm_token": first["confirm_token"]}
        late = send(desk, "PUT", PRICING, body)
        assert (late.status_code, late.json()["current_version"]) == (412, 2)

    def test_only_those_who_keep_the_money_publish(self, desk: Console) -> None:
        desk.take_away(Permission.MANAGE_FINANCIALS)
        refused = send(desk, "POST", f"{PRICING}/validate", {**WHY, "body": DEARER})
        assert refused.status_code == 403
        assert send(desk, "GET", PRICING).status_code == 200
        assert desk.send(JANE, "GET", PRICING).status_code == 403


class TestSimulation:
    def test_a_proposal_is_tried_on_what_was_taught(self, desk: Console) -> None:
        """Spec 02 §11.2."""
        desk.world.advance(200 * HOUR)
        tried = send(desk, "POST", "/admin/pricing/simulations", {"body": DEARER, "days": 30})
        assert tried.status_code == 200, tried.text
        seen = tried.json()
        assert (seen["lessons"], seen["instructors"], seen["below_floor"]) == (1, 1, 0)
        assert seen["after"]["student_cost_cents"] - seen["before"]["student_cost_cents"] == 90
        assert seen["student_change_cents"]["p50"] == 90
        assert send(desk, "GET", PRICING).json()["version"] == 1
        broken = {"body": {**DEARER, "tiers": []}, "days": 30}
        assert send(desk, "POST", "/admin/pricing/simulations", broken).status_code == 422


class TestTier:
    def path(self, desk: Console) -> str:
        return f"/admin/instructors/{desk.booking.instructor}/tier"

    def test_pr18_an_operator_sets_a_tier_in_two_steps(self, desk: Console) -> None:
        """PR-18: with a reason, kept for ever; the instructor sees it as of the next evaluation."""
        body = {**WHY, "tier": "pro"}
        shown = send(desk, "POST", f"{self.path(desk)}-preview", body)
        assert shown.json()["after"] == {"tier": "pro", "commission_bps": "1000"}
        body["confirm_token"] = shown.json()["confirm_token"]
        done = send(desk, "PUT", self.path(desk), body)
        assert done.status_code == 200, done.text
        assert done.json()["target"] == str(desk.booking.instructor)
        with desk.world.ports.begin() as work:
            kept = work.instructor_tiers.find(desk.booking.instructor)
        assert kept is not None
        assert kept.commission.tier == "pro"
        again = send(desk, "PUT", self.path(desk), body)
        assert (again.status_code, again.json()["code"]) == (409, "already_used")

    def test_a_tier_that_is_not_there_and_an_instructor_who_is_not(self, desk: Console) -> None:
        refused = send(desk, "POST", f"{self.path(desk)}-preview", {**WHY, "tier": "gold"})
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown_tier")
        nobody = f"/admin/instructors/{desk.booking.student}/tier-preview"
        assert send(desk, "POST", nobody, {**WHY, "tier": "pro"}).status_code == 404

    def test_the_instructor_sees_their_commission(self, desk: Console) -> None:
        """Spec 02 §5: tier, rate, count in the window, lessons to the next tier, the table."""
        mine = desk.send(JANE, "GET", "/commission").json()
        assert (mine["tier"], mine["commission_bps"]) == ("entry", 1500)
        assert (mine["completed_lessons"], mine["lessons_to_next_tier"]) == (0, 4)
        assert [tier["name"] for tier in mine["tiers"]] == ["entry", "growth", "pro"]
        desk.world.advance(100 * HOUR)

        after = desk.send(JANE, "GET", "/commission").json()
        assert (after["completed_lessons"], len(after["forecast"])) == (1, 1)
