"""Cards and accounts of sample people at the processor, as far as it answers."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

from attrs import frozen

from entrypoints.seeding.people import stable_id
from entrypoints.seeding.soil import Past
from entrypoints.seeding.till import InNameOnly, InThePast, Till
from instainstru_core.accounts.ids import StudentId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.payments.errors import OutcomeUnknown
from instainstru_core.payments.gateways import PaymentGateway
from instainstru_core.payments.ids import CardId, OperationId
from instainstru_core.payments.model.cards import ConnectAccount, SavedCard
from instainstru_core.payments.model.processor import CardDetails, Declined

ACCOUNTS_LIMIT: Final = 400
"""How many accounts are really opened; a measurement's thousands never see a payout."""

CALLS_AT_ONCE: Final = 4
_IN_NAME: Final = "acct_sample_"
_CARD: Final = "pm_card_visa"
_RETURN_URL: Final = "http://localhost/"

Onboard = Callable[[str], object]
"""Does at *link* what an instructor would do there."""


@frozen(kw_only=True)
class ProcessorDesk:
    """Opens accounts and keeps cards, really where the processor answers, else in name only."""

    gateway: PaymentGateway
    onboard: Onboard
    at: datetime
    past: Past | None = None
    """None: what happens there happens now."""

    def accounts(self, instructors: Sequence[InstructorId]) -> Sequence[ConnectAccount]:
        """An onboarded account for each of *instructors*."""
        names = self._names(instructors[:ACCOUNTS_LIMIT])
        return [
            ConnectAccount(
                instructor_id=instructor_id,
                account=names.get(instructor_id, f"{_IN_NAME}{str(instructor_id).lower()}"),
                charges_enabled=True,
                details_submitted=True,
                opened_at=self.at,
            )
            for instructor_id in instructors
        ]

    def cards(self, students: Sequence[StudentId]) -> Sequence[SavedCard]:
        """A good card for each of *students*."""
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            return list(pool.map(self._card, students))

    def till(self, *, before: datetime, accounts: Iterable[ConnectAccount]) -> Till:
        """Where money moved *before* that moment: at the processor, if all of it can be told there.

        Money for one of *accounts* that has but a name never was at the processor.
        """
        if self.past is None or any(each.account.startswith(_IN_NAME) for each in accounts):
            return InNameOnly()
        try:
            reaches = before <= self.past.until()
        except OutcomeUnknown:
            return InNameOnly()
        return InThePast(past=self.past) if reaches else InNameOnly()

    def _names(self, instructors: Sequence[InstructorId]) -> dict[InstructorId, str]:
        if not self._answers(instructors[:1]):
            return {}
        with ThreadPoolExecutor(CALLS_AT_ONCE) as pool:
            return dict(zip(instructors, pool.map(self._account, instructors), strict=True))

    def _answers(self, first: Sequence[InstructorId]) -> bool:
        try:
            for each in first:
                self._account(each)
        except OutcomeUnknown:
            return False
        return bool(first)

    def _account(self, instructor_id: InstructorId) -> str:
        opened = self.gateway.open_account(
            OperationId(instructor_id.value), instructor=str(instructor_id)
        )
        if not opened.payable:
            link = self.gateway.onboarding_link(account=opened.account, return_url=_RETURN_URL)
            self.onboard(link)
        return opened.account

    def _card(self, student_id: StudentId) -> SavedCard:
        try:
            found = self.gateway.attach_card(customer=str(student_id), token=_CARD)
        except OutcomeUnknown:
            found = Declined(category="processing_error")
        if isinstance(found, Declined):
            found = CardDetails(
                token=f"card_sample_{str(student_id).lower()}",
                brand="visa",
                last4="4242",
                exp_month=12,
                exp_year=2099,
                fingerprint="fp_visa_4242",
            )
        return SavedCard(
            card_id=stable_id(CardId, str(student_id)),
            student_id=student_id,
            token=found.token,
            brand=found.brand,
            last4=found.last4,
            exp_month=found.exp_month,
            exp_year=found.exp_year,
            fingerprint=found.fingerprint,
            is_default=True,
            created_at=self.at,
        )
