"""What is shown to whoever doubts: both sides, and every difference explained. Source: §11.1."""

from collections.abc import Iterator, Sequence

from attrs import frozen

from instainstru_core.payments.ledger.chain import Digest, Seal
from instainstru_core.payments.ledger.model import Account, AccountBalance, Journal, Line
from instainstru_core.payments.model.payment import Payment
from instainstru_core.payments.model.processor import BalanceTransaction
from instainstru_core.payments.reconciliation.model import (
    Item,
    ItemClass,
    ResolutionKind,
    Run,
)


@frozen(kw_only=True)
class DayProof:
    """One day: the run, what did not agree, and the digest that seals the books of that day.

    *differences* holds the largest; *differing* counts all of them.
    """

    run: Run
    differences: Sequence[Item]
    differing: int
    digest: Digest | None


@frozen(kw_only=True)
class PaymentProof:
    """One lesson's money: every journal, its place in the chain, and the processor's side."""

    payment: Payment
    journals: Sequence[Journal]
    seals: Sequence[Seal]
    moved: Sequence[BalanceTransaction]

    @property
    def sums(self) -> Sequence[AccountBalance]:
        """What each account comes to over this payment alone."""
        found: dict[Account, int] = {}
        for line in self._lines():
            found[line.account] = found.get(line.account, 0) + line.cents
        return [
            AccountBalance(account=account, cents=found[account])
            for account in Account
            if account in found
        ]

    @property
    def imbalance_cents(self) -> int:
        """What all of its lines come to: zero."""
        return sum(line.cents for line in self._lines())

    @property
    def ours_cents(self) -> int:
        """What our books say of the processor's balance, by this payment alone."""
        return sum(
            line.cents for line in self._lines() if line.account is Account.PROCESSOR_BALANCE
        )

    @property
    def theirs_cents(self) -> int:
        """What the processor says of it, its fees included."""
        return sum(each.net_cents for each in self.moved)

    @property
    def unmatched(self) -> Sequence[str]:
        """References of our lines that the processor has not told of."""
        told = {each.source for each in self.moved} | {each.reference for each in self.moved}
        named = [
            line.processor_ref or f"journal:{journal.journal_id}"
            for journal in self.journals
            for line in journal.lines
            if line.account is Account.PROCESSOR_BALANCE
        ]
        return [each for each in dict.fromkeys(named) if each not in told]

    def _lines(self) -> Iterator[Line]:
        return (line for journal in self.journals for line in journal.lines)


def explained(item: Item) -> str:
    """Why the two sides differ, as far as the books can tell, and what becomes of it."""
    return f"{_cause(item)} {_fate(item)}".strip()


def _cause(item: Item) -> str:
    match item.item_class:
        case ItemClass.MATCHED:
            return "Both sides say the same."
        case ItemClass.PENDING:
            return "Less than 24 hours old: it may just be under way."
        case ItemClass.MISSING_IN_LEDGER:
            return "The processor moved money that no journal names."
        case ItemClass.MISSING_AT_PROCESSOR:
            if item.reference.startswith("journal:"):
                return "The journal names nothing at the processor."
            return "Our books name something that the processor has not told of."
        case ItemClass.AMOUNT_MISMATCH:
            more = "more" if item.difference_cents > 0 else "less"
            return f"The processor moved {more} than our books say."


def _fate(item: Item) -> str:
    resolution = item.resolution
    if resolution is None:
        if not item.item_class.is_difference:
            return ""
        return "Open for one night." if item.nights <= 1 else f"Open for {item.nights} nights."
    match resolution.kind:
        case ResolutionKind.AGREED:
            return "By a later night both sides said the same."
        case ResolutionKind.CARRIED:
            return "The next night's run goes on with it."
        case ResolutionKind.EXPLAINED:
            return f"An operator explained it: {resolution.note}"
