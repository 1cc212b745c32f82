"""Show an instructor what their bank got. Source: PY-48."""

from collections.abc import Sequence

from attrs import frozen

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.payouts.model import InstantPayout, KnownPayout
from instainstru_core.payments.payouts.ports import PaidOut
from instainstru_core.payments.queries import PaymentReads

INSTANT_SHOWN = 20


@frozen(kw_only=True)
class PayoutsOf:
    """An instructor's payouts, and what they come to."""

    page: Page[KnownPayout]
    totals: PaidOut


def read_payouts(
    instructor_id: InstructorId, page: PageRequest, *, read: Begin[PaymentReads]
) -> PayoutsOf:
    """The instructor's payouts, newest first, with the totals paid and pending."""
    with read() as reads:
        return PayoutsOf(
            page=reads.payout_queries.of_instructor(instructor_id, page),
            totals=reads.payout_queries.totals(instructor_id),
        )


def read_instant_payouts(
    instructor_id: InstructorId, *, read: Begin[PaymentReads]
) -> Sequence[InstantPayout]:
    """What the instructor asked for at once, newest first, whether or not it came."""
    with read() as reads:
        return reads.payout_queries.instant(instructor_id, limit=INSTANT_SHOWN)
