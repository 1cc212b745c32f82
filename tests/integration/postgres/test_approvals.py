"""Requests for a second person in PostgreSQL: the contract, what the tables refuse, and races."""

from uuid import UUID

import pytest
from attrs import evolve
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.ids import Ulids
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Role
from instainstru_core.admin.errors import ApprovalDecided, SecondPersonRequired
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.model.approval import ApprovalState
from instainstru_core.admin.use_cases.decide_approval import DecideApproval, decide_approval
from instainstru_core.admin.use_cases.staff_acts import (
    StaffAct,
    StaffEffect,
    take_at_once,
)
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.money import Money
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.contracts.approvals import (
    SEEN,
    ApprovalsContract,
    a_wish,
    an_approval,
)
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.stories.bookings import all_at_once
from instainstru_core.testing.strategies.booking import NOON, signed_in

ME, OTHER, THIRD = (signed_in(InstructorId(UUID(int=n)), Role.ADMIN) for n in (3, 4, 5))
WHOLE = StaffAct(
    principal=ME,
    kind=ActionKind.GRANT_CREDIT,
    target=str(StudentId(UUID(int=2))),
    why=Why(reason_code="goodwill"),
    payload={"amount_cents": 30_000},
)


@pytest.fixture
def begin(units: PostgresUnits) -> Begin[Work]:
    return units.begin


@pytest.fixture
def read(units: PostgresUnits) -> Begin[Reads]:
    return units.read


class TestPostgresApprovals(ApprovalsContract):
    """The suite on the real one."""


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("decided_by = requester_id, decided_at = now(), decision_code = 'x'", "decided"),
        (
            """
            state = 'approved', decided_by = requester_id, decided_at = now(), decision_code = 'x'
            """,
            "four_eyes",
        ),
        ("state = 'approved'", "decided"),
        ("state = 'spent', spent_at = now()", "decided"),
        ("spent_at = now()", "spent"),
        ("at_stake_cents = -1", "at_stake"),
        ("effect_hash = 'short'", "hashes"),
    ],
)
def test_the_table_judges_for_itself(
    begin: Begin[Work], engine: Engine, change: str, constraint: str
) -> None:
    """Spec 02 §11.9: nobody is their own second person, whatever the code says."""
    ids = CountedIds()
    with begin() as work:
        work.approvals.add(an_approval(ids, a_wish(ids)))
    with pytest.raises(IntegrityError, match=constraint), engine.begin() as connection:
        connection.execute(text(f"UPDATE admin_approvals SET {change}"))


def test_of_rivals_who_decide_one_is_heard(begin: Begin[Work]) -> None:
    """Approved and declined at the same moment: one of the two, and the others hear which."""
    ids, clock = Ulids(HandMovedClock(NOON)), HandMovedClock(NOON)
    asked = an_approval(ids, a_wish(ids))
    with begin() as work:
        work.approvals.add(asked)

    def attempt(number: int) -> str:
        request = DecideApproval(
            principal=OTHER if number % 2 else THIRD,
            approval_id=asked.approval_id,
            approve=bool(number % 2),
            why=SEEN,
        )
        try:
            return decide_approval(request, begin=begin, ids=ids, clock=clock).state.value
        except ApprovalDecided as refused:
            return f"too late: {refused.state}"

    told = sorted(all_at_once(6, attempt))
    won = told[0]
    assert won in {"approved", "declined"}
    assert told == [won] + [f"too late: {won}"] * 5
    with begin() as work:
        kept = work.approvals.get_for_update(asked.approval_id)
    assert kept.state.value == won


def test_who_asks_often_at_once_asks_for_one_thing(begin: Begin[Work], engine: Engine) -> None:
    """The same words and effect by the same person are one open request."""
    ids, clock = Ulids(HandMovedClock(NOON)), HandMovedClock(NOON)
    told = set(all_at_once(6, lambda _: _give(begin, ids, clock)))
    (told_once,) = told
    assert told_once.startswith("ask ")
    with engine.begin() as connection:
        rows = connection.scalars(text("SELECT state FROM admin_approvals")).all()
    assert rows == ["open"]


def test_of_rivals_with_one_approval_one_acts(begin: Begin[Work], engine: Engine) -> None:
    """Spec 02 §11.9: an approval lets one act through; the others need another one."""
    ids, clock = Ulids(HandMovedClock(NOON)), HandMovedClock(NOON)
    with pytest.raises(SecondPersonRequired) as refused:
        _act(begin, ids, clock)
    request = DecideApproval(
        principal=OTHER, approval_id=refused.value.approval_id, approve=True, why=SEEN
    )
    decide_approval(request, begin=begin, ids=ids, clock=clock)
    told = sorted(all_at_once(6, lambda _: _give(begin, ids, clock)))
    assert told[-1] == "done"
    (again,) = set(told[:-1])
    assert again.startswith("ask ")
    assert again != f"ask {refused.value.approval_id}"
    with engine.begin() as connection:
        acts = connection.execute(
            text("SELECT actor_id, approved_by FROM admin_actions WHERE kind = 'grant_credit'")
        ).all()
        states = connection.scalars(text("SELECT state FROM admin_approvals ORDER BY state")).all()
        told_of = connection.scalar(
            text("SELECT payload->>'approved_by' FROM events WHERE payload->>'kind' = :kind"),
            {"kind": "grant_credit"},
        )
    assert [tuple(each) for each in acts] == [
        (ME.account_id.value, OTHER.account_id.value),
    ]
    assert states == [ApprovalState.OPEN.value, ApprovalState.SPENT.value]
    assert told_of == str(OTHER.account_id)


def test_an_approval_lets_no_second_act_through(begin: Begin[Work], engine: Engine) -> None:
    """Even what the code would do wrong: one act refers to one approval."""
    ids, clock = Ulids(HandMovedClock(NOON)), HandMovedClock(NOON)
    with pytest.raises(SecondPersonRequired) as refused:
        _act(begin, ids, clock)
    request = DecideApproval(
        principal=OTHER, approval_id=refused.value.approval_id, approve=True, why=SEEN
    )
    approved = decide_approval(request, begin=begin, ids=ids, clock=clock)
    _act(begin, ids, clock)
    with begin() as work:
        work.approvals.save(evolve(approved))
    with pytest.raises(IntegrityError, match="approval_id"):
        _act(begin, ids, clock)


def _act(begin: Begin[Work], ids: Ulids, clock: HandMovedClock) -> None:
    def perform(_work: Work) -> StaffEffect:
        return StaffEffect(shows={"amount_cents": 30_000}, at_stake=Money(30_000))

    take_at_once(WHOLE, perform, begin=begin, ids=ids, clock=clock)


def _give(begin: Begin[Work], ids: Ulids, clock: HandMovedClock) -> str:
    try:
        _act(begin, ids, clock)
    except SecondPersonRequired as refused:
        return f"ask {refused.approval_id}"
    return "done"
