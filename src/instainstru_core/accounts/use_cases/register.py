"""Register: an account for somebody who proved a mailbox, and a first session."""

from typing import TypeVar

from attrs import field, frozen
from attrs.validators import in_

from instainstru_core.accounts.challenges import Proof, Purpose, token_hash
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.errors import ProofInvalid
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.accounts.names import person_name
from instainstru_core.accounts.password_policy import vet_password
from instainstru_core.accounts.ports import AccessTokens, AccountsWork, Passwords, Secrets
from instainstru_core.accounts.use_cases.open_session import SignedIn, open_session
from instainstru_core.accounts.zips import zip_code, zone_of
from instainstru_core.due_work.model import NewWork
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone

WorkT = TypeVar("WorkT", bound=AccountsWork)


@frozen(kw_only=True)
class Register:
    """Somebody new. Source: AC-2, AC-3."""

    proof: str = field(repr=False)
    password: str = field(repr=False)
    first_name: str = field(converter=person_name)
    last_name: str = field(converter=person_name)
    zip_code: str = field(converter=zip_code)
    role: Role = field(default=Role.STUDENT, validator=in_({Role.STUDENT, Role.INSTRUCTOR}))
    accepted_terms: str
    zone: Zone | None = None


def register(
    request: Register,
    *,
    begin: Begin[WorkT],
    passwords: Passwords,
    secrets: Secrets,
    tokens: AccessTokens,
    ids: Ids,
    clock: Clock,
) -> SignedIn:
    """Use the proof up, and keep account, draft profile and session together. Source: AC-6.

    Raises:
        PasswordRejected: With every reason; the proof stays good.
        ProofInvalid: Unknown, used or too old.
        EmailAlreadyRegistered: The address has an account by now.
    """
    names = (request.first_name, request.last_name)
    vet_password(request.password, names=names)
    # The slow hash runs before the unit: no connection is held meanwhile (AC-10).
    password_hash = passwords.hash(request.password)
    now = clock.now()
    with begin() as work:
        proof = work.challenges.consume_proof(token_hash(request.proof), Purpose.SIGN_UP, now=now)
        if proof is None:
            raise ProofInvalid
        vet_password(request.password, email=Email.parse(proof.email), names=names)
        account = Account(
            account_id=ids.new(AccountId),
            email=proof.email,
            email_key=proof.email_key,
            password_hash=password_hash,
            first_name=request.first_name,
            last_name=request.last_name,
            zip_code=request.zip_code,
            zone=request.zone or zone_of(request.zip_code),
            role=request.role,
            created_at=now,
        )
        account = work.accounts.add(account.registered(accepted_terms=request.accepted_terms))
        if account.role is Role.INSTRUCTOR:
            work.profiles.draft(account)
        work.work_items.file(_welcome(account, proof))
        return open_session(account, work=work, ids=ids, secrets=secrets, tokens=tokens, at=now)


def _welcome(account: Account, proof: Proof) -> NewWork:
    return NewWork(
        handler="send_email",
        payload={
            "to": proof.email,
            "template": "welcome",
            "data": {"first_name": account.first_name, "role": str(account.role)},
        },
        due_at=account.created_at,
        dedupe_key=f"welcome:{account.account_id}",
    )
