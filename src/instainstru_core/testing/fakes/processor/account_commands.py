"""What the simulated processor can be told about instructors' accounts."""

from collections.abc import Iterable
from typing import Final

from attrs import field, frozen
from attrs.validators import and_, ge, in_, instance_of, le, optional

from instainstru_core.payments.model.processor import PayoutInterval, PayoutStatus
from instainstru_core.testing.fakes.processor.values import amount, text

MAX_MONTH_DAY: Final = 28
MAX_LISTED: Final = 100
LANDINGS: Final = (PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.CANCELED)


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@frozen(kw_only=True)
class Transfer:
    """Move money to an account, out of *charge* or from the platform's balance."""

    key: str = field(validator=text)
    account: str = field(validator=text)
    amount_cents: int = field(validator=amount)
    group: str = field(validator=text)
    charge: str | None = None


@frozen(kw_only=True)
class Reverse:
    """Take part of a transfer back."""

    key: str = field(validator=text)
    transfer: str = field(validator=text)
    amount_cents: int = field(validator=amount)


@frozen(kw_only=True)
class OpenAccount:
    """A new account, not yet onboarded."""

    key: str = field(validator=text)
    instructor: str = field(validator=text)


@frozen(kw_only=True)
class LinkOnboarding:
    """A fresh address for the onboarding page of an account."""

    account: str = field(validator=text)
    return_url: str = field(validator=text)


@frozen(kw_only=True)
class CompleteOnboarding:
    """The instructor fills in the onboarding page."""

    link: str = field(validator=text)


@frozen(kw_only=True)
class LinkDashboard:
    """A fresh address for the page where an instructor sees their account."""

    account: str = field(validator=text)


@frozen(kw_only=True)
class ChangeAccount:
    """The processor's staff change what an account may do, and what is asked of its owner."""

    account: str = field(validator=text)
    requirements: tuple[str, ...] = field(default=(), converter=_texts)
    charges_enabled: bool = field(default=True, validator=instance_of(bool))
    payouts_enabled: bool = field(default=True, validator=instance_of(bool))


@frozen(kw_only=True)
class Deauthorise:
    """The instructor leaves the platform with their account."""

    account: str = field(validator=text)


@frozen(kw_only=True)
class SetSchedule:
    """When an account pays out."""

    account: str = field(validator=text)
    interval: PayoutInterval = field(converter=PayoutInterval)
    weekday: int | None = field(default=None, validator=optional(and_(ge(0), le(6))))
    month_day: int | None = field(default=None, validator=optional(and_(ge(1), le(MAX_MONTH_DAY))))


@frozen(kw_only=True)
class PayOut:
    """The account's next payout day has come: all that it has goes to the bank."""

    account: str = field(validator=text)


@frozen(kw_only=True)
class InstantPayout:
    """Pay out so much at once."""

    key: str = field(validator=text)
    account: str = field(validator=text)
    amount_cents: int = field(validator=amount)


@frozen(kw_only=True)
class LandPayout:
    """The bank says what became of a payout, before it arrives by itself."""

    payout: str = field(validator=text)
    status: PayoutStatus = field(converter=PayoutStatus, validator=in_(LANDINGS))
    failure_code: str | None = None
    failure_message: str | None = None


@frozen(kw_only=True)
class FindAccount:
    """How does the account stand?"""

    account: str = field(validator=text)


@frozen(kw_only=True)
class FindSchedule:
    """When does the account pay out?"""

    account: str = field(validator=text)


@frozen(kw_only=True)
class FindPayout:
    """How does the payout stand?"""

    account: str = field(validator=text)
    payout: str = field(validator=text)


@frozen(kw_only=True)
class ListPayouts:
    """The account's latest payouts."""

    account: str = field(validator=text)
    limit: int = field(default=MAX_LISTED, validator=and_(ge(1), le(MAX_LISTED)))


@frozen(kw_only=True)
class FindInstantBalance:
    """What could the account pay out at once?"""

    account: str = field(validator=text)
