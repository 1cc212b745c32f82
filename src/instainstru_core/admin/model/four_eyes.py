"""The document that says above which amount a second person is needed. Source: spec 02 §11.9."""

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from instainstru_core.config.judging import Judge
from instainstru_core.kernel.money import Money

MOST_CENTS: Final = 100_000_000
_FIELD: Final = "above_cents"


@frozen(kw_only=True)
class FourEyesRule:
    """A second person is needed *above* that much; for nothing at all where there is no amount."""

    above: Money | None

    def holds_for(self, at_stake: Money) -> bool:
        """Whether *at_stake* is more than one person decides."""
        return self.above is not None and at_stake > self.above

    def is_laxer_than(self, other: "FourEyesRule") -> bool:
        """Whether one person may do more than by the *other*."""
        if other.above is None:
            return False
        return self.above is None or self.above > other.above

    def document(self) -> Mapping[str, Any]:
        """The rule as operators write it."""
        return {_FIELD: None if self.above is None else self.above.cents}


DEFAULT_RULE: Final = FourEyesRule(above=Money(20_000))
"""$200.00. Source: spec 06 §11.4."""


def rule_of(body: Mapping[str, Any]) -> FourEyesRule:
    """The rule that a document says.

    Raises:
        InvalidConfig: It says something else, or no amount of 0 to $1,000,000.
    """
    judge, above = Judge(), None
    judge.names("", body, frozenset({_FIELD}))
    if _FIELD not in body:
        judge.refuse(f"/{_FIELD}", "is missing")
    elif body[_FIELD] is not None:
        above = Money(judge.whole(f"/{_FIELD}", body, _FIELD, 0, MOST_CENTS))
    judge.conclude()
    return FourEyesRule(above=above)
