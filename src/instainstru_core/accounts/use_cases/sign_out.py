"""Sign out: end this session; doing it again changes nothing. Source: AC-25."""

from typing import TypeVar

from instainstru_core.accounts.events import EndReason
from instainstru_core.accounts.ids import SessionId
from instainstru_core.accounts.ports import AccountsWork
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=AccountsWork)


def sign_out(session_id: SessionId, *, begin: Begin[WorkT], clock: Clock) -> None:
    """End the session."""
    with begin() as work:
        session = work.sessions.get(session_id)
        if session is not None and session.ended is None:
            work.sessions.save(session.end(EndReason.SIGNED_OUT, clock.now()))
