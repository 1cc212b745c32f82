"""Something went wrong with a lesson: nobody came, or it was not right. Source: BK-36…BK-41."""

from collections.abc import Callable
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from entrypoints.http.policy import policy, requires
from entrypoints.web.desk import Desk, Keep, at
from entrypoints.web.pages.lessons import may_object
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Permission
from instainstru_core.booking.claims.model.saying import MAX_REASON, MIN_REASON
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.terms import NoShowType, Party
from instainstru_core.booking.use_cases.dispute_no_show import DisputeNoShow, dispute_no_show
from instainstru_core.booking.use_cases.open_issue import OpenIssue, open_issue
from instainstru_core.booking.use_cases.read_bookings import get_booking
from instainstru_core.booking.use_cases.read_claims import read_claims
from instainstru_core.booking.use_cases.report_no_show import ReportNoShow, report_no_show
from instainstru_core.booking.use_cases.withdraw_no_show import WithdrawNoShow, withdraw_no_show
from instainstru_core.payments.use_cases.read_payment import find_payment

STUDENTS: Final = requires(Permission.VIEW_OWN_BOOKINGS)


@get(
    "/lessons/{booking_id:str}/problem",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="read", page=True),
)
def show_problem(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """What can be said against the lesson now, or be taken back."""
    return _page(booking_id, desk)


@post(
    "/lessons/{booking_id:str}/no-show",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="booking", page=True),
)
def do_report(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Say that the instructor did not come."""
    said = desk.form.text("missed", most=MAX_REASON, least=0) or None

    def report(answer: Keep) -> None:
        asked = ReportNoShow(
            principal=desk.principal,
            booking_id=booking_id,
            type=NoShowType.INSTRUCTOR,
            reason=said,
        )
        report_no_show(asked, begin=desk.ports.begin, clock=desk.ports.clock, answer=answer)

    return _act(booking_id, desk, report, field="missed", said="reported")


@post(
    "/lessons/{booking_id:str}/no-show/withdrawal",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="booking", page=True),
)
def do_withdraw(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Take the report back: they came after all."""

    def withdraw(answer: Keep) -> None:
        asked = WithdrawNoShow(principal=desk.principal, booking_id=booking_id)
        withdraw_no_show(asked, begin=desk.ports.begin, clock=desk.ports.clock, answer=answer)

    return _act(booking_id, desk, withdraw, field="", said="report_withdrawn")


@post(
    "/lessons/{booking_id:str}/no-show/objection",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="booking", page=True),
)
def do_dispute(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Say that one did come, whatever the instructor reported."""
    said = desk.form.text("came", least=MIN_REASON, most=MAX_REASON)

    def dispute(answer: Keep) -> None:
        asked = DisputeNoShow(principal=desk.principal, booking_id=booking_id, reason=said)
        dispute_no_show(asked, begin=desk.ports.begin, clock=desk.ports.clock, answer=answer)

    return _act(booking_id, desk, dispute, field="came", said="reported")


@post(
    "/lessons/{booking_id:str}/issue",
    sync_to_thread=True,
    opt=policy(access=STUDENTS, bucket="booking", page=True),
)
def do_issue(booking_id: FromPath[BookingId], desk: NamedDependency[Desk]) -> Response[Any]:
    """Say what was not right."""
    said = desk.form.text("wrong", least=MIN_REASON, most=MAX_REASON)

    def issue(answer: Keep) -> None:
        asked = OpenIssue(principal=desk.principal, booking_id=booking_id, reason=said)
        open_issue(asked, begin=desk.ports.begin, clock=desk.ports.clock, answer=answer)

    return _act(booking_id, desk, issue, field="wrong", said="reported")


def _act(
    booking_id: BookingId, desk: Desk, do: Callable[[Keep], None], *, field: str, said: str
) -> Response[Any]:
    def again(status: int) -> Response[Any]:
        return _page(booking_id, desk, status=status)

    way = f"/lessons/{booking_id}"
    return desk.act(do, again=again, leads_to=way, said=said, refuse=at(field), lesson=booking_id)


def _page(booking_id: BookingId, desk: Desk, *, status: int = 200) -> Response[Any]:
    viewer, read = desk.principal.account_id, desk.ports.read
    card = get_booking(booking_id, viewer=viewer, read=read)
    if card.viewer is not Party.STUDENT:
        return see(f"/teach/lessons/{booking_id}")
    claims = read_claims(booking_id, viewer=viewer, begin=desk.ports.begin)
    found = find_payment(booking_id, viewer=viewer, read=read)
    payment = None if found is None else found.payment
    return desk.frame.page(
        "lesson_problem",
        status=status,
        form=desk.form,
        card=card,
        booking=card.booking,
        claims=claims,
        may_object=may_object(card.booking, payment, claims, desk.frame),
        mine=claims.report is not None and claims.report.reporter == viewer,
    )


PAGES: Final = [show_problem, do_report, do_withdraw, do_dispute, do_issue]
