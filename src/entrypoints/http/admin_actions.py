"""What the staff does to bookings: shown first, then done with the proof. Source: BK-53, AD-7."""

from functools import partial
from typing import Any, Final

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from entrypoints.http.admin_bodies import (
    ActBody,
    ActionPreviewView,
    ActionTakenView,
    AdminCancelBody,
    AdminIssueBody,
    AdminNoShowBody,
    ConfirmedActBody,
    ConfirmedCancelBody,
    ConfirmedIssueBody,
    ConfirmedNoShowBody,
    ReasonBody,
    RemindersRunView,
)
from entrypoints.http.admin_views import sees_money
from entrypoints.http.idempotency import Keyed
from entrypoints.http.openapi import documented
from entrypoints.http.policy import REQUIRED, policy, requires
from entrypoints.http.staff_acts import tools_of
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.admin.model.acts import Ask
from instainstru_core.admin.use_cases.preview_action import preview_action
from instainstru_core.admin.use_cases.run_reminders_by_hand import (
    RunRemindersByHand,
    run_reminders_by_hand,
)
from instainstru_core.admin.use_cases.take_action import TakeAction, take_action
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.ports import Ports

_OPERATORS: Final = requires(Permission.MANAGE_ALL_BOOKINGS)
_PREVIEW: Final[dict[str, Any]] = {
    "sync_to_thread": True,
    "status_code": 200,
    "opt": policy(access=_OPERATORS, bucket="write"),
}
_EXECUTE: Final[dict[str, Any]] = {
    "sync_to_thread": True,
    "status_code": 200,
    "opt": policy(access=_OPERATORS, bucket="financial", idempotency=REQUIRED),
}


def _shown(
    booking_id: BookingId, data: ActBody, principal: Principal, ports: Ports
) -> ActionPreviewView:
    ask = Ask(principal=principal, booking_id=booking_id, act=data.act(), why=data.why())
    with alone_with(booking_id, ports.mutexes):
        preview = preview_action(ask, **tools_of(ports))
    return ActionPreviewView.of(preview, money=sees_money(principal))


def _done(
    booking_id: BookingId,
    data: ConfirmedActBody | ConfirmedCancelBody | ConfirmedNoShowBody | ConfirmedIssueBody,
    principal: Principal,
    ports: Ports,
    keyed: Keyed,
) -> ActionTakenView:
    ask = Ask(principal=principal, booking_id=booking_id, act=data.act(), why=data.why())
    shown = partial(ActionTakenView.of, money=sees_money(principal))
    with alone_with(booking_id, ports.mutexes):
        taken = take_action(
            TakeAction(ask=ask, confirm_token=data.confirm_token),
            answer=keyed.answer(shown),
            **tools_of(ports),
        )
    return shown(taken)


@post(
    "/bookings/{booking_id:str}/cancel-preview",
    **_PREVIEW,
    **documented("Preview a cancellation by the staff", refusals=(404, 409)),
)
def preview_cancel(
    booking_id: FromPath[BookingId],
    data: JSONBody[AdminCancelBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ActionPreviewView:
    """What cancelling would do to the booking and its money."""
    return _shown(booking_id, data, principal, ports)


@post(
    "/bookings/{booking_id:str}/cancel",
    **_EXECUTE,
    **documented("Cancel any booking", refusals=(400, 404, 409)),
)
def cancel(
    booking_id: FromPath[BookingId],
    data: JSONBody[ConfirmedCancelBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> ActionTakenView:
    """Call a booking off, as its preview showed it."""
    return _done(booking_id, data, principal, ports, keyed)


@post(
    "/bookings/{booking_id:str}/complete-preview",
    **_PREVIEW,
    **documented("Preview a completion by the staff", refusals=(404, 409)),
)
def preview_complete(
    booking_id: FromPath[BookingId],
    data: JSONBody[ActBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ActionPreviewView:
    """What completing would do to the booking and its money."""
    return _shown(booking_id, data, principal, ports)


@post(
    "/bookings/{booking_id:str}/complete",
    **_EXECUTE,
    **documented("Complete any booking", refusals=(400, 404, 409)),
)
def complete(
    booking_id: FromPath[BookingId],
    data: JSONBody[ConfirmedActBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> ActionTakenView:
    """Count a lesson as given, from its end on."""
    return _done(booking_id, data, principal, ports, keyed)


@post(
    "/bookings/{booking_id:str}/no-show-preview",
    **_PREVIEW,
    **documented("Preview a decision about a no-show", refusals=(404, 409)),
)
def preview_no_show(
    booking_id: FromPath[BookingId],
    data: JSONBody[AdminNoShowBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ActionPreviewView:
    """What the decision would do to the booking and its money."""
    return _shown(booking_id, data, principal, ports)


@post(
    "/bookings/{booking_id:str}/no-show",
    **_EXECUTE,
    **documented("Decide about a no-show", refusals=(400, 404, 409)),
)
def no_show(
    booking_id: FromPath[BookingId],
    data: JSONBody[ConfirmedNoShowBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> ActionTakenView:
    """Mark a lesson as missed, or settle the open report on it."""
    return _done(booking_id, data, principal, ports, keyed)


@post(
    "/bookings/{booking_id:str}/issue-preview",
    **_PREVIEW,
    **documented("Preview a decision about an issue", refusals=(404, 409)),
)
def preview_issue(
    booking_id: FromPath[BookingId],
    data: JSONBody[AdminIssueBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> ActionPreviewView:
    """What the decision would do to the booking and its money."""
    return _shown(booking_id, data, principal, ports)


@post(
    "/bookings/{booking_id:str}/issue",
    **_EXECUTE,
    **documented("Decide about an issue", refusals=(400, 404, 409)),
)
def issue(
    booking_id: FromPath[BookingId],
    data: JSONBody[ConfirmedIssueBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    keyed: NamedDependency[Keyed],
) -> ActionTakenView:
    """Settle the open issue of a lesson."""
    return _done(booking_id, data, principal, ports, keyed)


@post(
    "/reminders/run",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=_OPERATORS, bucket="expensive"),
    **documented("Send the reminders that are due"),
)
def run_reminders(
    data: JSONBody[ReasonBody],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> RemindersRunView:
    """Without waiting for the job, at most once an hour over the whole platform."""
    done = run_reminders_by_hand(
        RunRemindersByHand(principal=principal, why=data.why()),
        begin=ports.begin,
        ids=ports.ids,
        clock=ports.clock,
        rates=ports.rates,
    )
    counts = {f"sent_{kind.value}": count for kind, count in done.sent.items()}
    return RemindersRunView(**counts)


ROUTER: Final = Router(
    "/admin",
    route_handlers=[
        preview_cancel,
        cancel,
        preview_complete,
        complete,
        preview_no_show,
        no_show,
        preview_issue,
        issue,
        run_reminders,
    ],
    tags=["admin"],
)
