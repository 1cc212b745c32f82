"""Sweep up the operations that a crash or a timeout left behind. Source: PY-62."""

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.ports import PaymentGateway, PaymentWork
from instainstru_core.payments.use_cases.carry_out import repeat

MAX_AT_ONCE = 50


def sweep_operations(
    *, begin: Begin[PaymentWork], gateway: PaymentGateway, ids: Ids, clock: Clock
) -> int:
    """Repeat every overdue operation once, with its own key; how many were answered.

    One that stays without an answer never stops the others.
    """
    with begin() as work:
        overdue = work.payment_operations.overdue(now=clock.now(), limit=MAX_AT_ONCE)
    answered = 0
    for operation_id in overdue:
        try:
            repeat(operation_id, begin=begin, gateway=gateway, ids=ids, clock=clock)
        except OutcomeUnknown:
            continue
        answered += 1
    return answered
