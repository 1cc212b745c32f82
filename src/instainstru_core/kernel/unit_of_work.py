"""Atomic change."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TypeVar

WorkT = TypeVar("WorkT")
WorkT_co = TypeVar("WorkT_co", covariant=True)
WorkT_contra = TypeVar("WorkT_contra", contravariant=True)
ResultT_contra = TypeVar("ResultT_contra", contravariant=True)


class Begin(Protocol[WorkT_co]):
    """Opens a unit of work: kept when the block ends, undone when it raises."""

    def __call__(self) -> AbstractContextManager[WorkT_co]:
        """A new unit."""
        ...


class Answer(Protocol[WorkT_contra, ResultT_contra]):
    """Called last inside the unit that has the effect, with its result.

    So whoever asked can keep the answer with the effect: both or neither. Source: SE-13.
    """

    def __call__(self, work: WorkT_contra, result: ResultT_contra, /) -> None:
        """Keep *result* beside the effect."""
        ...


def unanswered(_work: object, _result: object, /) -> None:
    """The answer of a caller who keeps none."""


def joined(work: WorkT) -> Begin[WorkT]:
    """Opens nothing: whatever is begun so is part of the unit *work*, and ends with it."""

    def begin() -> AbstractContextManager[WorkT]:
        return nullcontext(work)

    return begin
