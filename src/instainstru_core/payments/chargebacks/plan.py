"""What the platform can get back of a disputed charge: pure figures. Source: PY-56, PY-57."""

from attrs import frozen

from instainstru_core.kernel.money import NOTHING, Money


@frozen(kw_only=True)
class Recovery:
    """What of a dispute is others' to bear.

    Of the credit issued out of the disputed money *unspent* is frozen, and *spent* becomes a debt;
    *payout* is taken back from the instructor, or held.
    """

    unspent: Money = NOTHING
    spent: Money = NOTHING
    payout: Money = NOTHING

    @property
    def total(self) -> Money:
        """What is recovered in all, if the dispute is lost."""
        return self.unspent + self.spent + self.payout


def plan_recovery(disputed: Money, *, unspent: Money, spent: Money, payout: Money) -> Recovery:
    """Never more than is *disputed*: credit first, then spent credit, then the payout."""
    frozen_credit = min(unspent, disputed)
    owed = min(spent, disputed - frozen_credit)
    taken = min(payout, disputed - frozen_credit - owed)
    return Recovery(unspent=frozen_credit, spent=owed, payout=taken)
