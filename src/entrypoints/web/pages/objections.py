"""Something went wrong with a lesson: nobody came, or it was not right. Source: BK-36…BK-41."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.once import Once, once
from entrypoints.web.pages.lessons import may_object
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.claims.model.saying import MAX_REASON, MIN_REASON
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.booking.terms import NoShowType, Party
from instainstru_core.booking.use_cases.dispute_no_show import DisputeNoShow, dispute_no_show
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.read_bookings import get_booking
from instainstru_core.booking.use_cases.read_claims import read_claims
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.withdraw_no_show import WithdrawNoShow, withdraw_no_show
from instainstru_core.kernel.errors import DomainError, NotFound
from instainstru_core.payments.use_cases.read_payment import find_payment
from instainstru_core.ports import Ports

STUDENTS: Final = requires(Permission.VIEW_OWN_BOOKINGS)


@get(
    "/lessons/{booking_id:str}/problem",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="read", page=True),
)
def show_problem(
    booking_id: FromPath[BookingId],
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """What can be said against the lesson now, or be taken back."""
    return _page(booking_id, frame=frame, principal=principal, ports=ports)


@post(
    "/lessons/{booking_id:str}/no-show",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="booking", page=True),
)
def do_report(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Say that the instructor did not come."""
    said = form.text("missed", most=MAX_REASON, least=0) or None

    def report(sent: Once) -> None:
        report_no_show(
            ReportNoShow(
                principal=principal,
                booking_id=booking_id,
                type=NoShowType.INSTRUCTOR,
                reason=said,
            ),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(lambda _: f"/lessons/{booking_id}"),
        )

    desk = _Desk(booking_id, request, frame, form, principal, ports)
    return desk.act(report, field="missed", said="reported")


@post(
    "/lessons/{booking_id:str}/no-show/withdrawal",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="booking", page=True),
)
def do_withdraw(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Take the report back: they came after all."""

    def withdraw(sent: Once) -> None:
        withdraw_no_show(
            WithdrawNoShow(principal=principal, booking_id=booking_id),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(lambda _: f"/lessons/{booking_id}"),
        )

    desk = _Desk(booking_id, request, frame, form, principal, ports)
    return desk.act(withdraw, field="", said="report_withdrawn")


@post(
    "/lessons/{booking_id:str}/no-show/objection",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="booking", page=True),
)
def do_dispute(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Say that one did come, whatever the instructor reported."""
    said = form.text("came", least=MIN_REASON, most=MAX_REASON)

    def dispute(sent: Once) -> None:
        dispute_no_show(
            DisputeNoShow(principal=principal, booking_id=booking_id, reason=said),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(lambda _: f"/lessons/{booking_id}"),
        )

    desk = _Desk(booking_id, request, frame, form, principal, ports)
    return desk.act(dispute, field="came", said="reported")


@post(
    "/lessons/{booking_id:str}/issue",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="booking", page=True),
)
def do_issue(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Say what was not right."""
    said = form.text("wrong", least=MIN_REASON, most=MAX_REASON)

    def issue(sent: Once) -> None:
        open_issue(
            OpenIssue(principal=principal, booking_id=booking_id, reason=said),
            begin=ports.begin,
            clock=ports.clock,
            answer=sent.answer(lambda _: f"/lessons/{booking_id}"),
        )

    desk = _Desk(booking_id, request, frame, form, principal, ports)
    return desk.act(issue, field="wrong", said="reported")


class _Desk:
    """One form about a lesson: acted on once, or shown again with what is wrong."""

    def __init__(
        self,
        booking_id: BookingId,
        request: Request[Any, Any, Any],
        frame: Frame,
        form: Form,
        principal: Principal,
        ports: Ports,
    ) -> None:
        self._booking_id = booking_id
        self._request = request
        self._frame = frame
        self._form = form
        self._principal = principal
        self._ports = ports

    def act(self, act: Callable[[Once], None], *, field: str, said: str) -> Response[Any]:
        """Do *act* unless the form is refused; what the domain refuses is told at *field*."""
        if self._form.refused:
            return self._again(422)
        try:
            with ExitStack() as held:
                sent = held.enter_context(
                    once(self._request, self._form, principal=self._principal, ports=self._ports)
                )
                held.enter_context(alone_with(self._booking_id, self._ports.mutexes))
                act(sent)
        except NotFound:
            raise
        except DomainError as error:
            self._form.refused_by(error, field)
            return self._again(status_of(error))
        return see(f"/lessons/{self._booking_id}", said=said)

    def _again(self, status: int) -> Response[Any]:
        return _page(
            self._booking_id,
            frame=self._frame,
            principal=self._principal,
            ports=self._ports,
            form=self._form,
            status=status,
        )


def _page(
    booking_id: BookingId,
    *,
    frame: Frame,
    principal: Principal,
    ports: Ports,
    form: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    card = get_booking(booking_id, viewer=principal.account_id, read=ports.read)
    if card.viewer is not Party.STUDENT:
        return see(f"/teach/lessons/{booking_id}")
    claims = read_claims(booking_id, viewer=principal.account_id, begin=ports.begin)
    found = find_payment(booking_id, viewer=principal.account_id, read=ports.read)
    payment = None if found is None else found.payment
    return frame.page(
        "lesson_problem",
        status=status,
        form=form or Form(),
        card=card,
        booking=card.booking,
        claims=claims,
        may_object=may_object(card.booking, payment, claims, frame),
        mine=claims.report is not None and claims.report.reporter == principal.account_id,
    )


PAGES: Final = [show_problem, do_report, do_withdraw, do_dispute, do_issue]
