"""Sweep up the operations that a crash or a timeout left behind. Source: PY-62."""

from datetime import timedelta

from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.ports import PaymentWork
from instainstru_core.payments.use_cases.carry_out import Desks, repeat

MAX_AT_ONCE = 50
SWEEP_FOR = timedelta(seconds=30)
"""A sweep must end before its work item is leased to another; the next one goes on."""


def sweep_operations(
    *,
    begin: Begin[PaymentWork],
    gateway: PaymentGateway,
    ids: Ids,
    clock: Clock,
    desks: Desks,
) -> int:
    """Repeat every overdue operation once, with its own key; how many were answered.

    *desks* names who hears the answers of each matter.

    One that stays without an answer never stops the others, and neither does one that breaks
    something: it is set aside for an hour, and what it raised is raised after all the others.
    """
    until = clock.now() + SWEEP_FOR
    with begin() as work:
        overdue = work.payment_operations.overdue(now=clock.now(), limit=MAX_AT_ONCE)
    answered, defect = 0, None
    for operation_id in overdue:
        if clock.now() >= until:
            break
        try:
            repeat(operation_id, desks=desks, begin=begin, gateway=gateway, ids=ids, clock=clock)
        except OutcomeUnknown:
            continue
        except Exception as error:  # noqa: BLE001 - raised below, when the others had their turn
            _set_aside(operation_id, begin=begin, clock=clock)
            defect = defect or error
            continue
        answered += 1
    if defect is not None:
        raise defect
    return answered


def _set_aside(operation_id: OperationId, *, begin: Begin[PaymentWork], clock: Clock) -> None:
    with begin() as work:
        payment_id = work.payment_operations.get(operation_id).payment_id
        work.payments.get_for_update(payment_id)
        operation = work.payment_operations.get(operation_id)
        if not operation.finished:
            work.payment_operations.save(operation.put_off(at=clock.now()))
