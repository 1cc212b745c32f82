"""Where comparisons with the processor are kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from instainstru_core.kernel.pagination import Page, PageRequest
from instainstru_core.payments.ids import PaymentId
from instainstru_core.payments.model.processor import BalanceTransaction
from instainstru_core.payments.reconciliation.balance import BalanceFacts
from instainstru_core.payments.reconciliation.events import BalanceDiffers, DifferencesOverdue
from instainstru_core.payments.reconciliation.model import Item, ItemClass, Run, Standing


class Reconciliations(Protocol):
    """What the processor told of its balance, and how it compares."""

    def import_transactions(self, moved: Sequence[BalanceTransaction]) -> None:
        """Keep these movements for ever; one that is known is passed over."""
        ...

    def latest_import(self) -> datetime | None:
        """When the latest movement happened that is known."""
        ...

    def unposted(
        self, limit: int, *, before: datetime
    ) -> Sequence[tuple[BalanceTransaction, PaymentId | None]]:
        """Movements *before* a moment whose fee or payout is not in the books, oldest first.

        With each the payment that our books name with its source. They are locked for this unit.
        """
        ...

    def mark_posted(self, references: Sequence[str]) -> None:
        """Their fees and payouts are in the books."""
        ...

    def standings(self, day: date) -> Sequence[Standing]:
        """What both books say of every reference that a *day*'s run is about, by reference.

        That is what either moved on that day, and what earlier runs left open or pending. Only one
        run at a time is made. Source: PY-85.
        """
        ...

    def ledger_balance(self, until: datetime) -> int:
        """What our account of the processor came to before *until*."""
        ...

    def imported_balance(self, until: datetime | None = None) -> int:
        """What the movements that are known come to; only those before *until*, if given."""
        ...

    def run(self, day: date) -> Run | None:
        """The run of that day."""
        ...

    def latest_day(self) -> date | None:
        """The latest day that was reconciled."""
        ...

    def keep(self, run: Run, items: Sequence[Item]) -> Run:
        """Keep a run in place of an earlier one of its day; the run, with what is open of it.

        What an operator explained stays explained. Earlier runs' open items of the same references
        are agreed or carried.
        """
        ...

    def balance_facts(self, *, since: datetime) -> BalanceFacts:
        """What our account comes to, and what is known to lie between it and the processor's.

        What moved *since* then, on either side, counts as under way. Source: PY-84.
        """
        ...

    def open_balance(self) -> Item | None:
        """The open item about the balance as such, locked for this unit; there is at most one."""
        ...

    def add_item(self, item: Item) -> None:
        """Keep one more item of a run that was made."""
        ...

    def tell(self, news: BalanceDiffers | DifferencesOverdue) -> None:
        """Tell of it as the unit ends."""
        ...

    def get_item(self, day: date, reference: str) -> Item:
        """One item, locked for this unit.

        Raises:
            DifferenceNotFound: There is none.
        """
        ...

    def save_item(self, item: Item) -> None:
        """Keep how it was resolved, and the run's count of what is open."""
        ...


class ReconciliationQueries(Protocol):
    """Comparisons with the processor, to be read."""

    def runs(self, page: PageRequest) -> Page[Run]:
        """The runs, the latest day first."""
        ...

    def run(self, day: date) -> Run | None:
        """The run of that day, with what is open of it now."""
        ...

    def items(
        self, day: date, page: PageRequest, *, item_class: ItemClass | None = None
    ) -> Page[Item]:
        """What a run found, by reference; of one class only, if given."""
        ...

    def differences(self, day: date, limit: int) -> Sequence[Item]:
        """What did not agree in a run, pending included, the largest amounts first."""
        ...

    def open_items(self, limit: int) -> Sequence[Item]:
        """Everything open, whichever run found it, the oldest first."""
        ...

    def moved_for(self, payment_id: PaymentId) -> Sequence[BalanceTransaction]:
        """The processor's movements under every reference that a payment's lines name."""
        ...
