"""Where an instructor sees their account at the processor. Source: spec 02 §5."""

from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import PayoutAccountNotFound
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.payouts.errors import NotOnboarded
from instainstru_core.payments.ports import PaymentWork


def link_dashboard(
    instructor_id: InstructorId, *, begin: Begin[PaymentWork], gateway: PaymentGateway
) -> str:
    """The address; valid for 5 minutes.

    Raises:
        PayoutAccountNotFound: The instructor has opened no account.
        NotOnboarded: The account is not complete.
        OutcomeUnknown: The processor didn't answer; asking again is safe.
    """
    with begin() as work:
        account = work.connect_accounts.find(instructor_id)
    if account is None:
        raise PayoutAccountNotFound("no payout account was opened yet")
    if not account.details_submitted or account.deauthorised:
        raise NotOnboarded("complete onboarding first")
    return gateway.dashboard_link(account=account.account)
