"""Where a form is acted on: once, alone with its lesson, and shown again where it is refused.

Source: SE-13, BK-56, PY-61.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final, TypeAlias, TypeVar

from attrs import frozen
from litestar import Response
from litestar.di import NamedDependency

from entrypoints.http.idempotency import KeepsAnswers
from entrypoints.http.problems import status_of
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.once import once
from entrypoints.web.ways import see
from instainstru_core.accounts.model import Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.booking.mutex import alone_with
from instainstru_core.kernel.errors import DomainError, NotFound
from instainstru_core.kernel.unit_of_work import Answer
from instainstru_core.ports import Ports

ResultT = TypeVar("ResultT")
Keep: TypeAlias = Answer[KeepsAnswers, Any]
"""What a use case is given as its `answer`."""

Refuse: TypeAlias = Callable[["Desk", DomainError], None]
"""Marks in the form what was refused; an error of which it marks nothing is somebody else's."""


def at(field: str) -> Refuse:
    """Whatever is refused is told at *field*; what is not there has a page of its own."""

    def refuse(desk: "Desk", error: DomainError) -> None:
        if not isinstance(error, NotFound):
            desk.form.refused_by(error, field)

    return refuse


at_the_top: Final = at("")


@frozen(kw_only=True)
class Desk:
    """Somebody with a form in hand."""

    frame: Frame
    form: Form
    principal: Principal
    ports: Ports

    def act(
        self,
        do: Callable[[Keep], ResultT],
        *,
        again: Callable[[int], Response[Any]],
        leads_to: str | Callable[[ResultT], str],
        said: str | Callable[[ResultT], str | None],
        refuse: Refuse = at_the_top,
        lesson: BookingId | None = None,
    ) -> Response[Any]:
        """*do* it, alone with the *lesson*, and look where that *leads_to*, or *again*: why not.

        *do* may mark in the form what it gives up for; *again* is given the status of the page.

        Raises:
            DomainError: It was refused, and nothing in the form can be told of that.
        """
        if self.form.refused:
            return again(422)

        def way(result: ResultT) -> str:
            return leads_to if isinstance(leads_to, str) else leads_to(result)

        try:
            with (
                once(
                    self.frame.request, self.form, principal=self.principal, ports=self.ports
                ) as sent,
                ExitStack() as alone,
            ):
                if lesson is not None:
                    alone.enter_context(alone_with(lesson, self.ports.mutexes))
                result = do(sent.answer(way))
        except DomainError as error:
            if not self._tells(error, refuse):
                raise
            return again(status_of(error))
        return see(way(result), said=said if isinstance(said, str) else said(result))

    def _tells(self, error: DomainError, refuse: Refuse) -> bool:
        """Whether the form says why it was refused."""
        if not self.form.refused:
            refuse(self, error)
        return self.form.refused


async def provide_desk(
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Desk:
    """The desk of this request."""
    return Desk(frame=frame, form=form, principal=principal, ports=ports)
