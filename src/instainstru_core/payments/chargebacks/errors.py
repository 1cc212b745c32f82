"""What chargebacks refuse, and why."""

from instainstru_core.kernel.errors import NotFound


class ChargebackNotFound(NotFound):
    """No such chargeback."""
