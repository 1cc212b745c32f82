"""A second person's word: requests, decisions, and above which amount. Source: spec 02 §11.9."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct

from entrypoints.http.config_documents import (
    ConfigVersionsView,
    IfMatch,
    published,
    shown,
    version_seen,
    versions_of,
)
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.parameters import page_request
from entrypoints.http.policy import OPTIONAL, policy, requires
from entrypoints.http.staff_acts import (
    ConfirmToken,
    DoneActView,
    ShownActView,
    StaffReasonBody,
    execution_of,
    preview_of,
)
from instainstru_core.accounts.ids import AccountId
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.ids import ApprovalId
from instainstru_core.admin.model.approval import Approval, ApprovalState
from instainstru_core.admin.model.four_eyes import DEFAULT_RULE, MOST_CENTS
from instainstru_core.admin.use_cases.decide_approval import DecideApproval, decide_approval
from instainstru_core.admin.use_cases.find_approvals import find_approvals, read_approval
from instainstru_core.admin.use_cases.four_eyes_document import FOUR_EYES
from instainstru_core.admin.use_cases.publish_document import Proposal
from instainstru_core.booking.ids import BookingId
from instainstru_core.config.model import BUILT_IN, ConfigKey
from instainstru_core.kernel.pagination import MAX_CURSOR_LENGTH, MAX_LIMIT
from instainstru_core.ports import Ports

_READERS: Final = requires(Permission.VIEW_FINANCIALS)
_KEEPERS: Final = requires(Permission.MANAGE_FINANCIALS)


class ApprovalView(Struct, kw_only=True, frozen=True):
    """What somebody asked for, and what it would do; `expires_at` ends the time to decide or act.

    `status` is open, approved, declined, spent (it was done), or lapsed (nobody did in time).
    """

    approval_id: ApprovalId
    status: Annotated[str, Meta(examples=["open"])]
    requester_id: AccountId
    kind: Annotated[str, Meta(examples=["refund"])]
    target: str | None
    booking_id: BookingId | None
    reason_code: str
    note: str | None
    at_stake_cents: int
    effect: Mapping[str, Any]
    asked_at: datetime
    expires_at: datetime
    decided_by: AccountId | None
    decided_at: datetime | None
    decision_note: str | None
    spent_at: datetime | None

    @classmethod
    def of(cls, approval: Approval, *, now: datetime) -> "ApprovalView":
        """The view of *approval* as it stands *now*."""
        decision = approval.decision
        return cls(
            approval_id=approval.approval_id,
            status=approval.stands(at=now).value,
            requester_id=approval.requester,
            kind=approval.kind.value,
            target=approval.target,
            booking_id=approval.booking_id,
            reason_code=approval.why.reason_code,
            note=approval.why.note,
            at_stake_cents=approval.at_stake.cents,
            effect=approval.effect,
            asked_at=approval.asked_at,
            expires_at=approval.expires_at,
            decided_by=None if decision is None else decision.by,
            decided_at=None if decision is None else decision.at,
            decision_note=None if decision is None else decision.why.note,
            spent_at=approval.spent_at,
        )


class ApprovalsView(Struct, kw_only=True, frozen=True):
    """Part of the requests that stand so, newest first."""

    items: list[ApprovalView]
    next_cursor: str | None


class FourEyesDocument(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Above which amount a second person is needed: 0 is for every act, null for none."""

    above_cents: Annotated[int, Meta(ge=0, le=MOST_CENTS, examples=[20000])] | None


class FourEyesView(Struct, kw_only=True, frozen=True):
    """The document that holds, and its version for `If-Match`."""

    version: int
    body: FourEyesDocument


class FourEyesProposalBody(StaffReasonBody, kw_only=True, forbid_unknown_fields=True):
    """A whole document, and why."""

    body: FourEyesDocument

    def of(self, principal: Principal, if_match: str | None) -> Proposal:
        """What is asked for.

        Raises:
            VersionUnsaid: The caller doesn't say which version they saw.
            ConfigChanged: What they say is no version.
        """
        return Proposal(
            document=FOUR_EYES,
            principal=principal,
            body={"above_cents": self.body.above_cents},
            expected=version_seen(if_match),
            why=self.why(),
        )


class FourEyesPublicationBody(FourEyesProposalBody, kw_only=True, forbid_unknown_fields=True):
    """The words that were validated, and the token that came with that."""

    confirm_token: ConfirmToken


@get(
    "/approvals",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List what needs a second person"),
)
def list_approvals(
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    status: FromQuery[ApprovalState] = ApprovalState.OPEN,
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = 20,
    cursor: Annotated[str | None, QueryParameter(max_length=MAX_CURSOR_LENGTH)] = None,
) -> ApprovalsView:
    """Newest first; those that are open, unless another `status` is asked for."""
    page = find_approvals(
        status,
        page_request(limit, cursor),
        principal=principal,
        read=ports.read,
        clock=ports.clock,
    )
    now = ports.clock.now()
    return ApprovalsView(
        items=[ApprovalView.of(each, now=now) for each in page.items],
        next_cursor=None if page.next_cursor is None else str(page.next_cursor),
    )


@get(
    "/approvals/{approval_id:str}",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Look at a request for approval", refusals=(404,)),
)
def show_approval(
    approval_id: FromPath[ApprovalId],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ApprovalView:
    """Who wants what, why, and what it would do."""
    found = read_approval(approval_id, principal=principal, read=ports.read)
    return ApprovalView.of(found, now=ports.clock.now())


@post(
    "/approvals/{approval_id:str}/approve",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_KEEPERS, bucket="financial", idempotency=OPTIONAL),
    **documented("Approve what somebody else asked for", refusals=(404, 409)),
)
def approve(
    approval_id: FromPath[ApprovalId],
    data: JSONBody[StaffReasonBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> ApprovalView:
    """The requester can do it within a day, once, if it still does the same."""
    request = DecideApproval(
        principal=principal, approval_id=approval_id, approve=True, why=data.why()
    )
    return _decided(request, ports, keyed)


@post(
    "/approvals/{approval_id:str}/decline",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_KEEPERS, bucket="write", idempotency=OPTIONAL),
    **documented("Decline a request for approval", refusals=(404, 409)),
)
def decline(
    approval_id: FromPath[ApprovalId],
    data: JSONBody[StaffReasonBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> ApprovalView:
    """It isn't done; requesters take their own request back with this."""
    request = DecideApproval(
        principal=principal, approval_id=approval_id, approve=False, why=data.why()
    )
    return _decided(request, ports, keyed)


@get(
    "/config/four-eyes",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("Show above which amount a second person is needed"),
)
def show_four_eyes(ports: NamedDependency[Ports]) -> FourEyesView:
    """The document that holds now, and its version for `If-Match`."""
    with ports.read() as reads:
        latest = reads.config_queries.current(ConfigKey.FOUR_EYES)
    if latest is None:
        return FourEyesView(version=BUILT_IN, body=FourEyesDocument(**DEFAULT_RULE.document()))
    return FourEyesView(version=latest.version, body=FourEyesDocument(**latest.body))


@get(
    "/config/four-eyes/versions",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read"),
    **documented("List the amounts above which a second person was needed"),
)
def list_four_eyes_versions(ports: NamedDependency[Ports]) -> ConfigVersionsView:
    """Who published what and why, newest first."""
    return versions_of(ConfigKey.FOUR_EYES, ports)


@post(
    "/config/four-eyes/validate",
    **preview_of(_KEEPERS),
    **documented("Preview above which amount a second person is needed", refusals=(412, 428)),
)
def validate_four_eyes(
    data: JSONBody[FourEyesProposalBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    if_match: IfMatch = None,
) -> ShownActView:
    """What publishing the document would change, and whether it needs a second person itself."""
    return shown(data.of(principal, if_match), ports)


@put(
    "/config/four-eyes",
    **execution_of(_KEEPERS),
    **documented(
        "Publish above which amount a second person is needed", refusals=(400, 409, 412, 428)
    ),
)
def publish_rule(
    data: JSONBody[FourEyesPublicationBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
    if_match: IfMatch = None,
) -> DoneActView:
    """It holds from the next act on; a laxer one needs a second person."""
    return published(data.of(principal, if_match), data.confirm_token, ports, keyed)


def _decided(request: DecideApproval, ports: Ports, keyed: Keyed) -> ApprovalView:
    def view(approval: Approval) -> ApprovalView:
        return ApprovalView.of(approval, now=ports.clock.now())

    decided = decide_approval(
        request,
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        answer=keyed.answer(view),
    )
    return view(decided)


ROUTER: Final = Router(
    "/admin",
    route_handlers=[
        list_approvals,
        show_approval,
        approve,
        decline,
        show_four_eyes,
        list_four_eyes_versions,
        validate_four_eyes,
        publish_rule,
    ],
    tags=["admin"],
)
