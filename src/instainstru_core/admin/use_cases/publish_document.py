"""Publish a document of the configuration: seen first, then done. Source: AD-10."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from attrs import frozen

from instainstru_core.accounts.model import Principal
from instainstru_core.accounts.ports import Secrets
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.ports import AdminWork
from instainstru_core.admin.use_cases.staff_acts import (
    DoneAct,
    ShownAct,
    StaffAct,
    StaffEffect,
    preview_staff_act,
    take_staff_act,
)
from instainstru_core.config.model import Body, ConfigKey
from instainstru_core.config.use_cases.publish_config import PublishConfig, publish_config
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class Change:
    """What another *body* changes, as operators are shown it, and whether one person may do it."""

    body: Body
    shows: Mapping[str, Any]
    needs_second: bool = False


@frozen(kw_only=True)
class Document:
    """One of the documents: by what of a proposal its act is known, and what that would change.

    *change* judges the proposal against what holds in that unit; it raises `InvalidConfig`.
    """

    key: ConfigKey
    terms: Callable[["Proposal"], Mapping[str, object]]
    change: Callable[["Proposal", AdminWork], Change]


@frozen(kw_only=True)
class Proposal:
    """An operator who saw version *expected* wants *body* to hold; *restores* names its origin."""

    document: Document
    principal: Principal
    body: Body
    expected: int
    why: Why
    restores: int | None = None

    def act(self) -> StaffAct:
        """The act."""
        return StaffAct(
            principal=self.principal,
            kind=ActionKind.PUBLISH_CONFIG,
            target=self.document.key.value,
            why=self.why,
            payload=self.document.terms(self),
        )


def preview_document(
    request: Proposal, *, begin: Begin[AdminWork], ids: Ids, clock: Clock, secrets: Secrets
) -> ShownAct:
    """What publishing would change.

    Raises:
        InvalidConfig: The document breaks rules; it names every broken field.
        ConfigChanged: Another version is current.
    """

    def perform(work: AdminWork) -> StaffEffect:
        return _perform(request, work, clock)

    return preview_staff_act(
        request.act(), perform, begin=begin, ids=ids, clock=clock, secrets=secrets
    )


def publish_document(
    request: Proposal,
    *,
    confirm_token: str,
    begin: Begin[WorkT],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
    answer: Answer[WorkT, DoneAct] = unanswered,
) -> DoneAct:
    """Let the document hold from now on; every process goes by it within seconds.

    Raises:
        DomainError: As the preview, and as `take_staff_act`.
    """

    def perform(work: WorkT) -> StaffEffect:
        return _perform(request, work, clock)

    return take_staff_act(
        request.act(),
        perform,
        confirm_token=confirm_token,
        begin=begin,
        ids=ids,
        clock=clock,
        secrets=secrets,
        answer=answer,
    )


def _perform(request: Proposal, work: AdminWork, clock: Clock) -> StaffEffect:
    change = request.document.change(request, work)
    published = publish_config(
        PublishConfig(
            key=request.document.key,
            body=change.body,
            expected=request.expected,
            author=str(request.principal.account_id),
            reason=request.why.note or request.why.reason_code,
            restores=request.restores,
        ),
        work=work,
        now=clock.now(),
    )
    return StaffEffect(
        before={"version": str(request.expected)},
        after={"version": str(published.version)},
        shows=change.shows,
        needs_second=change.needs_second,
    )
