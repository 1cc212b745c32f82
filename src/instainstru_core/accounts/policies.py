"""Who may enter with a correct password. Source: AC-18."""

from instainstru_core.accounts.errors import AccountDeactivated, InvalidCredentials
from instainstru_core.accounts.model import Account, AccountStatus


def admit(account: Account) -> None:
    """Let active and suspended accounts in; the latter only read.

    Raises:
        AccountDeactivated: Closed by its owner.
        InvalidCredentials: Erased: as if it had never been.
    """
    match account.status:
        case AccountStatus.DEACTIVATED:
            raise AccountDeactivated
        case AccountStatus.ERASED:
            raise InvalidCredentials
        case _:
            return
