"""Roles, the thirty permissions, and overrides. Source: AC-38…AC-40, AC-56."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.accounts.errors import UnknownPermission
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import (
    GRANTS,
    Account,
    Effect,
    Override,
    Permission,
    Role,
    effective,
)
from instainstru_core.kernel.zones import NEW_YORK

SARAH = Account(
    account_id=AccountId(UUID(int=1)),
    email="sarah@example.com",
    email_key="sarah@example.com",
    password_hash="hash",
    first_name="Sarah",
    last_name="chen",
    zip_code="11215",
    zone=NEW_YORK,
    role=Role.STUDENT,
    created_at=datetime(2030, 1, 1, tzinfo=UTC),
)


def test_the_matrix_has_ten_thirteen_and_thirty() -> None:
    """AC-39."""
    assert [len(GRANTS[role]) for role in Role] == [10, 13, 30]
    assert len(Permission) == 30
    assert Permission.CREATE_BOOKINGS in GRANTS[Role.STUDENT]
    assert Permission.CREATE_BOOKINGS not in GRANTS[Role.INSTRUCTOR]
    assert Permission.VIEW_BOOKING_DETAILS not in GRANTS[Role.INSTRUCTOR]
    assert Permission.SUSPEND_OWN_INSTRUCTOR_ACCOUNT in GRANTS[Role.INSTRUCTOR]


overrides = st.lists(
    st.builds(Override, st.sampled_from(Permission), st.sampled_from(Effect)), max_size=20
)


@given(st.sampled_from(Role), overrides)
def test_revoking_always_wins(role: Role, given_overrides: list[Override]) -> None:
    """AC-40, spec 03 §10.5."""
    found = effective(role, given_overrides)
    for override in given_overrides:
        if override.effect is Effect.REVOKE:
            assert override.permission not in found
    granted = {one.permission for one in given_overrides if one.effect is Effect.GRANT}
    assert found <= GRANTS[role] | granted


def test_an_unknown_permission_is_an_error_never_false() -> None:
    """AC-40."""
    with pytest.raises(UnknownPermission):
        Permission.of("manage_everything")


@pytest.mark.parametrize(
    ("first", "last", "shown", "initial"),
    [
        ("Sarah", "chen", "Sarah C.", "C"),
        (" Sarah ", "", "Sarah", ""),
        ("", "Chen", "Unknown", "C"),
    ],
)
def test_the_public_name(first: str, last: str, shown: str, initial: str) -> None:
    """AC-56."""
    account = evolve(SARAH, first_name=first, last_name=last)
    assert (account.display_name, account.last_initial) == (shown, initial)
