"""The price of a lesson, taken apart to the cent. Source: PR-2…PR-6, PR-14, PR-15."""

import hashlib
import json

from attrs import frozen

from instainstru_core.catalog.ids import ServiceId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.lessons import Modality
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.pricing.errors import NegativeCredit, PriceBelowFloor
from instainstru_core.pricing.model.config import PricingConfig
from instainstru_core.pricing.model.tiers import Commission


@frozen(kw_only=True)
class PriceBreakdown:
    """Every figure of one lesson's money; frozen at checkout (PR-10).

    Raises:
        Malformed: The figures don't add up: P + IF = LP, A + CR = LP + SF, CR ≤ LP.
    """

    hourly_rate: Money
    minutes: int
    modality: Modality
    lesson_price: Money
    student_fee: Money
    commission: Money
    payout: Money
    credit: Money
    card_amount: Money
    student_fee_bps: int
    commission_bps: int
    tier: str
    config_version: int

    def __attrs_post_init__(self) -> None:
        if self.payout + self.commission != self.lesson_price:
            raise Malformed("payout and commission must make up the lesson price")
        if self.card_amount + self.credit != self.lesson_price + self.student_fee:
            raise Malformed("card amount and credit must make up the lesson price and the fee")
        if self.credit > self.lesson_price:
            raise Malformed("credit can't exceed the lesson price")

    @property
    def application_fee(self) -> Money:
        """What the platform takes of the card charge. Source: PR-5."""
        return Money(max(0, (self.student_fee + self.commission).cents - self.credit.cents))

    @property
    def charge_transfer(self) -> Money:
        """What the instructor gets out of the card charge. Source: PR-5."""
        return min(self.card_amount, self.payout)

    @property
    def top_up_transfer(self) -> Money:
        """What the instructor gets from the platform besides. Source: PR-5."""
        return self.payout - self.charge_transfer

    @property
    def fingerprint(self) -> str:
        """Names exactly these figures under this configuration: SHA-256. Source: PR-14."""
        figures = {
            "card_amount": self.card_amount.cents,
            "commission": self.commission.cents,
            "commission_bps": self.commission_bps,
            "config_version": self.config_version,
            "credit": self.credit.cents,
            "hourly_rate": self.hourly_rate.cents,
            "lesson_price": self.lesson_price.cents,
            "minutes": self.minutes,
            "modality": self.modality.value,
            "payout": self.payout.cents,
            "student_fee": self.student_fee.cents,
            "student_fee_bps": self.student_fee_bps,
            "tier": self.tier,
        }
        canonical = json.dumps(figures, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()


@frozen(kw_only=True)
class LineItem:
    """One line of what the student sees; credit is negative. Source: PR-15."""

    label: str
    cents: int


def price_lesson(
    hourly_rate: Money,
    minutes: int,
    modality: Modality,
    config: PricingConfig,
    service_id: ServiceId | None = None,
) -> Money:
    """LP, the price of the lesson itself; its service may have floors of its own.

    Source: PR-2, PR-4, PR-6, PR-7.

    Raises:
        PriceBelowFloor: Less than the modality allows, or than the processor can charge.
    """
    price = hourly_rate.for_minutes(minutes)
    floor = config.floor(modality, minutes, service_id)
    if price < floor:
        raise PriceBelowFloor(modality, minutes, price, floor)
    if NOTHING < price + price.share(config.student_fee_bps) < config.smallest_charge:
        raise PriceBelowFloor(modality, minutes, price, config.smallest_charge)
    return price


def quote(
    hourly_rate: Money,
    minutes: int,
    modality: Modality,
    *,
    commission: Commission,
    credit_cents: int = 0,
    available_credit: Money = NOTHING,
    config: PricingConfig,
    service_id: ServiceId | None = None,
) -> PriceBreakdown:
    """The whole price with at most *credit_cents* of the *available_credit*. Source: PR-3…PR-6.

    Raises:
        NegativeCredit: *credit_cents* is below 0.
        PriceBelowFloor: As `price_lesson`.
    """
    if credit_cents < 0:
        raise NegativeCredit(credit_cents)
    lesson_price = price_lesson(hourly_rate, minutes, modality, config, service_id)
    student_fee = lesson_price.share(config.student_fee_bps)
    kept = lesson_price.share(commission.bps)
    total = lesson_price + student_fee
    credit = min(Money(credit_cents), lesson_price, available_credit)
    if NOTHING < total - credit < config.smallest_charge:
        # The processor charges no less: take less credit, until the rest is chargeable.
        credit = total - config.smallest_charge
    return PriceBreakdown(
        hourly_rate=hourly_rate,
        minutes=minutes,
        modality=modality,
        lesson_price=lesson_price,
        student_fee=student_fee,
        commission=kept,
        payout=lesson_price - kept,
        credit=credit,
        card_amount=total - credit,
        student_fee_bps=config.student_fee_bps,
        commission_bps=commission.bps,
        tier=commission.tier,
        config_version=config.version,
    )


def student_lines(breakdown: PriceBreakdown) -> tuple[LineItem, ...]:
    """What the student sees; the lines sum to the card amount. Source: PR-15."""
    lines = [
        LineItem(label="Lesson", cents=breakdown.lesson_price.cents),
        LineItem(
            label=f"Booking Protection ({percent(breakdown.student_fee_bps)})",
            cents=breakdown.student_fee.cents,
        ),
    ]
    if breakdown.credit:
        lines.append(LineItem(label="Credit", cents=-breakdown.credit.cents))
    return tuple(lines)


def instructor_lines(breakdown: PriceBreakdown) -> tuple[LineItem, ...]:
    """What the instructor sees; the lines sum to the payout. Source: PR-15."""
    return (
        LineItem(label="Lesson", cents=breakdown.lesson_price.cents),
        LineItem(
            label=f"Platform fee ({percent(breakdown.commission_bps)})",
            cents=-breakdown.commission.cents,
        ),
    )


def percent(bps: int) -> str:
    """*bps* as a percentage without trailing zeros: 1200 is 12%, 1250 is 12.5%. Source: PR-15."""
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02}".rstrip("0").rstrip(".") + "%"
