"""People who look after the platform. Source: AC-43."""

from entrypoints.bootstrap import ports
from entrypoints.settings import Settings
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin


def create(
    settings: Settings, *, email: str, password: str, first_name: str, last_name: str
) -> AccountId:
    """Create an administrator and return the new account's id.

    Raises:
        PasswordRejected: With every reason.
        EmailAlreadyRegistered: The address has an account.
    """
    world = ports(settings)
    request = CreateAdmin(
        email=Email.parse(email), password=password, first_name=first_name, last_name=last_name
    )
    account = create_admin(
        request, begin=world.begin, passwords=world.passwords, ids=world.ids, clock=world.clock
    )
    return account.account_id
