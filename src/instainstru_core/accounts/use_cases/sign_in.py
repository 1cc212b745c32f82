"""Sign in: a password, and a session for whoever knows it. Source: AC-14, AC-18."""

from typing import TypeVar

from attrs import evolve, field, frozen

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.errors import InvalidCredentials
from instainstru_core.accounts.policies import admit
from instainstru_core.accounts.ports import (
    AccessTokens,
    AccountsReads,
    AccountsWork,
    Passwords,
    Secrets,
)
from instainstru_core.accounts.use_cases.open_session import SignedIn, open_session
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin

WorkT = TypeVar("WorkT", bound=AccountsWork)
ReadsT = TypeVar("ReadsT", bound=AccountsReads)


@frozen(kw_only=True)
class SignIn:
    """Somebody says who they are."""

    email: Email
    password: str = field(repr=False)


def sign_in(
    request: SignIn,
    *,
    begin: Begin[WorkT],
    read: Begin[ReadsT],
    passwords: Passwords,
    secrets: Secrets,
    tokens: AccessTokens,
    ids: Ids,
    clock: Clock,
) -> SignedIn:
    """Verify the password, then open a session.

    No connection is held while the password is verified, and an unknown address costs one
    verification too. Source: AC-7, AC-10.

    Raises:
        InvalidCredentials: The address or the password is wrong.
        AccountDeactivated: The account was closed.
        SignInBusy: Too many passwords are being verified.
    """
    with read() as reads:
        account = reads.doors.credentials(request.email.key)
    known = passwords.verify(request.password, account.password_hash if account else None)
    if account is None or not known:
        raise InvalidCredentials
    admit(account)
    fresh = None
    if passwords.needs_rehash(account.password_hash):
        fresh = passwords.hash(request.password)
    now = clock.now()
    with begin() as work:
        if fresh is not None:
            account = work.accounts.save(evolve(account, password_hash=fresh))
        return open_session(account, work=work, ids=ids, secrets=secrets, tokens=tokens, at=now)
