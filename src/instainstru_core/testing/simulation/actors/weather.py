"""What nobody does and everybody suffers: a processor out of order, and a platform asleep."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

from instainstru_core.payments.model.processor import BankPayout, PayoutStatus
from instainstru_core.testing.simulation.dice import Dice
from instainstru_core.testing.simulation.script import Cue, Step
from instainstru_core.testing.simulation.town import Town

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
LONG: Final = 60
"""How many days make a long story."""

KINDS: Final = (
    "authorise",
    "capture",
    "void",
    "refund",
    "transfer",
    "reverse",
    "instant_payout",
    "find_authorisation",
)


class Outage:
    """For some time no call of one kind arrives at the processor."""

    name: ClassVar[str] = "outage"

    def forecast(self, days: int, chance: Dice) -> Iterable[tuple[float, Cue]]:
        """One every ten days or so, of minutes up to two days."""
        for _ in range(days // 10):
            minutes = chance.choice((5, 30, 240, 1500, 2880))
            yield chance.random() * days, Cue(at=NEVER, choice=chance.choice(KINDS), amount=minutes)

    def act(self, town: Town, step: Step) -> None:
        """Let it begin."""
        town.break_down(step.choice, town.clock.now() + timedelta(minutes=step.amount))


class Sleep:
    """The platform stands still for hours, and then finds everything overdue at once."""

    name: ClassVar[str] = "sleep"

    def forecast(self, days: int, chance: Dice) -> Iterable[tuple[float, Cue]]:
        """One every fortnight or so; the clock jumps."""
        for _ in range(days // 15):
            yield chance.random() * days, Cue(at=NEVER, amount=chance.choice((1, 6, 30, 100)))

    def act(self, town: Town, step: Step) -> None:
        """Jump."""
        town.clock.move(timedelta(hours=step.amount))


class Papers:
    """The processor's staff want papers of an instructor: nothing can be sent to them meanwhile."""

    name: ClassVar[str] = "papers"

    def forecast(self, days: int, chance: Dice) -> Iterable[tuple[float, Cue]]:
        """One in three weeks or so, for hours, days or weeks."""
        for _ in range(days // 20):
            day, hours = chance.random() * days, chance.choice((2, 20, 60, 500))
            number = chance.below(1000)
            yield day, Cue(at=NEVER, choice="missing", amount=number)
            yield day + hours / 24, Cue(at=NEVER, choice="there", amount=number)

    def act(self, town: Town, step: Step) -> None:
        """Restrict the account, or let it be paid again."""
        accounts = list(town.processor.books.accounts)
        town.processor.change_account(
            accounts[step.amount % len(accounts)], charges_enabled=step.choice == "there"
        )


class Leaver:
    """An instructor takes their account off the platform, for good. Source: PY-66, PY-73."""

    name: ClassVar[str] = "leave"

    def forecast(self, days: int, chance: Dice) -> Iterable[tuple[float, Cue]]:
        """One in every other long story, in its second half: their lessons end there, too."""
        if days >= LONG and chance.random() < 0.5:
            yield days * (1 + chance.random()) / 2, Cue(at=NEVER, amount=chance.below(1000))

    def act(self, town: Town, step: Step) -> None:
        """Leave."""
        accounts = list(town.processor.books.accounts)
        town.processor.deauthorise(accounts[step.amount % len(accounts)])
        town.notes["accounts that left"] += 1


class Payday:
    """The processor pays what an instructor has out to their bank; some banks send it back."""

    name: ClassVar[str] = "payday"

    def forecast(self, days: int, chance: Dice) -> Iterable[tuple[float, Cue]]:
        """Every third day or so."""
        for _ in range(days // 3):
            choice = chance.choice(("arrives", "arrives", "arrives", PayoutStatus.FAILED.value))
            yield chance.random() * days, Cue(at=NEVER, choice=choice, amount=chance.below(1000))

    def act(self, town: Town, step: Step) -> None:
        """Pay out; a failed one comes back at once, the others arrive by themselves."""
        accounts = list(town.processor.books.accounts)
        made = town.processor.pay_out(accounts[step.amount % len(accounts)])
        if isinstance(made, BankPayout) and step.choice == PayoutStatus.FAILED.value:
            town.processor.land_payout(made.payout, PayoutStatus.FAILED)
