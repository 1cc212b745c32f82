"""Every 15 minutes: are the holds that fell due asked for, and granted? Source: spec 02 §7."""

from datetime import datetime

from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import AuthorisationsStalled
from instainstru_core.payments.model.health import AuthorisationHealth
from instainstru_core.payments.queries import PaymentReads


def check_authorisations(*, read: Begin[PaymentReads], now: datetime) -> AuthorisationHealth:
    """How the holds that fell due by *now* are doing.

    Raises:
        AuthorisationsStalled: More than five wait, or none was granted for two hours.
    """
    with read() as reads:
        health = reads.payment_queries.authorisations(now=now)
    if health.stalled:
        raise AuthorisationsStalled(health.overdue, health.unpaid, health.granted)
    return health
