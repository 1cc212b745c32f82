"""Start an e-mail challenge: send a code to a mailbox, and say nothing about who has an account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from attrs import frozen

from instainstru_core.accounts.challenges import (
    CODE_LIFE,
    MAX_SENDS,
    MAX_SENDS_PER_SENDER,
    SEND_WINDOW,
    SENDER_WINDOW,
    TELL_AGAIN_AFTER,
    Challenge,
    Purpose,
)
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.errors import RateLimited
from instainstru_core.accounts.ids import ChallengeId
from instainstru_core.accounts.ports import AccountsWork, Secrets
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=AccountsWork)
_BUCKET: Final = "email_challenge"


@frozen(kw_only=True)
class StartEmailChallenge:
    """Somebody says that a mailbox is theirs."""

    email: Email
    purpose: Purpose = Purpose.SIGN_UP
    sender: str
    """Where the request came from, as the limiter names it."""


def start_email_challenge(
    request: StartEmailChallenge, *, begin: Begin[WorkT], ids: Ids, secrets: Secrets, clock: Clock
) -> ChallengeId:
    """Send a six-digit code, and return the challenge that it answers.

    The answer and the work are the same whether the address has an account, is locked, or neither:
    only the mail differs, which goes out later. Source: AC-4, AC-7.

    Raises:
        RateLimited: This address, or this sender, was sent too many codes.
    """
    now, key = clock.now(), request.email.key
    sender = secrets.mac("sender", request.sender)
    challenge_id = ids.new(ChallengeId)
    code = secrets.six_digits()
    mac = secrets.mac("challenge", f"{challenge_id}:{code}")
    with begin() as work:
        work.challenges.hold_address(key)
        sends = work.challenges.sends(key, request.purpose, after=now - SEND_WINDOW)
        _bound(sends, MAX_SENDS, SEND_WINDOW, now)
        sends_by = work.challenges.sends_by(sender, after=now - SENDER_WINDOW)
        _bound(sends_by, MAX_SENDS_PER_SENDER, SENDER_WINDOW, now)
        locked_until = work.challenges.locked_until(key, request.purpose)
        locked = locked_until is not None and now < locked_until
        taken = work.accounts.find_by_email(key) is not None
        tell = taken and not work.challenges.was_told(key, after=now - TELL_AGAIN_AFTER)
        challenge = Challenge(
            challenge_id=challenge_id,
            purpose=request.purpose,
            email=request.email.typed,
            email_key=key,
            mac=None if taken or locked else mac,
            sender=sender,
            told=tell and not locked,
            sent_at=now,
        )
        work.challenges.add(challenge)
        if challenge.told:
            work.work_items.file(_mail(challenge, "already_registered", {}))
        elif challenge.mac is not None:
            minutes = int(CODE_LIFE.total_seconds()) // 60
            data: dict[str, object] = {"code": code, "minutes": minutes}
            work.work_items.file(_mail(challenge, "sign_up_code", data))
    return challenge_id


def _bound(sends: Sequence[datetime], most: int, window: timedelta, now: datetime) -> None:
    if len(sends) >= most:
        wait = sends[-most] + window - now
        raise RateLimited(_BUCKET, max(1, -(-int(wait.total_seconds() * 1000) // 1000)))


def _mail(challenge: Challenge, template: str, data: dict[str, object]) -> NewWork:
    return NewWork(
        handler="send_email",
        payload={"to": challenge.email, "template": template, "data": data},
        due_at=challenge.sent_at,
        dedupe_key=f"challenge:{challenge.challenge_id}",
    )
