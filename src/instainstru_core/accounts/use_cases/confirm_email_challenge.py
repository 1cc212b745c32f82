"""Confirm an e-mail challenge: trade the right code for a proof of the mailbox."""

from math import ceil
from typing import TypeVar

from attrs import field, frozen

from instainstru_core.accounts.challenges import (
    LOCK,
    MAX_WRONG_CODES,
    PROOF_LIFE,
    ChallengeState,
    Proof,
    token_hash,
)
from instainstru_core.accounts.errors import ChallengeInvalid, ChallengeLocked
from instainstru_core.accounts.ids import ChallengeId
from instainstru_core.accounts.ports import AccountsWork, Secrets
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=AccountsWork)


@frozen(kw_only=True)
class ConfirmEmailChallenge:
    """Somebody read a code in a mailbox."""

    challenge_id: ChallengeId
    code: str = field(repr=False)


def confirm_email_challenge(
    request: ConfirmEmailChallenge, *, begin: Begin[WorkT], secrets: Secrets, clock: Clock
) -> str:
    """The proof of the mailbox: a token for one use within 900 s. Source: AC-5.

    A wrong code is counted even though it is refused.

    Raises:
        ChallengeInvalid: Unknown, expired, used or wrong.
        ChallengeLocked: Five wrong codes; even the right one is refused now.
    """
    token = secrets.token()
    with begin() as work:
        refusal = _judge(request, token, work=work, secrets=secrets, clock=clock)
    if refusal is not None:
        raise refusal
    return token


def _judge(
    request: ConfirmEmailChallenge,
    token: str,
    *,
    work: AccountsWork,
    secrets: Secrets,
    clock: Clock,
) -> DomainError | None:
    now = clock.now()
    challenge = work.challenges.find(request.challenge_id)
    if challenge is None:
        return ChallengeInvalid()
    locked_until = work.challenges.locked_until(challenge.email_key, challenge.purpose)
    if locked_until is not None and now < locked_until:
        return ChallengeLocked(ceil((locked_until - now).total_seconds()))
    if not challenge.is_open(now):
        return ChallengeInvalid()
    given = secrets.mac("challenge", f"{challenge.challenge_id}:{request.code}")
    if not challenge.answered_by(given):
        missed = challenge.missed(now)
        work.challenges.save(missed)
        if missed.state is ChallengeState.LOCKED:
            return ChallengeLocked(int(LOCK.total_seconds()))
        return ChallengeInvalid(MAX_WRONG_CODES - missed.attempts)
    work.challenges.save(challenge.consumed())
    work.challenges.add_proof(
        Proof(
            token_hash=token_hash(token),
            purpose=challenge.purpose,
            email=challenge.email,
            email_key=challenge.email_key,
            expires_at=now + PROOF_LIFE,
        )
    )
    return None
