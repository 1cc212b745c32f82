"""The fees of odd amounts, kept for ever. Source: PR-1…PR-5, PY-29; renewed by `make golden`."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import product

from attrs import evolve

from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import Money
from instainstru_core.payments.model.outcomes import Outcome
from instainstru_core.payments.model.planner import settlement
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.quotes import PriceBreakdown, quote
from instainstru_core.pricing.model.tiers import Commission

RATES = (8000, 8001, 8333, 9999, 10_001, 11_117, 12_000, 12_345, 15_015, 19_999, 33_333)
MINUTES = range(30, 241, 5)
TIERS = (("founding", 800), ("pro", 1000), ("growth", 1200), ("entry", 1500))
FEES = (1200, 1250, 0)
CREDITS = (0, 1, 4999, 10_000, 10**9)
SHOWN_RATES = (8001, 12_345, 33_333)
SHOWN_MINUTES = (30, 45, 55, 60, 90, 125, 240)
HEAD = (
    "  rate  min tier     fee  credit |    LP    SF    IF      P    CR      A |     T     Y     K"
)


def priced(rate: int, minutes: int, tier: str, bps: int, fee: int, credit: int) -> PriceBreakdown:
    return quote(
        Money(rate),
        minutes,
        Modality.IN_PERSON,
        commission=Commission(tier=tier, bps=bps),
        credit_cents=credit,
        available_credit=Money(credit),
        config=evolve(DEFAULT_PRICING, student_fee_bps=fee),
    )


def row(rate: int, minutes: int, tier: str, bps: int, fee: int, credit: int) -> str:
    price = priced(rate, minutes, tier, bps, fee, credit)
    half = settlement(Outcome.STUDENT_CANCELLED_LT12, breakdown=price)
    amounts = (price.lesson_price, price.student_fee, price.commission, price.payout)
    given = half.credit_released + half.credit_issued
    figures = [each.cents for each in (*amounts, price.credit, price.card_amount)]
    halves = [each.cents for each in (given, half.payout, half.commission_kept)]
    asked = "all" if credit == CREDITS[-1] else str(credit)
    return (
        f"{rate:6} {minutes:4} {tier:8}{fee:4} {asked:>7} |"
        + "".join(f"{each:6} " for each in figures)
        + "|"
        + "".join(f"{each:6}" for each in halves)
    )


def every_row() -> Iterator[str]:
    for rate, minutes, (tier, bps), fee, credit in product(RATES, MINUTES, TIERS, FEES, CREDITS):
        yield row(rate, minutes, tier, bps, fee, credit)


def test_pr_3_fees_of_odd_amounts(golden: Callable[[str, str], None]) -> None:
    """Chosen rows to be read, and a hash over all of them."""
    digest, count = sha256(), 0
    for each in every_row():
        digest.update(each.encode() + b"\n")
        count += 1
    chosen = [
        row(rate, minutes, tier, bps, fee, credit)
        for rate, minutes, (tier, bps), fee, credit in product(
            SHOWN_RATES, SHOWN_MINUTES, TIERS, FEES[:2], (0, 4999, CREDITS[-1])
        )
    ]
    told = f"{count} combinations, sha256 {digest.hexdigest()}"
    golden("fees.txt", "\n".join([told, "", HEAD, *chosen, ""]))
