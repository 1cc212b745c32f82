"""Create an administrator: only from the command line of who runs the platform. Source: AC-43."""

from typing import Final, TypeVar

from attrs import field, frozen

from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.accounts.names import person_name
from instainstru_core.accounts.password_policy import vet_password
from instainstru_core.accounts.ports import AccountsWork, Passwords
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import NEW_YORK

WorkT = TypeVar("WorkT", bound=AccountsWork)
_HEAD_OFFICE_ZIP: Final = "10001"


@frozen(kw_only=True)
class CreateAdmin:
    """The platform needs somebody to look after it."""

    email: Email
    password: str = field(repr=False)
    first_name: str = field(converter=person_name)
    last_name: str = field(converter=person_name)


def create_admin(
    request: CreateAdmin, *, begin: Begin[WorkT], passwords: Passwords, ids: Ids, clock: Clock
) -> Account:
    """Keep the account; no session is started, and no default password exists anywhere.

    Raises:
        PasswordRejected: With every reason.
        EmailAlreadyRegistered: The address has an account.
    """
    names = (request.first_name, request.last_name)
    vet_password(request.password, email=request.email, names=names)
    password_hash = passwords.hash(request.password)
    account = Account(
        account_id=ids.new(AccountId),
        email=request.email.typed,
        email_key=request.email.key,
        password_hash=password_hash,
        first_name=request.first_name,
        last_name=request.last_name,
        zip_code=_HEAD_OFFICE_ZIP,
        zone=NEW_YORK,
        role=Role.ADMIN,
        created_at=clock.now(),
    )
    with begin() as work:
        return work.accounts.add(account.registered(accepted_terms="staff"))
