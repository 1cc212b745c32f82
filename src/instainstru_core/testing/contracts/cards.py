"""Cards from the processor's forms, the default, and what is forgotten. Source: PY-4, PY-67."""

from datetime import timedelta

import pytest

from instainstru_core.accounts.ids import StudentId
from instainstru_core.payments.errors import (
    CardInUse,
    CardNotFound,
    CardSetupNotFound,
    CardSetupUnfinished,
    OutcomeUnknown,
    PaymentMethodInUse,
    TooManyCards,
)
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.use_cases.keep_card import (
    AddCard,
    NamedCard,
    add_card,
    choose_default_card,
    detach_card,
    remove_card,
    start_card_setup,
)
from instainstru_core.testing.fakes.processor.cards import TEST_CARDS
from instainstru_core.testing.fakes.processor.commands import Fault
from instainstru_core.testing.strategies.payments import Till


def from_form(till: Till, setup: str, student: StudentId | None = None) -> SavedCard:
    """Keep the card of a form."""
    return add_card(
        AddCard(student_id=student or till.student, setup=setup),
        begin=till.begin,
        gateway=till.gateway,
        ids=till.ids,
        clock=till.clock,
    )


def forget(till: Till, card: SavedCard) -> None:
    """The student forgets a card, and what that leads to is done."""
    named = NamedCard(student_id=till.student, card_id=card.card_id)
    remove_card(named, begin=till.begin, clock=till.clock)
    till.work_off()


def cards(till: Till) -> list[SavedCard]:
    """The student's cards, the default first."""
    with till.read() as reads:
        return list(reads.payment_queries.cards(till.student))


def detached(till: Till) -> list[str]:
    """Which cards the processor was told to forget."""
    return [each.object_id for each in till.processor.effects if each.kind == "detachment"]


class CardFormsContract:
    """Inherit, and provide the `till` fixture."""

    def test_py_4_a_card_comes_from_a_form_that_was_filled_in(self, till: Till) -> None:
        form = start_card_setup(till.student, gateway=till.gateway)
        with pytest.raises(CardSetupUnfinished):
            from_form(till, form.setup)
        till.processor.fill_in(form.setup, form.client_secret, "pm_card_mastercard")
        kept = from_form(till, form.setup)
        assert (kept.brand, kept.last4, kept.is_default) == ("mastercard", "4444", False)
        assert from_form(till, form.setup) == kept
        assert len(cards(till)) == 2

    def test_py_4_an_unknown_form(self, till: Till) -> None:
        with pytest.raises(CardSetupNotFound):
            from_form(till, "seti_unknown")

    def test_py_67_somebody_elses_form_gives_no_card(self, till: Till) -> None:
        form = start_card_setup(till.student, gateway=till.gateway)
        till.processor.fill_in(form.setup, form.client_secret, "pm_card_mastercard")
        with pytest.raises(CardInUse):
            from_form(till, form.setup, till.ids.new(StudentId))

    def test_py_67_the_default_is_chosen(self, till: Till) -> None:
        other = till.add_card("pm_card_mastercard")
        named = NamedCard(student_id=till.student, card_id=other.card_id)
        for _ in range(2):
            choose_default_card(named, begin=till.begin)
        assert [(each.card_id, each.is_default) for each in cards(till)] == [
            (other.card_id, True),
            (till.card.card_id, False),
        ]

    def test_py_67_somebody_elses_card_is_not_found(self, till: Till) -> None:
        named = NamedCard(student_id=till.ids.new(StudentId), card_id=till.card.card_id)
        with pytest.raises(CardNotFound):
            choose_default_card(named, begin=till.begin)
        with pytest.raises(CardNotFound):
            remove_card(named, begin=till.begin, clock=till.clock)
        till.work_off()
        assert detached(till) == []

    def test_py_67_a_forgotten_card_is_forgotten_by_the_processor(self, till: Till) -> None:
        other = till.add_card("pm_card_mastercard")
        forget(till, till.card)
        assert [(each.card_id, each.is_default) for each in cards(till)] == [(other.card_id, True)]
        assert detached(till) == [till.card.token]

    def test_a_card_kept_again_meanwhile_stays(self, till: Till) -> None:
        detach_card(till.student, till.card.token, begin=till.begin, gateway=till.gateway)
        assert detached(till) == []

    @pytest.mark.parametrize("fault", [Fault.TIMEOUT_BEFORE, Fault.TIMEOUT_AFTER])
    def test_a_processor_that_does_not_answer_is_told_again(self, till: Till, fault: Fault) -> None:
        named = NamedCard(student_id=till.student, card_id=till.card.card_id)
        remove_card(named, begin=till.begin, clock=till.clock)
        till.processor.fail_next("detach_card", fault)
        with pytest.raises(OutcomeUnknown):
            detach_card(till.student, till.card.token, begin=till.begin, gateway=till.gateway)
        till.work_off()
        assert cards(till) == []
        assert detached(till) == [till.card.token]

    def test_py_67_the_only_card_of_an_open_payment_stays(self, till: Till) -> None:
        till.pay(till.hold(hours_ahead=72))
        with pytest.raises(PaymentMethodInUse):
            forget(till, till.card)
        assert len(cards(till)) == 1
        assert detached(till) == []

    def test_py_67_with_another_one_that_pays_instead(self, till: Till) -> None:
        booking = till.hold(hours_ahead=72)
        till.pay(booking)
        other = till.add_card("pm_card_mastercard")
        forget(till, till.card)
        assert till.payment(booking).card_id == other.card_id
        till.at(booking.lesson.starts_at - timedelta(hours=24))
        assert till.payment(booking).granted == till.payment(booking).breakdown.card_amount

    def test_py_67_no_more_than_ten(self, till: Till) -> None:
        *tokens, last = [name for name in TEST_CARDS if name != "pm_card_visa"][:10]
        for token in tokens:
            till.add_card(token)
        with pytest.raises(TooManyCards):
            till.add_card(last)
        till.add_card(tokens[0])  # One that is there already is only updated.
        assert len(cards(till)) == 10
