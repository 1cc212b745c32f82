"""The fixed words of claims. Source: BK-39, BK-41."""

from enum import StrEnum


class Resolution(StrEnum):
    """What became of a no-show report. Source: BK-38, BK-39."""

    CONFIRMED_NO_DISPUTE = "confirmed_no_dispute"
    CONFIRMED_AFTER_REVIEW = "confirmed_after_review"
    DISPUTE_UPHELD = "dispute_upheld"
    CANCELLED = "cancelled"

    @property
    def confirms(self) -> bool:
        """Whether somebody did not come, after all."""
        return self in {Resolution.CONFIRMED_NO_DISPUTE, Resolution.CONFIRMED_AFTER_REVIEW}


class IssueOutcome(StrEnum):
    """What became of an issue. Source: BK-41."""

    UPHOLD = "uphold"
    NO_SHOW = "no_show"
    DISMISS = "dismiss"
