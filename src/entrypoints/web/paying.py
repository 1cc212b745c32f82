"""What every page with a card on it shares: which cards there are, and what a bank's no means.

Source: PY-4, PY-9, PY-67.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from attrs import frozen
from litestar import Response

from entrypoints.web.desk import Desk, at_the_top
from entrypoints.web.forms import Form
from entrypoints.web.frame import Frame
from entrypoints.web.marks import N_
from instainstru_core.accounts.ids import StudentId
from instainstru_core.accounts.model import Principal
from instainstru_core.kernel.errors import DomainError, Malformed, PaymentRefused
from instainstru_core.payments.errors import (
    CardDeclined,
    CardInUse,
    CardNotFound,
    OutcomeUnknown,
    PaymentMethodRequired,
    TooManyCards,
)
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.cards import SavedCard
from instainstru_core.payments.use_cases.keep_card import AddCard, add_card
from instainstru_core.payments.use_cases.read_challenge import Challenge
from instainstru_core.ports import Ports

NEW: Final = "new:"
"""Before the token of a card of the simulated processor's that is not kept yet."""

BANK_SAYS: Final = "bank"
"""The parameter by which the simulated bank tells that the cardholder said no."""

_DOLLARS: Final = re.compile(r"\$?\s*([0-9]{1,7})(?:\.([0-9]{0,2}))?")

BRANDS: Final = {
    "visa": "Visa",
    "mastercard": "Mastercard",
    "amex": "American Express",
    "discover": "Discover",
}
"""Names, which are the same in every language."""


@frozen
class LentCard:
    """A card of the simulated processor's, and what it does."""

    token: str
    brand: str
    last4: str
    does: str

    @property
    def value(self) -> str:
        """What a form sends that chooses it."""
        return f"{NEW}{self.token}"


TEST_CARDS: Final[Sequence[LentCard]] = (
    LentCard("pm_card_visa", "visa", "4242", N_("Pays.")),
    LentCard("pm_card_mastercard", "mastercard", "4444", N_("Pays, too.")),
    LentCard(
        "pm_card_three_d_secure",
        "visa",
        "3220",
        N_("Pays after you confirm with its bank (3-D Secure)."),
    ),
    LentCard("pm_card_declined", "visa", "0002", N_("Is declined, and nobody says why.")),
    LentCard("pm_card_insufficient_funds", "visa", "9995", N_("Is declined: not enough money.")),
    LentCard("pm_card_expired", "visa", "0069", N_("Is declined: it has expired.")),
    LentCard(
        "pm_card_declines_off_session",
        "visa",
        "3184",
        N_("Pays while you are here, but not the day before the lesson."),
    ),
    LentCard(
        "pm_card_fails_capture", "visa", "0341", N_("Is held, but refuses to pay at the end.")
    ),
    LentCard(
        "pm_card_timeout_once",
        "mastercard",
        "1117",
        N_("Pays, but the first answer is lost: trying again takes nothing twice."),
    ),
)
"""What the form of the demonstration explains beside each. Source: docs/guide/simulator.md."""

DECLINES: Final[Mapping[str, str]] = {
    "insufficient_funds": N_("There is not enough money on this card."),
    "expired_card": N_("This card has expired."),
    "lost_or_stolen": N_("The bank has closed this card."),
    "authentication_required": N_("The bank wants to hear from you first."),
    "processing_error": N_("The bank could not handle this card."),
}
DECLINED: Final = N_("The bank declined this card and did not say why.")


def decline_reason(category: str) -> str:
    """What a bank's refusal means: a text of the catalogue."""
    return DECLINES.get(category, DECLINED)


def cents_typed(text: str) -> int | None:
    """So many cents as were typed in dollars: `20`, `$20.5`, `1,234.50`; None for anything else."""
    found = _DOLLARS.fullmatch(text.strip().replace(",", ""))
    if found is None:
        return None
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def student_of(principal: Principal) -> StudentId:
    """Whoever pays here is a student."""
    return StudentId(principal.account_id.value)


@frozen(kw_only=True)
class Wallet:
    """The cards to choose from; *offered* are new ones that the demonstration lends."""

    kept: Sequence[SavedCard]
    offered: Sequence[LentCard]
    chosen: str
    """The value of the one that is marked."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to choose here: a card must be added on a page of its own."""
        return not self.kept and not self.offered


def wallet_of(
    frame: Frame, form: Form, ports: Ports, student: StudentId, *, usual: CardId | None = None
) -> Wallet:
    """The cards of *student*; marked is the one that was chosen, *usual*, or the default."""
    with ports.read() as reads:
        kept = reads.payment_queries.cards(student)
    offered = lent_cards(frame, kept)
    values = [*(str(each.card_id) for each in kept), *(each.value for each in offered)]
    wanted = (form["card"], "" if usual is None else str(usual))
    chosen = next((each for each in wanted if each in values), values[0] if values else "")
    return Wallet(kept=kept, offered=offered, chosen=chosen)


def lent_cards(frame: Frame, kept: Sequence[SavedCard] = ()) -> Sequence[LentCard]:
    """The cards that can be had in a demonstration, those *kept* left out."""
    if frame.config.publishable_key is not None:
        return ()
    mine = {(each.brand, each.last4) for each in kept}
    return [each for each in TEST_CARDS if (each.brand, each.last4) not in mine]


def chosen_card(frame: Frame, form: Form, principal: Principal, ports: Ports) -> CardId:
    """The card that the form names; a new one is kept first. The form names it from then on.

    Raises:
        CardNotFound: It names none that there is.
        DomainError: As `add_card`.
    """
    typed = form["card"]
    if not typed.startswith(NEW):
        try:
            return CardId.parse(typed)
        except Malformed as error:
            raise CardNotFound("there is no such card") from error
    card = add_card(
        AddCard(student_id=student_of(principal), token=token_of(frame, typed)),
        begin=ports.begin,
        gateway=ports.gateway,
        ids=ports.ids,
        clock=ports.clock,
    )
    form.fields = {**form.fields, "card": (str(card.card_id),)}
    return card.card_id


def token_of(frame: Frame, value: str) -> str:
    """The token of the card that a form named by *value*.

    Raises:
        CardNotFound: No such card is lent here.
    """
    token = value.removeprefix(NEW)
    if token not in {each.token for each in lent_cards(frame)}:
        raise CardNotFound("there is no such card")
    return token


def refuse_card(frame: Frame, form: Form, error: DomainError) -> None:
    """Mark the card that was refused, with what its bank says and what to do next."""
    if isinstance(error, CardDeclined):
        advice = frame.words(N_("Nothing was charged: choose another card."))
        form.refuse("card", f"{frame.words(decline_reason(error.category))} {advice}")
    else:
        form.refused_by(error, "card")


def refuse_payment(desk: Desk, error: DomainError) -> None:
    """Tell at the card what is about cards, and at the top why else nothing is paid."""
    match error:
        case (
            CardInUse()
            | CardNotFound()
            | PaymentMethodRequired()
            | PaymentRefused()
            | TooManyCards()
        ):
            refuse_card(desk.frame, desk.form, error)
        case OutcomeUnknown():
            again = N_("The bank did not answer in time. Try again: nothing is charged twice.")
            desk.form.refuse("", again)
        case _:
            at_the_top(desk, error)


def challenge_page(
    frame: Frame, challenge: Challenge, *, finish: str, fields: Mapping[str, str], back: str
) -> Response[bytes]:
    """Where the cardholder confirms with their bank, and comes back to *finish* by a form.

    *fields* are what that form asks for once more; *back* is where another card is chosen.
    """
    return frame.page(
        "challenge",
        challenge=challenge,
        finish=finish,
        fields=fields,
        back=back,
        bank=_bank(frame, challenge),
        refused=frame.request.query_params.get(BANK_SAYS) == "no",
    )


def _bank(frame: Frame, challenge: Challenge) -> str | None:
    """The page of the simulated bank, which leads back to this one."""
    processor = frame.config.simulator_url
    if processor is None or challenge.client_secret is None:
        return None
    here = f"{str(frame.request.base_url).rstrip('/')}{frame.request.scope['path']}"
    query = urlencode({"client_secret": challenge.client_secret, "return_url": here})
    return f"{processor}/challenges/{challenge.intent}?{query}"
