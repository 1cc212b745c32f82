"""The staff's papers in PostgreSQL, held to their contracts; what the tables refuse."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from adapters.postgres.unit_of_work import PostgresUnits
from adapters.system.ids import Ulids
from instainstru_core.accounts.model import Role
from instainstru_core.admin.confirmations.errors import AlreadyUsed, EffectChanged
from instainstru_core.admin.model.acts import ActionKind, Ask, Cancel, Why
from instainstru_core.admin.use_cases.preview_action import preview_action
from instainstru_core.admin.use_cases.take_action import TakeAction, take_action
from instainstru_core.booking.terms import BookingStatus
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.model.planner import MoneyPolicy
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.contracts.admin import AdminListContract, AdminPapersContract
from instainstru_core.testing.contracts.claims import booked
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.accounts import CountedSecrets
from instainstru_core.testing.stories.bookings import all_at_once
from instainstru_core.testing.stories.papers import a_confirmation, an_action
from instainstru_core.testing.strategies.booking import NOON, signed_in


@pytest.fixture
def begin(units: PostgresUnits) -> Begin[Work]:
    return units.begin


@pytest.fixture
def read(units: PostgresUnits) -> Begin[Reads]:
    return units.read


class TestPostgresAdminList(AdminListContract):
    """The suite on the real one."""


class TestPostgresAdminPapers(AdminPapersContract):
    """Confirmations and actions."""


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("UPDATE admin_actions SET reason_code = 'another'", "is never changed"),
        ("DELETE FROM admin_actions", "is never changed"),
        ("UPDATE admin_confirmations SET used_at = expires_at + interval '1 s'", "used_in_time"),
        ("UPDATE admin_confirmations SET effect_hash = 'short'", "hashes"),
    ],
)
def test_the_tables_judge_for_themselves(
    begin: Begin[Work], engine: Engine, change: str, constraint: str
) -> None:
    """AD-2, MC-6: what was done stays as it was written, and a proof ends."""
    ids = CountedIds()
    booking = booked(begin, ids)
    with begin() as work:
        work.confirmations.add(a_confirmation(ids))
        work.admin_actions.add(an_action(ids, booking))
    with pytest.raises(IntegrityError, match=constraint), engine.begin() as connection:
        connection.execute(text(change))


def test_bk53_an_action_is_told(begin: Begin[Work], engine: Engine) -> None:
    """The event carries the reason and the change, and not the note."""
    ids = CountedIds()
    booking = booked(begin, ids)
    with begin() as work:
        work.admin_actions.add(an_action(ids, booking))
    with engine.begin() as connection:
        told = connection.scalars(
            text("SELECT payload FROM events WHERE name = 'admin.action'")
        ).all()
    (payload,) = told
    assert payload["reason_code"] == "storm"
    assert payload["after"] == {"status": "CANCELLED", "policy": "full_refund"}
    assert payload["booking_id"] == str(booking.booking_id)
    assert "no trains" not in str(payload)


def test_mc6_of_rivals_with_one_token_one_acts(begin: Begin[Work], read: Begin[Reads]) -> None:
    """MC-6: single use, whoever asks at the same moment; it is written down once."""
    ids, clock, secrets = Ulids(HandMovedClock(NOON)), HandMovedClock(NOON), CountedSecrets()
    booking = booked(begin, CountedIds())
    ask = Ask(
        principal=signed_in(InstructorId(UUID(int=9)), Role.ADMIN),
        booking_id=booking.booking_id,
        act=Cancel(policy=MoneyPolicy.FULL_CREDIT),
        why=Why(reason_code="storm"),
    )
    shown = preview_action(ask, begin=begin, ids=ids, clock=clock, secrets=secrets)
    request = TakeAction(ask=ask, confirm_token=shown.confirm_token)

    def attempt(_number: int) -> str:
        try:
            take_action(request, begin=begin, ids=ids, clock=clock, secrets=secrets)
        except AlreadyUsed as refusal:
            return refusal.code
        return "done"

    assert sorted(all_at_once(6, attempt)) == ["already_used"] * 5 + ["done"]
    with read() as reads:
        file = reads.admin_queries.file(booking.booking_id, now=NOON)
    assert [each.kind for each in file.actions] == [ActionKind.CANCEL]
    assert file.row.booking.status is BookingStatus.CANCELLED


def test_bk53_of_operators_with_previews_of_their_own_one_acts(
    begin: Begin[Work], read: Begin[Reads]
) -> None:
    """BK-53, MC-6: each saw the booking as it was; whoever comes second must look again."""
    ids, clock, secrets = Ulids(HandMovedClock(NOON)), HandMovedClock(NOON), CountedSecrets()
    booking = booked(begin, CountedIds())
    requests = []
    for number, policy in enumerate((MoneyPolicy.FULL_CREDIT, MoneyPolicy.NO_REFUND) * 2):
        ask = Ask(
            principal=signed_in(InstructorId(UUID(int=number + 9)), Role.ADMIN),
            booking_id=booking.booking_id,
            act=Cancel(policy=policy),
            why=Why(reason_code="storm"),
        )
        shown = preview_action(ask, begin=begin, ids=ids, clock=clock, secrets=secrets)
        requests.append(TakeAction(ask=ask, confirm_token=shown.confirm_token))

    def attempt(number: int) -> str:
        try:
            take_action(requests[number], begin=begin, ids=ids, clock=clock, secrets=secrets)
        except EffectChanged as refusal:
            return refusal.code
        return "done"

    assert sorted(all_at_once(len(requests), attempt)) == ["conflict"] * 3 + ["done"]
    with read() as reads:
        file = reads.admin_queries.file(booking.booking_id, now=NOON)
    assert [each.kind for each in file.actions] == [ActionKind.CANCEL]
