"""What a simulation finds when something is not as it must be."""

from typing import NoReturn


class Breach(BaseException):
    """A rule does not hold. Nothing that handles failures may take it for one."""


def breach(rule: str, *facts: object) -> NoReturn:
    """Say which *rule* does not hold, and what is the case instead.

    Raises:
        Breach: Always.
    """
    raise Breach(": ".join([rule, *map(str, facts)]))
