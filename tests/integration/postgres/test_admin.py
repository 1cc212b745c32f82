"""The staff's papers in PostgreSQL, held to their contracts; what the tables refuse."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.contracts.admin import (
    AdminListContract,
    AdminPapersContract,
    a_confirmation,
    an_action,
)
from instainstru_core.testing.contracts.claims import booked
from instainstru_core.testing.fakes.ids import CountedIds


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
