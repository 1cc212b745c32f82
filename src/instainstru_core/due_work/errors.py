"""What due work refuses."""

from instainstru_core.due_work.ids import WorkId
from instainstru_core.kernel.errors import DomainError, NotFound


class HandlerUnknown(NotFound):
    """Nobody here does this kind of work: an older or a newer release filed it."""

    code = "handler_unknown"

    def __init__(self, handler: str) -> None:
        super().__init__(f"no handler is called {handler!r}")


class PayloadUnreadable(DomainError):
    """The payload lacks what its handler needs."""

    code = "payload_unreadable"

    def __init__(self, work_id: WorkId, key: str) -> None:
        super().__init__(f"the payload of work {work_id} has no readable {key!r}")
