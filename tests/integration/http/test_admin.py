"""The staff's console over HTTP, in memory and on PostgreSQL. Source: BK-50…BK-53."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from attrs import define, evolve

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import Account, Effect, Override, Permission
from instainstru_core.accounts.ports import RateStore
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.admin.use_cases.run_reminders_by_hand import ONCE_AN_HOUR
from instainstru_core.booking.model.booking import Booking
from instainstru_core.ports import Ports
from instainstru_core.testing.contracts.claims import booked
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.world import HOUR, PASSWORD, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client, Person
from tests.integration.http.serving import serving

ANNA, JANE, ROOT, OTHER = "anna.2@", "jane.1@", "root@", "other@"
WHY = {"reason_code": "storm", "note": "no trains"}
REFUND = {**WHY, "policy": "full_refund"}
LONG = "it was not what we had agreed on"


@define
class Console:
    """A lesson, its two people, and two of the staff."""

    client: Client
    world: World
    booking: Booking
    staff: Account

    @property
    def path(self) -> str:
        return f"/admin/bookings/{self.booking.booking_id}"

    def send(
        self, who: str, method: str, path: str, body: Any = None, *, key: str | None = ""
    ) -> Any:
        """What *who* is answered."""
        ports = self.world.ports
        session = sign_in(
            SignIn(email=Email.parse(f"{who}example.com"), password=PASSWORD),
            begin=ports.begin,
            read=ports.read,
            passwords=ports.passwords,
            secrets=ports.secrets,
            tokens=ports.tokens,
            ids=ports.ids,
            clock=ports.clock,
        )
        headers = {"X-Client": "tests", "Authorization": f"Bearer {session.tokens.access}"}
        if key is not None:
            headers["Idempotency-Key"] = key or uuid4().hex
        self.client.cookies.clear()
        return self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    def preview(self, what: str, body: Any, *, who: str = ROOT) -> Any:
        return self.send(who, "POST", f"{self.path}/{what}-preview", body, key=None)

    def act(self, what: str, body: Any, token: str, *, who: str = ROOT, key: str = "") -> Any:
        confirmed = {**body, "confirm_token": token}
        return self.send(who, "POST", f"{self.path}/{what}", confirmed, key=key)

    def do(self, what: str, body: Any) -> Any:
        """Look, act, and let what follows happen."""
        shown = self.preview(what, body)
        assert shown.status_code == 200, shown.text
        done = self.act(what, body, shown.json()["confirm_token"])
        assert done.status_code == 200, done.text
        assert done.json()["effect"] == shown.json()["effect"]
        self.world.advance(72 * HOUR)
        self.world.books()
        return done.json()

    def claim(self, who: str, what: str, body: Any) -> None:
        made = self.send(who, "POST", f"/bookings/{self.booking.booking_id}/{what}", body)
        assert made.status_code in {200, 201}, made.text
        self.world.settle()

    def take_away(self, permission: Permission) -> None:
        """The staff has *permission* no more."""
        ports = self.world.ports
        with ports.begin() as work:
            override = Override(permission, Effect.REVOKE)
            work.accounts.override(
                self.staff.account_id, override, by="tests", at=ports.clock.now()
            )

    def file(self) -> Any:
        return self.send(ROOT, "GET", self.path, key=None).json()


@define
class OnlyReminders(Unlimited):
    """Counters of reminders alone: those of the perimeter have tests of their own."""

    real: RateStore

    def decide(self, asked: Any) -> Any:
        by_hand = all(policy is ONCE_AN_HOUR for policy, _ in asked)
        return self.real.decide(asked) if by_hand else super().decide(asked)


def an_admin(ports: Ports, name: str) -> Account:
    return create_admin(
        CreateAdmin(
            email=Email.parse(f"{name}@example.com"),
            password=PASSWORD,
            first_name="Ada",
            last_name="Root",
        ),
        begin=ports.begin,
        passwords=ports.passwords,
        ids=ports.ids,
        clock=ports.clock,
    )


@pytest.fixture
def console() -> Iterator[Console]:
    world = World()
    jane, anna = world.instructor("Jane"), world.student("Anna")
    booking = world.book(anna, jane)
    staff = an_admin(world.ports, "root")
    an_admin(world.ports, "other")
    ports = evolve(world.ports, rates=OnlyReminders(world.ports.rates))
    with serving(ports) as client:
        yield Console(client, world, booking, staff)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# --- reading: BK-50…BK-52 ---


def test_bk50_the_list_is_searched_filtered_and_paged(console: Console) -> None:
    """BK-50, BK-43: each filter by itself, several values, and the shape of a page."""
    world = console.world
    held = world.hold(world.student("Bob"), world.instructor("Sam"), starts_in=100 * HOUR)
    names = {str(console.booking.booking_id): "anna", str(held.booking_id): "bob"}

    def found(query: str) -> list[str]:
        answer = console.send(ROOT, "GET", f"/admin/bookings?{query}", key=None)
        assert answer.status_code == 200, answer.text
        return [names[row["booking_id"]] for row in answer.json()["items"]]

    assert found("") == ["bob", "anna"]
    assert found("search=ANNA") == found("search=jane.1%40example") == ["anna"]
    assert found(f"search={held.booking_id}") == ["bob"]
    assert found("search=piano") == ["bob", "anna"]
    assert found("search=%25") == []
    assert found("statuses=PENDING") == ["bob"]
    assert found("statuses=PENDING&statuses=CONFIRMED") == ["bob", "anna"]
    assert found("payment_statuses=pending") == ["bob"]
    assert found("payment_statuses=scheduled&payment_statuses=refunded") == ["anna"]
    assert found("date_from=2030-01-11") == ["bob"]
    assert found("date_to=2030-01-10") == ["anna"]
    assert found("needs_action=true") == []
    assert found("needs_action=false&per_page=1&page=2") == ["anna"]
    world.clock.set(console.booking.lesson.ends_at)
    assert found("needs_action=true") == ["anna"]
    page = console.send(ROOT, "GET", "/admin/bookings?per_page=1", key=None).json()
    assert {name: page[name] for name in ("total", "page", "per_page", "has_next", "has_prev")} == {
        "total": 2,
        "page": 1,
        "per_page": 1,
        "has_next": True,
        "has_prev": False,
    }


@pytest.mark.parametrize(
    "query",
    [
        "per_page=201",
        "per_page=0",
        "page=0",
        f"search={'x' * 101}",
        "statuses=LOST",
        "payment_statuses=gone",
        "date_from=tomorrow",
        "needs_action=perhaps",
    ],
)
def test_bk50_what_can_not_be_searched_for_is_refused(console: Console, query: str) -> None:
    answer = console.send(ROOT, "GET", f"/admin/bookings?{query}", key=None)
    assert refused(answer) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"].startswith(f"/query/{query.partition('=')[0]}")


def test_bk50_one_is_shown_with_parties_money_chain_and_timeline(console: Console) -> None:
    """BK-50, AD-6: full names and addresses, every cent, and what happened, newest last."""
    console.world.advance(74 * HOUR)
    console.claim(ANNA, "issue", {"reason": LONG})
    shown = console.file()
    booking = shown["booking"]
    assert booking["student"]["name"] == "Anna Example"
    assert booking["instructor"]["email"] == "jane.1@example.com"
    assert booking["needs_action"] == ["awaits_completion", "issue_open", "payment_in_review"]
    assert shown["issue"]["reason"] == LONG
    assert [each["booking_id"] for each in shown["chain"]] == [booking["booking_id"]]
    payment = shown["payment"]
    assert (payment["state"], payment["resumes_as"]) == ("manual_review", "authorized")
    assert payment["payout_cents"] + payment["commission_cents"] == payment["lesson_price_cents"]
    assert payment["processor_reference"]
    moments = [(each["source"], each["what"]) for each in shown["timeline"]]
    assert moments[0] == ("booking", "held")
    assert ("processor", "authorise") in moments
    assert ("claim", "issue_opened") in moments
    instants = [each["at"] for each in shown["timeline"]]
    assert instants == sorted(instants)


def test_bk52_counts_today_and_this_week(console: Console) -> None:
    """BK-52: in the platform's zone, whatever the staff's."""
    console.world.clock.set(console.booking.lesson.ends_at)
    figures = console.send(ROOT, "GET", "/admin/bookings/stats", key=None).json()
    assert figures == {
        "today": {"lessons": 1, "gross_cents": 9000, "revenue_cents": 0},
        "week": {"lessons": 1, "gross_cents": 9000, "revenue_cents": 0},
        "needs_action": {
            "awaits_completion": 1,
            "no_show_disputed": 0,
            "issue_open": 0,
            "payment_in_review": 0,
        },
    }


def test_bk50_money_is_absent_for_who_may_not_see_it(console: Console) -> None:
    """Spec 01 §5: `view_financials` for money fields; without it they are not there at all."""
    console.take_away(Permission.VIEW_FINANCIALS)
    listed = console.send(ROOT, "GET", "/admin/bookings", key=None).json()["items"][0]
    shown = console.file()
    figures = console.send(ROOT, "GET", "/admin/bookings/stats", key=None).json()
    assert "money" not in listed
    assert "money" not in shown["booking"]
    assert "payment" not in shown
    assert all("cents" not in each for each in shown["timeline"])
    assert figures["today"].keys() == figures["week"].keys() == {"lessons"}
    assert "_cents" not in str((listed, shown, figures))


def test_bk53_money_is_absent_from_what_is_done_without_the_right_to_see_it(
    console: Console,
) -> None:
    """Spec 01 §5: who may move money and not see it is shown the booking alone, replays too."""
    console.take_away(Permission.VIEW_FINANCIALS)
    console.world.advance(50 * HOUR)
    shown = console.preview("cancel", REFUND)
    token = shown.json()["confirm_token"]
    done = [console.act("cancel", REFUND, token, key="one-key-for-both-of-them") for _ in "12"]
    for answer in (shown, *done):
        assert answer.status_code == 200, answer.text
        assert "settlement" not in answer.json()["effect"]
        assert "_cents" not in answer.text


def test_bk50_a_booking_that_there_is_not_is_nowhere(console: Console) -> None:
    nothing = "/admin/bookings/01JZ8Q5H3M7YB2K4N6P8R0T1V3"
    assert refused(console.send(ROOT, "GET", nothing, key=None)) == (404, "not_found")
    answer = console.send(ROOT, "POST", f"{nothing}/cancel-preview", REFUND, key=None)
    assert refused(answer) == (404, "not_found")


# --- acting: BK-53, BK-39, BK-41, PY-39, PY-46 ---


@pytest.mark.parametrize("who", [ANNA, JANE])
def test_ac41_the_console_is_the_staffs(console: Console, who: str) -> None:
    """AC-41, AD-1: neither students nor instructors, not even for their own lesson."""
    denied = (403, "permission_denied")
    for path in ("/admin/bookings", "/admin/bookings/stats", console.path):
        assert refused(console.send(who, "GET", path, key=None)) == denied
    assert refused(console.preview("cancel", REFUND, who=who)) == denied
    assert refused(console.act("cancel", REFUND, "token", who=who)) == denied
    assert refused(console.send(who, "POST", "/admin/reminders/run", WHY)) == denied


@pytest.mark.parametrize(
    ("hours", "what", "body", "status", "outcome"),
    [
        (50, "cancel", REFUND, "CANCELLED", "admin_refund"),
        (1, "cancel", {**WHY, "policy": "full_credit"}, "CANCELLED", "admin_full_credit"),
        (60, "cancel", {**WHY, "policy": "no_refund"}, "CANCELLED", "admin_no_refund"),
        (
            70,
            "cancel",
            {**WHY, "policy": "student_policy"},
            "CANCELLED",
            "student_cancel_lt12_split_50_50",
        ),
        (74, "complete", WHY, "COMPLETED", "lesson_completed_full_payout"),
        (74, "no-show", {**WHY, "type": "student"}, "NO_SHOW", "student_no_show_full_payout"),
        (74, "no-show", {**WHY, "type": "mutual"}, "NO_SHOW", "mutual_no_show_full_refund"),
    ],
)
def test_bk53_is_shown_done_and_paid(
    console: Console, hours: int, what: str, body: Any, status: str, outcome: str
) -> None:
    """BK-53, AD-7: the act does what the preview showed, and the money ends so."""
    console.world.advance(timedelta(hours=hours))
    done = console.do(what, body)
    assert done["effect"]["status_after"] == status
    assert done["effect"]["settlement"]["outcome"] == outcome
    shown = console.file()
    assert shown["booking"]["status"] == status
    assert (shown["payment"]["state"], shown["payment"]["outcome"]) == ("settled", outcome)
    (mine,) = [each for each in shown["timeline"] if each["source"] == "staff"]
    assert mine["details"].items() >= {"reason_code": "storm", "note": "no trains"}.items()


@pytest.mark.parametrize(
    ("claim", "said", "what", "body", "status", "outcome"),
    [
        (
            "no-show",
            {"type": "instructor"},
            "no-show",
            {**WHY, "resolution": "confirmed_after_review"},
            "NO_SHOW",
            "instructor_no_show_full_refund",
        ),
        (
            "no-show",
            {"type": "instructor"},
            "no-show",
            {**WHY, "resolution": "cancelled"},
            "COMPLETED",
            "lesson_completed_full_payout",
        ),
        (
            "issue",
            {"reason": LONG},
            "issue",
            {**WHY, "outcome": "dismiss"},
            "COMPLETED",
            "lesson_completed_full_payout",
        ),
        (
            "issue",
            {"reason": LONG},
            "issue",
            {**WHY, "outcome": "no_show", "no_show_type": "instructor"},
            "NO_SHOW",
            "instructor_no_show_full_refund",
        ),
        (
            "issue",
            {"reason": LONG},
            "issue",
            {**WHY, "outcome": "uphold", "settlement": "split_50_50"},
            "COMPLETED",
            "admin_split_50_50",
        ),
    ],
)
def test_bk39_claims_are_decided(
    console: Console, claim: str, said: Any, what: str, body: Any, status: str, outcome: str
) -> None:
    """BK-39, BK-41, PY-46."""
    console.world.advance(74 * HOUR)
    console.claim(ANNA, claim, said)
    console.do(what, body)
    shown = console.file()
    assert (shown["booking"]["status"], shown["payment"]["outcome"]) == (status, outcome)
    assert shown[f"{'report' if claim == 'no-show' else 'issue'}_notes"] == "no trains"
    assert refused(console.preview(what, body)) == (409, "already_resolved")


@pytest.mark.parametrize(
    ("hours", "what", "body", "status", "code"),
    [
        (0, "cancel", REFUND, 409, "nothing_to_refund"),
        (73, "cancel", {**WHY, "policy": "student_policy"}, 409, "lesson_started"),
        (72, "complete", WHY, 409, "lesson_not_ended"),
        (71, "no-show", {**WHY, "type": "student"}, 409, "lesson_not_started"),
        (74, "no-show", {**WHY, "resolution": "cancelled"}, 404, "not_found"),
        (74, "issue", {**WHY, "outcome": "uphold"}, 404, "not_found"),
        (74, "no-show", WHY, 422, "validation_failed"),
        (
            74,
            "no-show",
            {**WHY, "type": "student", "resolution": "cancelled"},
            422,
            "validation_failed",
        ),
        (
            74,
            "no-show",
            {**WHY, "resolution": "confirmed_no_dispute"},
            422,
            "validation_failed",
        ),
        (
            74,
            "issue",
            {**WHY, "outcome": "dismiss", "settlement": "full_refund"},
            422,
            "validation_failed",
        ),
        (74, "complete", {"reason_code": " "}, 422, "validation_failed"),
        (74, "complete", {"reason_code": "x" * 101}, 422, "validation_failed"),
        (74, "complete", {"reason_code": "x", "note": "y" * 1001}, 422, "validation_failed"),
        (74, "cancel", {**WHY, "policy": "half"}, 422, "validation_failed"),
    ],
)
def test_bk53_what_can_not_be_done_is_refused_in_the_preview(
    console: Console, hours: int, what: str, body: Any, status: int, code: str
) -> None:
    console.world.advance(timedelta(hours=hours))
    assert refused(console.preview(what, body)) == (status, code)


def test_bk53_a_report_that_is_open_comes_first(console: Console) -> None:
    console.world.advance(74 * HOUR)
    console.claim(ANNA, "no-show", {"type": "instructor"})
    assert refused(console.preview("complete", WHY)) == (409, "no_show_open")
    upheld = console.preview("no-show", {**WHY, "resolution": "dispute_upheld"})
    assert refused(upheld) == (409, "invalid_state")


def test_bk53_money_needs_manage_financials(console: Console) -> None:
    """Spec 01 §5: `manage_financials` when money moves."""
    console.world.advance(74 * HOUR)
    console.take_away(Permission.MANAGE_FINANCIALS)
    assert refused(console.preview("complete", WHY)) == (403, "permission_denied")
    console.claim(ANNA, "issue", {"reason": LONG})
    assert console.preview("issue", {**WHY, "outcome": "dismiss"}).status_code == 200


def test_mc6_every_way_in_which_a_token_proves_nothing(console: Console) -> None:
    """MC-6: each code, in order, with its status; what was refused changed nothing."""
    console.world.advance(50 * HOUR)
    shown = console.preview("cancel", REFUND).json()
    token = shown["confirm_token"]
    name, _, seal = token.partition(".")
    forged = f"{name}.{'A' if seal[0] != 'A' else 'B'}{seal[1:]}"
    cases = [
        (ROOT, REFUND, "nonsense", (400, "invalid_format")),
        (ROOT, REFUND, forged, (400, "invalid_signature")),
        (OTHER, REFUND, token, (403, "actor_mismatch")),
        (ROOT, {**REFUND, "policy": "no_refund"}, token, (409, "payload_mismatch")),
    ]
    for who, body, given, refusal in cases:
        assert refused(console.act("cancel", body, given, who=who)) == refusal
    console.world.clock.set(console.world.clock.now() + timedelta(minutes=5, microseconds=1))
    assert refused(console.act("cancel", REFUND, token)) == (409, "expired")
    assert console.file()["booking"]["status"] == "CONFIRMED"


def test_mc6_a_token_is_used_once_and_its_key_replays(console: Console) -> None:
    """MC-6, SE-13: the same key is told the same again; another one that it was used."""
    console.world.advance(50 * HOUR)
    shown = console.preview("cancel", REFUND).json()
    token, key = shown["confirm_token"], shown["idempotency_key"]
    first = console.act("cancel", REFUND, token, key=key)
    again = console.act("cancel", REFUND, token, key=key)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refused(console.act("cancel", REFUND, token)) == (409, "already_used")


def test_mc6_the_world_is_looked_at_again(console: Console) -> None:
    """MC-6: the lesson was cancelled by its student meanwhile, or the policy is another by now."""
    console.world.advance(60 * HOUR - timedelta(minutes=1))
    body = {**WHY, "policy": "student_policy"}
    token = console.preview("cancel", body).json()["confirm_token"]
    console.world.advance(timedelta(minutes=2))
    assert refused(console.act("cancel", body, token)) == (409, "conflict")
    token = console.preview("cancel", body).json()["confirm_token"]
    booking_id = console.booking.booking_id
    console.send(ANNA, "POST", f"/bookings/{booking_id}/cancel", {"reason": "ill"})
    assert refused(console.act("cancel", body, token)) == (409, "conflict")


def test_bk50_a_search_may_grow_in_small_letters(console: Console) -> None:
    """BK-50: what is short enough as it was sent is searched for, whatever its script."""
    found = console.send(ROOT, "GET", f"/admin/bookings?search={'İ' * 100}", key=None)
    assert (found.status_code, found.json()["total"]) == (200, 0)
    longer = console.send(ROOT, "GET", f"/admin/bookings?search={'İ' * 101}", key=None)
    assert refused(longer) == (422, "validation_failed")


def test_bk56_one_at_a_time(console: Console) -> None:
    """BK-56, AD-6: while somebody else changes the booking it can't even be looked at."""
    with console.world.ports.mutexes.hold(f"booking:{console.booking.booking_id}"):
        answer = console.preview("cancel", {**WHY, "policy": "full_credit"})
        assert refused(answer) == (409, "operation_in_progress")
        assert answer.headers["Retry-After"] == "1"


def test_bk53_reminders_are_run_once_an_hour(console: Console) -> None:
    """BK-53: over the whole platform; the next one is told how long to wait."""
    console.world.clock.set(console.booking.lesson.starts_at - 24 * HOUR)
    first = console.send(ROOT, "POST", "/admin/reminders/run", WHY, key=None)
    assert (first.status_code, first.json()) == (200, {"sent_24h": 1, "sent_1h": 0})
    second = console.send(OTHER, "POST", "/admin/reminders/run", WHY, key=None)
    assert refused(second) == (429, "rate_limited")
    assert second.headers["Retry-After"] == "3600"


def test_ad7_on_the_real_database(free_api: Client, ports: Ports, admin: Person) -> None:
    """AD-7, BK-53: looking undoes itself in PostgreSQL, and acting is kept with its answer."""
    booking = booked(ports.begin, CountedIds())
    path = f"/api/v1/admin/bookings/{booking.booking_id}"
    credit = {**WHY, "policy": "full_credit"}
    shown = free_api.post(f"{path}/cancel-preview", json=credit, headers=admin.headers)
    assert shown.status_code == 200, shown.text
    assert shown.json()["effect"]["status_after"] == "CANCELLED"
    before = free_api.get(path, headers=admin.headers).json()
    assert before["booking"]["status"] == "CONFIRMED"
    assert before["booking"]["student"] == {
        "account_id": str(booking.student),
        "name": "",
        "email": "",
    }
    proven = {**credit, "confirm_token": shown.json()["confirm_token"]}
    headers = {**admin.headers, "Idempotency-Key": shown.json()["idempotency_key"]}
    first = free_api.post(f"{path}/cancel", json=proven, headers=headers)
    again = free_api.post(f"{path}/cancel", json=proven, headers=headers)
    assert first.status_code == 200, first.text
    assert first.content == again.content
    after = free_api.get(path, headers=admin.headers).json()
    assert after["booking"]["cancellation"]["by"] == "admin"
    said = {(each["source"], each["what"]) for each in after["timeline"]}
    assert said == {
        ("booking", "held"),
        ("booking", "confirmed"),
        ("booking", "cancelled"),
        ("staff", "cancel"),
    }
    listed = free_api.get("/api/v1/admin/bookings?statuses=CANCELLED", headers=admin.headers)
    assert listed.json()["total"] == 1
    figures = free_api.get("/api/v1/admin/bookings/stats", headers=admin.headers)
    assert figures.status_code == 200, figures.text
