"""Publish another pricing document, or an older one anew: seen first, then done. Source: AD-10."""

import hashlib
import json
from collections.abc import Mapping
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
from instainstru_core.config.errors import ConfigVersionNotFound
from instainstru_core.config.model import BUILT_IN, Body, ConfigKey, differences
from instainstru_core.config.ports import ConfigReads
from instainstru_core.config.use_cases.publish_config import PublishConfig, publish_config
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Answer, Begin, unanswered
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.document import document_of, pricing_of

WorkT = TypeVar("WorkT", bound=AdminWork)


@frozen(kw_only=True)
class PublishPricing:
    """An operator who saw version *expected* wants *body* to hold; *restores* names its origin."""

    principal: Principal
    body: Body
    expected: int
    why: Why
    restores: int | None = None

    def act(self) -> StaffAct:
        """The act; a body as long as this one is named by its digest."""
        text = json.dumps(self.body, sort_keys=True, separators=(",", ":"))
        return StaffAct(
            principal=self.principal,
            kind=ActionKind.PUBLISH_CONFIG,
            target=ConfigKey.PRICING.value,
            why=self.why,
            payload={
                "body": hashlib.sha256(text.encode()).hexdigest(),
                "expected": self.expected,
                "restores": self.restores,
            },
        )


def preview_pricing(
    request: PublishPricing,
    *,
    begin: Begin[AdminWork],
    ids: Ids,
    clock: Clock,
    secrets: Secrets,
) -> ShownAct:
    """What publishing would change, field by field.

    Raises:
        InvalidConfig: The document breaks rules; it names every broken field.
        ConfigChanged: Another version is current.
    """

    def perform(work: AdminWork) -> StaffEffect:
        return _perform(request, work, clock)

    return preview_staff_act(
        request.act(), perform, begin=begin, ids=ids, clock=clock, secrets=secrets
    )


def publish_pricing(
    request: PublishPricing,
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


def pricing_body(version: int, *, read: Begin[ConfigReads]) -> Body:
    """The document of one version; the first is the one that is built in.

    Raises:
        ConfigVersionNotFound: There is no such version.
    """
    if version == BUILT_IN:
        return document_of(DEFAULT_PRICING)
    with read() as reads:
        found = reads.config_queries.version(ConfigKey.PRICING, version)
    if found is None:
        raise ConfigVersionNotFound
    return found.body


def _perform(request: PublishPricing, work: AdminWork, clock: Clock) -> StaffEffect:
    pricing_of(request.body, version=request.expected + 1)
    latest = work.config_documents.latest(ConfigKey.PRICING)
    before = document_of(DEFAULT_PRICING) if latest is None else latest.body
    published = publish_config(
        PublishConfig(
            key=ConfigKey.PRICING,
            body=request.body,
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
        shows={"changes": _changes(before, request.body)},
    )


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"path": path, "before": old, "after": new} for path, old, new in differences(before, after)
    ]
