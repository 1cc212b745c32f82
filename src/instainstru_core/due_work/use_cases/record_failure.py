"""Record a failure: try again later, or give up visibly."""

from collections.abc import Mapping

from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import MAX_ERROR_LENGTH, Periodic, WorkItem
from instainstru_core.due_work.ports import DueWork
from instainstru_core.kernel.errors import DomainError
from instainstru_core.kernel.time import Clock
from instainstru_core.kernel.unit_of_work import Begin


def record_failure(
    work_id: WorkId,
    error: BaseException,
    *,
    periodic: Mapping[str, Periodic],
    begin: Begin[DueWork],
    clock: Clock,
) -> WorkItem | None:
    """Count one failure of the item and return it as it is now; None if it is gone.

    Periodic work is never given up. Source: OP-12, OP-13.
    """
    with begin() as work:
        item = work.work_items.find(work_id)
        if item is None:
            return None
        return work.work_items.fail(
            work_id,
            error=described(error),
            now=clock.now(),
            mortal=item.handler not in periodic,
        )


def described(error: BaseException) -> str:
    """What to keep of *error*: its kind and place, and the message only if it is one of ours.

    Ours hold facts and ids; another's may hold a URL with its password, or a person's data.
    """
    if isinstance(error, DomainError):
        text = f"{error.code}: {error}"
    else:
        text = f"{type(error).__module__}.{type(error).__qualname__}{_place(error)}"
    return text[:MAX_ERROR_LENGTH]


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f" in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}"
