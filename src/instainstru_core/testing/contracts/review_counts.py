"""What waits for a person, in numbers: payments and tips, by reason. Source: PY-58, spec 02 §5."""

from collections.abc import Mapping

from instainstru_core.payments.model.operation import TRANSFER_RETRIES
from instainstru_core.payments.tips.remedies import TipRemedy
from instainstru_core.testing.contracts.payment_reviews import empty_account, settled_next
from instainstru_core.testing.contracts.tip_refunds import act
from instainstru_core.testing.contracts.tips import can_be_paid, settled, tip
from instainstru_core.testing.stories.refunds import disputed
from instainstru_core.testing.strategies.payments import Till


def reviews(till: Till) -> Mapping[str, int]:
    """How many wait, by their reason."""
    with till.read() as reads:
        return reads.office_queries.pipeline(now=till.clock.now()).reviews


class ReviewCountsContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_58_each_trouble_of_a_tip_counts_apart(self, till: Till) -> None:
        """PY-47, PY-51, PY-58: beside the payments', and no longer once somebody decided."""
        refused = tip(till, settled(till)).tip
        till.processor.open_dispute(refused.intent or "")  # The platform has not heard of it yet.
        act(till, refused.tip_id)
        assert reviews(till) == {"tip_refund_failed": 1}
        poor = settled_next(till)
        spent = tip(till, poor).tip
        empty_account(till, poor)
        act(till, spent.tip_id)
        last = settled_next(till)
        can_be_paid(till, payable=False)
        tip(till, last)
        for wait in TRANSFER_RETRIES:
            till.at(till.clock.now() + wait)
        disputed(till, last)
        assert reviews(till) == {
            "chargeback": 1,
            "tip_refund_failed": 1,
            "tip_reversal_failed": 1,
            "tip_transfer_failed": 1,
        }
        act(till, refused.tip_id, TipRemedy.LET_BE)
        act(till, spent.tip_id, TipRemedy.BEAR_REVERSAL)
        can_be_paid(till, payable=True)
        till.work_off()
        assert reviews(till) == {"chargeback": 1}

    def test_py_58_a_tip_that_went_well_does_not_count(self, till: Till) -> None:
        tip(till, settled(till))
        assert reviews(till) == {}
