"""What bookkeepers see and do over HTTP. Source: PY-85…PY-87, spec 02 §6, §11.1, §11.7."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from attrs import define, evolve

from entrypoints.http.proof_pages import money, segments
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import Role
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.payments.ids import JournalId
from instainstru_core.payments.ledger.chain import Signature
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.reconciliation.model import ClassTotal, ItemClass
from instainstru_core.payments.use_cases.books.sign_chain import sign_chain
from instainstru_core.testing.world import PASSWORD, World
from tests.integration.http.conftest import Unlimited
from tests.integration.http.people import Client
from tests.integration.http.serving import serving

WHY = {"reason_code": "audit", "note": "before the close of the month"}
STRAY = "ch_nobody_knows"
HOUR = timedelta(hours=1)


@define
class Desk:
    """A bookkeeper's desk: a lesson was taught and paid, and one journal names a stray charge."""

    world: World
    client: Client
    admin: str
    student: str
    payment: str
    day: date
    keys: int = 0

    def get(self, path: str, who: str | None = None) -> Any:
        """Ask."""
        return self.client.get(f"/api/v1/admin{path}", headers=self._headers(who))

    def post(self, path: str, body: Any, *, key: str | None = None, who: str | None = None) -> Any:
        """Act, with a key of its own unless told otherwise."""
        self.keys += 1
        headers = self._headers(who) | {"Idempotency-Key": key or f"a-key-of-the-desk-{self.keys}"}
        return self.client.post(f"/api/v1/admin{path}", json=body, headers=headers)

    def _headers(self, who: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {who or self.admin}", "X-Client": "tests"}


def token(world: World, email: str) -> str:
    """Somebody signs in."""
    ports = world.ports
    return sign_in(
        SignIn(email=Email.parse(email), password=PASSWORD),
        begin=ports.begin,
        read=ports.read,
        passwords=ports.passwords,
        secrets=ports.secrets,
        tokens=ports.tokens,
        ids=ports.ids,
        clock=ports.clock,
    ).tokens.access


@pytest.fixture
def desk() -> Iterator[Desk]:
    world = World()
    booking = world.book(world.student(), world.instructor())
    world.advance(120 * HOUR)
    payment = world.payment(booking)
    assert payment is not None
    day = world.clock.now().date() - timedelta(days=1)
    root = CreateAdmin(
        email=Email.parse("root@example.com"),
        password=PASSWORD,
        first_name="Ada",
        last_name="Root",
    )
    ports = world.ports
    create_admin(
        root, begin=ports.begin, passwords=ports.passwords, ids=ports.ids, clock=ports.clock
    )
    with ports.begin() as work:
        work.ledger.post([a_stray(world, day)])
    with serving(evolve(ports, rates=Unlimited())) as client:
        student = world.sign_up("Sarah", Role.STUDENT)
        yield Desk(
            world=world,
            client=client,
            admin=token(world, "root@example.com"),
            student=token(world, email_of(world, student.account_id)),
            payment=str(payment.payment_id),
            day=day,
        )


def email_of(world: World, account_id: Any) -> str:
    """The address somebody signed up with."""
    with world.ports.begin() as work:
        return str(work.accounts.get(account_id).email)


def a_stray(world: World, day: date) -> Journal:
    """A capture of something the processor never heard of, an hour after midnight."""
    lines = tuple(
        Line(account=account, cents=cents, processor_ref=STRAY)
        for account, cents in ((Account.PROCESSOR_BALANCE, 1234), (Account.BOOKING_ESCROW, -1234))
    )
    at = world.clock.now().replace(
        year=day.year, month=day.month, day=day.day, hour=0, minute=30, second=0
    )
    return Journal(
        journal_id=world.ports.ids.new(JournalId),
        journal_type=JournalType.CAPTURE,
        source_id="stray",
        occurred_at=at,
        lines=lines,
    )


def reconcile_all(desk: Desk) -> dict[str, Any]:
    """Compare the last days, and give the last run's answer."""
    found: dict[str, Any] = {}
    for back in (3, 2, 1, 0):
        body = {"day": str(desk.day - timedelta(days=back)), **WHY}
        answer = desk.post("/reconciliations", body)
        assert answer.status_code == 200, answer.text
        found = answer.json()
    return found


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in {"meta", "br", "rect", "img", "link"}:
            self.open.append(tag)
        self.outside += [
            str(value) for name, value in attrs if name in {"src", "href"} and "//" in str(value)
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag != "rect":
            assert self.open.pop() == tag


def test_py_85_a_run_by_hand_and_what_it_found(desk: Desk) -> None:
    run = reconcile_all(desk)
    assert run["day"] == str(desk.day)
    assert (run["open_items"], run["agrees"], run["unexplained_cents"]) == (1, False, 0)
    listed = desk.get("/reconciliations?limit=2").json()
    assert listed["items"][0] == run
    assert listed["next_cursor"]
    assert desk.get(f"/reconciliations/{desk.day}").json() == run
    items = desk.get(f"/reconciliations/{desk.day}/items?item_class=missing_at_processor").json()
    (item,) = items["items"]
    assert (item["reference"], item["ledger_cents"], item["processor_cents"]) == (
        STRAY,
        1234,
        None,
    )
    assert item["explanation"].startswith("Our books name something")
    assert item["explanation"].endswith("Open for one night.")


def test_an_operator_explains_a_difference_once(desk: Desk) -> None:
    reconcile_all(desk)
    path = f"/reconciliations/{desk.day}/items/{STRAY}/resolutions"
    body = {"reason_code": "bank_error", "note": "a test charge of ours"}
    first = desk.post(path, body, key="the-same-key-twice")
    assert first.status_code == 200, first.text
    assert first.json()["resolution"] == "explained"
    assert first.json()["explanation"].endswith("explained it: a test charge of ours")
    assert desk.post(path, body, key="the-same-key-twice").json() == first.json()
    again = desk.post(path, body)
    assert (again.status_code, again.json()["code"]) == (409, "difference_not_open")
    assert desk.get(f"/reconciliations/{desk.day}").json()["agrees"]
    with desk.world.ports.begin() as work:
        kept = work.tables.of("admin_actions", object, object)  # type: ignore[attr-defined]
    kinds = [each.kind.value for each in kept.values()]
    assert kinds.count("resolve_difference") == 1
    assert kinds.count("reconcile") == 4


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/reconciliations/2001-01-01", 404, "not_found"),
        ("/reconciliations/2001-01-01/proof", 404, "not_found"),
        ("/reconciliations/yesterday", 404, "not_found"),
        ("/reconciliations/2001-02-30/proof", 404, "not_found"),
        ("/reconciliations/2001-01-01/proof?format=pdf", 422, "validation_failed"),
        ("/payments/00000000000000000000000000/proof", 404, "not_found"),
        ("/ledger/journals?account=nothing", 422, "validation_failed"),
        ("/ledger/journals?payment_id=nothing", 422, "validation_failed"),
    ],
)
def test_what_is_refused_to_readers(desk: Desk, path: str, status: int, code: str) -> None:
    answer = desk.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_what_is_refused_to_keepers(desk: Desk) -> None:
    today = desk.post("/reconciliations", {"day": str(desk.day + timedelta(days=1)), **WHY})
    assert (today.status_code, today.json()["code"]) == (422, "day_not_over")
    reconcile_all(desk)
    body = {"reason_code": "x", "note": "y"}
    nothing = desk.post(f"/reconciliations/{desk.day}/items/ch_0/resolutions", body)
    assert nothing.status_code == 404
    empty = desk.post(
        f"/reconciliations/{desk.day}/items/{STRAY}/resolutions", body | {"note": " "}
    )
    assert empty.status_code == 422
    assert desk.get(f"/reconciliations/{desk.day}").json()["open_items"] == 1


def test_strangers_see_nothing(desk: Desk) -> None:
    for path in ("/reconciliations", "/ledger/digests", f"/payments/{desk.payment}/proof"):
        assert desk.get(path, who=desk.student).status_code == 403
    body = {"day": str(desk.day), **WHY}
    assert desk.post("/reconciliations", body, who=desk.student).status_code == 403


def test_section_11_1_the_proof_of_a_day(desk: Desk) -> None:
    reconcile_all(desk)
    unsigned = desk.get(f"/reconciliations/{desk.day}/proof").json()
    assert unsigned["digest"] is None
    ports = desk.world.ports
    digest = sign_chain(begin=ports.begin, signer=ports.signer, clock=ports.clock)
    proof = desk.get(f"/reconciliations/{desk.day}/proof").json()
    assert proof["differing"] == len(proof["differences"]) == 1
    assert proof["digest"]["hash"] == digest.hash
    answer = desk.get(f"/reconciliations/{desk.day}/proof?format=html")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    page = Page(answer.text)
    assert (page.open, page.outside) == ([], [])
    assert {"main", "h1", "caption", "svg"} <= page.tags
    assert "script" not in page.tags
    for shown in (STRAY, "1 difference is open", "$12.34", digest.hash, digest.signature.value):
        assert shown in answer.text


def test_section_11_1_the_proof_of_a_payment(desk: Desk) -> None:
    reconcile_all(desk)
    ports = desk.world.ports
    sign_chain(begin=ports.begin, signer=ports.signer, clock=ports.clock)
    proof = desk.get(f"/payments/{desk.payment}/proof").json()
    assert proof["imbalance_cents"] == 0
    assert proof["unmatched"] == []
    assert proof["ledger_cents"] == proof["processor_cents"]
    assert {each["kind"] for each in proof["movements"]} == {"charge", "transfer"}
    assert {each["journal_id"] for each in proof["journals"]} == {
        each["journal_id"] for each in proof["seals"]
    }
    rows = {each["journal_type"]: each["row"] for each in proof["journals"]}
    assert rows["capture"] == 3
    assert rows["transfer"] == 18
    answer = desk.get(f"/payments/{desk.payment}/proof?format=html")
    page = Page(answer.text)
    assert (page.open, page.outside) == ([], [])
    assert "All lines sum to $0.00" in answer.text
    for each in proof["journals"]:
        assert each["event"][1:] in unescape(answer.text)
    for each in proof["seals"]:
        assert each["hash"] in answer.text


def test_a_page_shows_a_hostile_name_as_text(desk: Desk) -> None:
    with desk.world.ports.begin() as work:
        journal = a_stray(desk.world, desk.day)
        lines = tuple(
            evolve(line, processor_ref="<script>alert(1)</script>") for line in journal.lines
        )
        work.ledger.post([evolve(journal, source_id="hostile", lines=lines)])
    reconcile_all(desk)
    text = desk.get(f"/reconciliations/{desk.day}/proof?format=html").text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_section_11_7_digests_can_be_checked_by_anybody(desk: Desk) -> None:
    ports = desk.world.ports
    sign_chain(begin=ports.begin, signer=ports.signer, clock=ports.clock)
    (digest,) = desk.get("/ledger/digests").json()["items"]
    content = json.loads(digest["statement"])
    assert content == {name: digest[name] for name in ("day", "hash", "previous", "seq")}
    signature = Signature(key_id=digest["key_id"], value=digest["signature"])
    assert ports.signer.verify(digest["statement"].encode(), signature)


def test_py_82_the_chart_of_accounts_is_whole(desk: Desk) -> None:
    chart = {each["account"]: each for each in desk.get("/ledger/accounts").json()["accounts"]}
    assert list(chart) == [account.value for account in Account]
    assert chart["booking_escrow"]["kind"] == "liability"
    assert chart["processor_balance"]["normal_side"] == "debit"
    assert sum(each["cents"] for each in chart.values()) == 0


def test_py_87_journals_name_their_row_and_can_be_searched(desk: Desk) -> None:
    found = desk.get("/ledger/journals?journal_type=capture&source_id=stray").json()["items"]
    assert [(each["row"], each["event"]) for each in found] == [(3, "the held money is taken")]
    mine = desk.get(f"/ledger/journals?payment_id={desk.payment}&limit=100").json()["items"]
    assert {each["row"] for each in mine} == {1, 2, 3, 15, 16, 17, 18}
    fees = desk.get("/ledger/journals?account=processing_fee_expense").json()["items"]
    assert fees == []


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "$0.00"), (5, "$0.05"), (123456789, "$1,234,567.89"), (-250, "\u2212$2.50")],
)
def test_amounts_are_written_for_people(cents: int, text: str) -> None:
    assert money(cents) == text
    assert money(None) == "\u2013"


def test_a_single_difference_among_very_many_can_be_seen() -> None:
    totals = tuple(
        ClassTotal(item_class=kind, count=count, ledger_cents=0, processor_cents=0)
        for kind, count in ((ItemClass.MATCHED, 100_000), (ItemClass.PENDING, 1))
    )
    many, one = segments(totals)
    assert one.width > 10
    assert many.at == 0
    assert one.at + one.width == pytest.approx(1000, abs=0.1)
    assert segments(()) == []
