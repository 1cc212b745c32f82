"""The table of AC-22, limits of AC-23, and the challenge's end. Source: AC-5, AC-22, AC-23."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from attrs import evolve

from instainstru_core.accounts.events import EndReason, RefreshReused, SessionRevoked
from instainstru_core.accounts.ids import AccountId, SessionId
from instainstru_core.accounts.model import Role
from instainstru_core.accounts.sessions import Presented, RefreshOutcome, Session

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ACCOUNT, SESSION = AccountId(UUID(int=1)), SessionId(UUID(int=2))


def session(role: Role = Role.STUDENT) -> Session:
    return Session.start(SESSION, ACCOUNT, role, NOON)


@pytest.mark.parametrize(
    ("presented", "after", "outcome"),
    [
        (Presented.CURRENT, timedelta(), RefreshOutcome.ROTATE),
        (Presented.CURRENT, timedelta(days=7, seconds=-1), RefreshOutcome.ROTATE),
        (Presented.CURRENT, timedelta(days=7), RefreshOutcome.EXPIRED),
        (Presented.PREVIOUS, timedelta(milliseconds=10_000), RefreshOutcome.GRACE),
        (Presented.PREVIOUS, timedelta(milliseconds=10_001), RefreshOutcome.REUSED),
        (Presented.OLDER, timedelta(), RefreshOutcome.REUSED),
    ],
)
def test_what_a_secret_means(
    presented: Presented, after: timedelta, outcome: RefreshOutcome
) -> None:
    """AC-22, row by row."""
    assert session().outcome(presented, NOON + after) is outcome


@pytest.mark.parametrize("presented", list(Presented))
def test_an_ended_session_knows_no_secret(presented: Presented) -> None:
    """AC-22, last row."""
    ended = session().end(EndReason.SIGNED_OUT, NOON)
    assert ended.outcome(presented, NOON) is RefreshOutcome.INVALID


def test_no_session_outlives_its_absolute_limit() -> None:
    """AC-23: 30 days, however busy; for admins 12 hours, and one hour idle."""
    busy = evolve(session(), last_used_at=NOON + timedelta(days=29, hours=23))
    assert busy.outcome(Presented.CURRENT, NOON + timedelta(days=30)) is RefreshOutcome.EXPIRED
    admin = session(Role.ADMIN)
    assert admin.expires_at == NOON + timedelta(hours=12)
    assert admin.outcome(Presented.CURRENT, NOON + timedelta(hours=1)) is RefreshOutcome.EXPIRED


def test_reuse_is_news_twice_over() -> None:
    """AC-22: revoked, and told."""
    ended = session().end(EndReason.REUSED, NOON)
    assert [type(event) for event in ended.events[1:]] == [SessionRevoked, RefreshReused]
    assert ended.end(EndReason.SIGNED_OUT, NOON) is ended


@pytest.mark.parametrize(("generation", "kind"), [(3, "current"), (2, "previous"), (1, "older")])
def test_generations_have_names(generation: int, kind: str) -> None:
    """AC-22."""
    assert Presented.of(generation, 3) == kind
