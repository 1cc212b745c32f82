"""What every adapter of accounts, sessions and challenges must do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from attrs import evolve

from instainstru_core.accounts.challenges import (
    CODE_LIFE,
    LOCK,
    PROOF_LIFE,
    Challenge,
    ChallengeState,
    Proof,
    Purpose,
    token_hash,
)
from instainstru_core.accounts.errors import AccountNotFound, EmailAlreadyRegistered
from instainstru_core.accounts.events import EndReason
from instainstru_core.accounts.ids import AccountId, ChallengeId, SessionId
from instainstru_core.accounts.model import (
    Account,
    AccountStatus,
    Effect,
    Override,
    Permission,
    Role,
)
from instainstru_core.accounts.ports import AccountsReads, AccountsWork
from instainstru_core.accounts.sessions import Presented, Session
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
RIVALS = 8


def an_account(email: str = "sarah@example.com", role: Role = Role.STUDENT) -> Account:
    return Account(
        account_id=AccountId(uuid4()),
        email=email,
        email_key=email.lower(),
        password_hash="$hash",  # noqa: S106 - no secret
        first_name="Sarah",
        last_name="Chen",
        zip_code="11215",
        zone=NEW_YORK,
        role=role,
        created_at=NOON,
    )


def a_session(account: Account, at: datetime = NOON) -> Session:
    return Session.start(SessionId(uuid4()), account.account_id, account.role, at)


def a_challenge(email: str = "sarah@example.com", at: datetime = NOON) -> Challenge:
    return Challenge(
        challenge_id=ChallengeId(uuid4()),
        purpose=Purpose.SIGN_UP,
        email=email,
        email_key=email,
        mac=b"mac",
        sender=b"sender",
        sent_at=at,
    )


class AccountsContract:
    """Inherit, and provide the fixtures `begin` and `read`."""

    def test_returns_what_was_added(self, begin: Begin[AccountsWork]) -> None:
        account = an_account()
        with begin() as work:
            kept = work.accounts.add(account.registered(accepted_terms="1"))
        assert (kept.version, kept.events) == (1, ())
        with begin() as work:
            assert work.accounts.get(account.account_id) == account
            assert work.accounts.find_by_email("sarah@example.com") == account
            assert work.accounts.find_by_email("nobody@example.com") is None

    def test_knows_what_it_lacks(
        self, begin: Begin[AccountsWork], read: Begin[AccountsReads]
    ) -> None:
        with begin() as work, pytest.raises(AccountNotFound):
            work.accounts.get(AccountId(uuid4()))
        with read() as reads, pytest.raises(AccountNotFound):
            reads.doors.account(AccountId(uuid4()))

    def test_one_address_has_one_account(self, begin: Begin[AccountsWork]) -> None:
        """AC-1; the unit can go on after the refusal."""
        with begin() as work:
            first = work.accounts.add(an_account())
            with pytest.raises(EmailAlreadyRegistered):
                work.accounts.add(an_account("Sarah@example.com"))
            assert work.accounts.get(first.account_id) == first

    def test_of_rivals_one_gets_the_address(self, begin: Begin[AccountsWork]) -> None:
        """AC-6."""
        barrier = threading.Barrier(RIVALS)

        def add(_: int) -> bool:
            barrier.wait()
            try:
                with begin() as work:
                    work.accounts.add(an_account())
            except EmailAlreadyRegistered:
                return False
            return True

        with ThreadPoolExecutor(RIVALS) as pool:
            assert sum(pool.map(add, range(RIVALS))) == 1

    def test_only_the_first_of_two_writers_wins(self, begin: Begin[AccountsWork]) -> None:
        with begin() as work:
            account = work.accounts.add(an_account())
            kept = work.accounts.save(account.renamed("Sara", "Chen"))
            assert (kept.first_name, kept.version) == ("Sara", 2)
            with pytest.raises(StaleAggregate):
                work.accounts.save(account.renamed("Sal", "Chen"))

    def test_undoes_everything_when_the_block_raises(self, begin: Begin[AccountsWork]) -> None:
        with pytest.raises(RuntimeError), begin() as work:
            work.accounts.add(an_account())
            raise RuntimeError("broken")
        with begin() as work:
            assert work.accounts.find_by_email("sarah@example.com") is None

    def test_the_last_word_on_a_permission_counts(self, begin: Begin[AccountsWork]) -> None:
        """AC-40."""
        grant = Override(Permission.VIEW_FINANCIALS, Effect.GRANT)
        revoke = Override(Permission.VIEW_FINANCIALS, Effect.REVOKE)
        with begin() as work:
            account = work.accounts.add(an_account())
            work.accounts.override(account.account_id, grant, by="user:1", at=NOON)
            work.accounts.override(account.account_id, revoke, by="user:1", at=NOON)
            assert list(work.accounts.overrides(account.account_id)) == [revoke]


class SessionsContract:
    """Inherit, and provide the fixtures `begin` and `read`."""

    def test_knows_every_secret_a_session_ever_had(self, begin: Begin[AccountsWork]) -> None:
        """AC-22."""
        with begin() as work:
            account = work.accounts.add(an_account())
            session = work.sessions.add(a_session(account), token_hash("first"))
            session = work.sessions.rotate(session.rotated(NOON), token_hash("second"))
            session = work.sessions.rotate(session.rotated(NOON), token_hash("third"))
        with begin() as work:
            assert work.sessions.present(token_hash("third")) == (session, Presented.CURRENT)
            assert work.sessions.present(token_hash("second")) == (session, Presented.PREVIOUS)
            assert work.sessions.present(token_hash("first")) == (session, Presented.OLDER)
            assert work.sessions.present(token_hash("fourth")) is None

    def test_a_stale_rotation_is_refused(self, begin: Begin[AccountsWork]) -> None:
        """AC-22: one compare-and-set."""
        with begin() as work:
            account = work.accounts.add(an_account())
            session = work.sessions.add(a_session(account), token_hash("first"))
            work.sessions.rotate(session.rotated(NOON), token_hash("second"))
        with begin() as work, pytest.raises(StaleAggregate):
            work.sessions.rotate(session.rotated(NOON), token_hash("other"))

    def test_lists_the_live_ones_least_recently_used_first(
        self, begin: Begin[AccountsWork]
    ) -> None:
        """AC-23."""
        with begin() as work:
            account = work.accounts.add(an_account())
            late = work.sessions.add(a_session(account, NOON + timedelta(hours=1)), b"1" * 32)
            early = work.sessions.add(a_session(account), b"2" * 32)
            over = work.sessions.add(a_session(account), b"3" * 32)
            work.sessions.save(over.end(EndReason.SIGNED_OUT, NOON))
            assert list(work.sessions.live(account.account_id)) == [early, late]
            found = work.sessions.get(over.session_id)
            assert found is not None
            assert found.ended is EndReason.SIGNED_OUT
            assert work.sessions.get(SessionId(uuid4())) is None

    def test_the_door_opens_for_live_sessions_only(
        self, begin: Begin[AccountsWork], read: Begin[AccountsReads]
    ) -> None:
        """AC-21, AC-24, AC-40: status, epoch, end and overrides hold from the next request."""
        grant = Override(Permission.VIEW_FINANCIALS, Effect.GRANT)
        revoke = Override(Permission.CREATE_BOOKINGS, Effect.REVOKE)
        with begin() as work:
            account = work.accounts.add(an_account())
            session = work.sessions.add(a_session(account), token_hash("first"))
            work.accounts.override(account.account_id, grant, by="user:1", at=NOON)
            work.accounts.override(account.account_id, revoke, by="user:1", at=NOON)
        who = (session.session_id, account.account_id)
        with read() as reads:
            principal = reads.doors.principal(*who, epoch=0, now=NOON)
            assert principal is not None
            assert principal.may(Permission.VIEW_FINANCIALS)
            assert not principal.may(Permission.CREATE_BOOKINGS)
            assert len(principal.permissions) == 10
            assert reads.doors.principal(*who, epoch=0, now=session.expires_at) is None
            stranger = (session.session_id, AccountId(uuid4()))
            assert reads.doors.principal(*stranger, epoch=0, now=NOON) is None
        with begin() as work:
            account = work.accounts.save(evolve(account, session_epoch=1))
        with read() as reads:
            assert reads.doors.principal(*who, epoch=0, now=NOON) is None
            assert reads.doors.principal(*who, epoch=1, now=NOON) is not None
        with begin() as work:
            work.accounts.save(evolve(account, status=AccountStatus.DEACTIVATED))
        with read() as reads:
            assert reads.doors.principal(*who, epoch=1, now=NOON) is None

    def test_an_ended_session_opens_nothing(
        self, begin: Begin[AccountsWork], read: Begin[AccountsReads]
    ) -> None:
        with begin() as work:
            account = work.accounts.add(an_account())
            session = work.sessions.add(a_session(account), token_hash("first"))
            work.sessions.save(session.end(EndReason.SIGNED_OUT, NOON))
        with read() as reads:
            who = (session.session_id, account.account_id)
            assert reads.doors.principal(*who, epoch=0, now=NOON) is None


class ChallengesContract:
    """Inherit, and provide the fixture `begin`."""

    def test_a_new_challenge_supersedes_the_last(self, begin: Begin[AccountsWork]) -> None:
        """AC-4."""
        first, second = a_challenge(), a_challenge(at=NOON + timedelta(seconds=1))
        with begin() as work:
            work.challenges.hold_address(first.email_key)
            work.challenges.add(first)
            work.challenges.add(second)
        with begin() as work:
            found = work.challenges.find(first.challenge_id)
            assert found is not None
            assert found.state is ChallengeState.SUPERSEDED
            assert work.challenges.find(second.challenge_id) == second
            assert second.is_open(second.sent_at + CODE_LIFE - timedelta(microseconds=1))
            assert not second.is_open(second.sent_at + CODE_LIFE)
            assert work.challenges.find(ChallengeId(uuid4())) is None

    def test_counts_sends_by_address_and_by_sender(self, begin: Begin[AccountsWork]) -> None:
        """AC-4: those after an instant, oldest first."""
        later = NOON + timedelta(minutes=1)
        with begin() as work:
            work.challenges.add(a_challenge(at=later))
            work.challenges.add(a_challenge(at=NOON))
            work.challenges.add(a_challenge("ana@example.com", later))
            sends = work.challenges.sends(
                "sarah@example.com", Purpose.SIGN_UP, after=NOON - timedelta(seconds=1)
            )
            assert list(sends) == [NOON, later]
            assert list(work.challenges.sends_by(b"sender", after=NOON)) == [later, later]
            assert list(work.challenges.sends_by(b"other", after=NOON)) == []

    def test_remembers_locks_and_what_was_told(self, begin: Begin[AccountsWork]) -> None:
        """AC-4, AC-5."""
        challenge = a_challenge()
        with begin() as work:
            key = challenge.email_key
            work.challenges.add(evolve(challenge, told=True))
            assert work.challenges.was_told(key, after=NOON - timedelta(seconds=1))
            assert not work.challenges.was_told(key, after=NOON)
            assert work.challenges.locked_until(key, Purpose.SIGN_UP) is None
            for _ in range(5):
                challenge = challenge.missed(NOON)
            work.challenges.save(challenge)
            assert work.challenges.locked_until(key, Purpose.SIGN_UP) == NOON + LOCK

    def test_a_proof_is_good_once_and_not_for_long(self, begin: Begin[AccountsWork]) -> None:
        """AC-5."""
        proof = Proof(
            token_hash=token_hash("proof"),
            purpose=Purpose.SIGN_UP,
            email="sarah@example.com",
            email_key="sarah@example.com",
            expires_at=NOON + PROOF_LIFE,
        )
        with begin() as work:
            work.challenges.add_proof(proof)
        with begin() as work:
            consume = work.challenges.consume_proof
            assert consume(proof.token_hash, Purpose.SIGN_UP, now=proof.expires_at) is None
            assert consume(token_hash("other"), Purpose.SIGN_UP, now=NOON) is None
            assert consume(proof.token_hash, Purpose.SIGN_UP, now=NOON) == proof
            assert consume(proof.token_hash, Purpose.SIGN_UP, now=NOON) is None

    def test_of_rivals_one_uses_the_proof(self, begin: Begin[AccountsWork]) -> None:
        """AC-6."""
        proof = Proof(
            token_hash=token_hash("proof"),
            purpose=Purpose.SIGN_UP,
            email="sarah@example.com",
            email_key="sarah@example.com",
            expires_at=NOON + PROOF_LIFE,
        )
        with begin() as work:
            work.challenges.add_proof(proof)
        barrier = threading.Barrier(RIVALS)

        def use(_: int) -> bool:
            barrier.wait()
            with begin() as work:
                found = work.challenges.consume_proof(proof.token_hash, Purpose.SIGN_UP, now=NOON)
            return found is not None

        with ThreadPoolExecutor(RIVALS) as pool:
            assert sum(pool.map(use, range(RIVALS))) == 1
