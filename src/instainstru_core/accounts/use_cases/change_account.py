"""Change what an account says about its owner. Source: AC-2, spec 03 §6."""

from typing import TypeVar

from attrs import field, frozen
from attrs.converters import optional

from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Account, Role
from instainstru_core.accounts.names import person_name
from instainstru_core.accounts.ports import AccountsWork
from instainstru_core.accounts.zips import zip_code
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.kernel.zones import Zone

WorkT = TypeVar("WorkT", bound=AccountsWork)


@frozen(kw_only=True)
class ChangeAccount:
    """The owner writes some of the fields anew; None leaves one as it is."""

    account_id: AccountId
    first_name: str | None = field(default=None, converter=optional(person_name))
    last_name: str | None = field(default=None, converter=optional(person_name))
    zip_code: str | None = field(default=None, converter=optional(zip_code))
    zone: Zone | None = None


def change_account(request: ChangeAccount, *, begin: Begin[WorkT], clock: Clock) -> Account:
    """Keep the change; the public profile of one who teaches follows it. Source: IN-8, AV-9.

    Raises:
        AccountNotFound: No such account.
    """
    with begin() as work:
        account = work.accounts.get(request.account_id)
        changed = account.renamed(
            request.first_name or account.first_name, request.last_name or account.last_name
        ).moved(
            zip_code=request.zip_code or account.zip_code,
            zone=request.zone or account.zone,
            at=clock.now(),
        )
        if account.role is Role.INSTRUCTOR:
            zone = None if changed.zone == account.zone else changed.zone
            work.profiles.follow(changed, zone=zone, at=clock.now())
        return work.accounts.save(changed)
