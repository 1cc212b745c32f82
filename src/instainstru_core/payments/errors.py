"""What payments refuses, and why."""

from typing import ClassVar

from instainstru_core.kernel.errors import Unavailable


class OutcomeUnknown(Unavailable):
    """The processor did not answer: what was asked may or may not have happened. Source: PY-62."""

    code: ClassVar[str] = "processor_unavailable"
