"""The pricing document: its versions, publishing one, and going back to an older one.

Source: spec 02 §5, §6, AD-10, AD-11.
"""

from typing import Annotated, Final

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.config_documents import (
    ConfigVersionsView,
    IfMatch,
    published,
    shown,
    version_number,
    version_seen,
    versions_of,
)
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from entrypoints.http.pricing_documents import PricingDocument
from entrypoints.http.staff_acts import (
    ConfirmToken,
    DoneActView,
    ShownActView,
    StaffReasonBody,
    execution_of,
    preview_of,
)
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.use_cases.pricing_document import PRICING, pricing_body
from instainstru_core.admin.use_cases.publish_document import Proposal
from instainstru_core.config.model import BUILT_IN, ConfigKey
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)


class PricingDocumentView(Struct, kw_only=True, frozen=True):
    """The document that holds now."""

    version: int
    body: PricingDocument


class ProposalBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """A whole document, and why."""

    body: PricingDocument


class PublicationBody(ProposalBody, kw_only=True, forbid_unknown_fields=True):
    """The words that were validated, and the token that came with that."""

    confirm_token: ConfirmToken


class RollbackPreviewBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """An older version to hold again, and why."""

    version: Annotated[int, Meta(ge=BUILT_IN, le=1_000_000, examples=[1])]


class RollbackBody(RollbackPreviewBody, kw_only=True, forbid_unknown_fields=True):
    """The words of the preview, and its token."""

    confirm_token: ConfirmToken


@get(
    "/config/pricing",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show the pricing document"),
)
def show_document(ports: NamedDependency[Ports]) -> PricingDocumentView:
    """The document that holds now, and its version for `If-Match`."""
    with ports.read() as reads:
        latest = reads.config_queries.current(ConfigKey.PRICING)
    if latest is None:
        return PricingDocumentView(
            version=BUILT_IN, body=PricingDocument.of(pricing_body(BUILT_IN, read=ports.read))
        )
    return PricingDocumentView(version=latest.version, body=PricingDocument.of(latest.body))


@get(
    "/config/pricing/versions",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List the versions of the pricing document"),
)
def list_versions(ports: NamedDependency[Ports]) -> ConfigVersionsView:
    """Who published what and why, newest first."""
    return versions_of(ConfigKey.PRICING, ports)


@get(
    "/config/pricing/versions/{version:str}",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show one version of the pricing document", refusals=(404,)),
)
def show_version(version: FromPath[str], ports: NamedDependency[Ports]) -> PricingDocumentView:
    """A document as it was published."""
    number = version_number(version)
    body = pricing_body(number, read=ports.read)
    return PricingDocumentView(version=number, body=PricingDocument.of(body))


@post(
    "/config/pricing/validate",
    **preview_of(_KEEPERS),
    **documented("Validate a pricing document", refusals=(412, 428)),
)
def validate_document(
    data: JSONBody[ProposalBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    if_match: IfMatch = None,
) -> ShownActView:
    """What publishing the document would change; every broken field when it can't be."""
    return shown(_publication(data, principal, if_match), ports)


@put(
    "/config/pricing",
    **execution_of(_KEEPERS),
    **documented("Publish a pricing document", refusals=(400, 409, 412, 428)),
)
def publish_document(
    data: JSONBody[PublicationBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    if_match: IfMatch = None,
) -> DoneActView:
    """Let the document hold from now on; what is paid for keeps its price."""
    return published(_publication(data, principal, if_match), data.confirm_token, ports, keyed)


@post(
    "/config/pricing/rollback-preview",
    **preview_of(_KEEPERS),
    **documented("Preview a return to an older pricing document", refusals=(404, 412, 428)),
)
def preview_rollback(
    data: JSONBody[RollbackPreviewBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    if_match: IfMatch = None,
) -> ShownActView:
    """What publishing the older document anew would change."""
    return shown(_rollback(data, principal, ports, if_match), ports)


@post(
    "/config/pricing/rollback",
    **execution_of(_KEEPERS),
    **documented("Publish an older pricing document anew", refusals=(400, 404, 409, 412, 428)),
)
def roll_back(
    data: JSONBody[RollbackBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    if_match: IfMatch = None,
) -> DoneActView:
    """Publish the older document as a new version."""
    asked = _rollback(data, principal, ports, if_match)
    return published(asked, data.confirm_token, ports, keyed)


def _publication(data: ProposalBody, principal: Principal, if_match: str | None) -> Proposal:
    return Proposal(
        document=PRICING,
        principal=principal,
        body=data.body.plain(),
        expected=version_seen(if_match),
        why=data.why(),
    )


def _rollback(
    data: RollbackPreviewBody, principal: Principal, ports: Ports, if_match: str | None
) -> Proposal:
    return Proposal(
        document=PRICING,
        principal=principal,
        body=pricing_body(data.version, read=ports.read),
        expected=version_seen(if_match),
        why=data.why(),
        restores=data.version,
    )


ROUTER: Final = Router(
    "/admin",
    route_handlers=[
        show_document,
        list_versions,
        show_version,
        validate_document,
        publish_document,
        preview_rollback,
        roll_back,
    ],
    tags=["Pricing"],
)
