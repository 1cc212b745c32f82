"""One's own account over HTTP. Source: spec 03 §6."""

from datetime import datetime
from typing import Annotated, Final

from litestar import Router, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import read_at
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Account, Permission, Principal, Role
from instainstru_core.accounts.names import person_name
from instainstru_core.accounts.use_cases.change_account import ChangeAccount, change_account
from instainstru_core.kernel.zones import Zone
from instainstru_core.ports import Ports

NameText = Annotated[str, Meta(min_length=1, max_length=64, examples=["Sarah"])]
ZipText = Annotated[str, Meta(pattern="^[0-9]{5}$", examples=["11215"])]
ZoneText = Annotated[
    str,
    Meta(
        max_length=64,
        description="The name of an IANA time zone.",
        examples=["America/New_York"],
    ),
]


class AccountView(Struct):
    """One's own account. Source: AC-56."""

    id: AccountId
    email: str
    first_name: str
    last_name: str
    display_name: Annotated[str, Meta(examples=["Sarah C."])]
    zip_code: str
    timezone: ZoneText
    role: Role
    status: str
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> "AccountView":
        """What the owner sees."""
        return cls(
            id=account.account_id,
            email=account.email,
            first_name=account.first_name,
            last_name=account.last_name,
            display_name=account.display_name,
            zip_code=account.zip_code,
            timezone=account.zone.name,
            role=account.role,
            status=str(account.status),
            created_at=account.created_at,
        )


class ProfileBody(Struct, forbid_unknown_fields=True):
    """What changes about oneself; what is left out stays."""

    first_name: NameText | UnsetType = UNSET
    last_name: NameText | UnsetType = UNSET
    zip_code: ZipText | UnsetType = UNSET
    timezone: ZoneText | UnsetType = UNSET


@get(
    sync_to_thread=True,
    opt=policy(access=requires(Permission.MANAGE_OWN_PROFILE), bucket="read"),
    **documented("One's own account"),
)
def show_account(
    principal: NamedDependency[Principal], ports: NamedDependency[Ports]
) -> AccountView:
    """What the platform knows about its caller."""
    with ports.read() as reads:
        return AccountView.of(reads.doors.account(principal.account_id))


@patch(
    sync_to_thread=True,
    opt=policy(access=requires(Permission.MANAGE_OWN_PROFILE), bucket="write"),
    **documented("Change one's own account", refusals=(409,)),
)
def edit_account(
    data: JSONBody[ProfileBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> AccountView:
    """Change name, ZIP code or time zone."""
    request = ChangeAccount(
        account_id=principal.account_id,
        first_name=_name("/first_name", data.first_name),
        last_name=_name("/last_name", data.last_name),
        zip_code=data.zip_code or None,
        zone=None if data.timezone is UNSET else read_at("/timezone", Zone, data.timezone),
    )
    return AccountView.of(change_account(request, begin=ports.begin, clock=ports.clock))


def _name(pointer: str, text: str | UnsetType) -> str | None:
    return None if text is UNSET else read_at(pointer, person_name, text)


ROUTER: Final = Router("/me", route_handlers=[show_account, edit_account], tags=["accounts"])
