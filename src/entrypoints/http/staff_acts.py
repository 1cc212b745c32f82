"""What acts of the staff in two steps send and are answered. Source: AD-7, MC-6."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypedDict

from msgspec import Meta, Struct

from entrypoints.http.admin_bodies import ReasonBody
from entrypoints.http.policy import REQUIRED, Access, policy
from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.ids import ActionId
from instainstru_core.admin.use_cases.staff_acts import DoneAct, ShownAct
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.ports import Ports, Work


class StaffReasonBody(ReasonBody, kw_only=True, forbid_unknown_fields=True):
    """Why; what is wanted besides stands in the address, or in a body built on this one."""


ConfirmToken = Annotated[
    str, Meta(min_length=1, max_length=200, description="What the preview of the same words gave.")
]


class ConfirmedBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: ConfirmToken


class ShownActView(Struct, kw_only=True, frozen=True):
    """What the act would do now. Nothing happened yet; the token is good for five minutes, once.

    `needs_second_person`: somebody else must approve it, or has approved it already.
    """

    before: Mapping[str, str]
    after: Mapping[str, str]
    effect: Mapping[str, Any]
    needs_second_person: bool
    confirm_token: str
    confirm_expires_at: datetime

    @classmethod
    def of(cls, shown: ShownAct) -> "ShownActView":
        """The view of *shown*."""
        return cls(
            before=shown.effect.before,
            after=shown.effect.after,
            effect=shown.effect.shows,
            needs_second_person=shown.needs_second,
            confirm_token=shown.confirm_token,
            confirm_expires_at=shown.confirm_expires_at,
        )


class DoneActView(Struct, kw_only=True, frozen=True):
    """What was done; who, why, before and after are kept for ever."""

    action_id: ActionId
    kind: Annotated[str, Meta(examples=["set_tier"])]
    target: str | None
    at: datetime
    before: Mapping[str, str]
    after: Mapping[str, str]
    effect: Mapping[str, Any]

    @classmethod
    def of(cls, done: DoneAct) -> "DoneActView":
        """The view of *done*."""
        return cls(
            action_id=done.action.action_id,
            kind=done.action.kind.value,
            target=done.action.target,
            at=done.action.at,
            before=done.effect.before,
            after=done.effect.after,
            effect=done.effect.shows,
        )


class ActTools(TypedDict):
    """What a preview and the act itself are carried out with."""

    begin: Begin[Work]
    ids: Ids
    clock: Clock
    secrets: Secrets


def tools_of(ports: Ports) -> ActTools:
    """The keywords of a use case that shows an act, or does what was shown."""
    return ActTools(begin=ports.begin, ids=ports.ids, clock=ports.clock, secrets=ports.secrets)


def preview_of(access: Access) -> dict[str, Any]:
    """The keywords of a route that shows what an act would do."""
    return {
        "sync_to_thread": True,
        "status_code": 200,
        "opt": policy(access=access, bucket="write"),
    }


def execution_of(access: Access, *, bucket: str = "financial") -> dict[str, Any]:
    """The keywords of a route that acts on a preview; a repeated key repeats the answer."""
    return {
        "sync_to_thread": True,
        "status_code": 200,
        "opt": policy(access=access, bucket=bucket, idempotency=REQUIRED),
    }
