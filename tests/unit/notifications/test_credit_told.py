"""Who is told that credit runs out. Source: CR-14."""

from datetime import timedelta

from instainstru_core.accounts.ids import StudentId
from instainstru_core.kernel.money import Money
from instainstru_core.payments.credits.model import CreditLot, CreditSource
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.use_cases.credits.announce_expiry import announce_expiry
from instainstru_core.payments.use_cases.credits.till import CreditTill
from instainstru_core.testing.world import World


def test_cr_14_the_student_is_told_a_month_and_a_week_ahead() -> None:
    world = World()
    anna, now = world.student("Anna"), world.ports.clock.now()
    lot = CreditLot.granted(
        world.ports.ids.new(CreditLotId),
        student_id=StudentId(anna.account_id.value),
        source=CreditSource.GOODWILL,
        amount=Money(2500),
        at=now - timedelta(days=1),
        expires_at=now + timedelta(days=29),
    )
    with world.ports.begin() as work:
        CreditTill(work, world.ports.ids, now).grant(lot)
    for days in (0, 1, 25, 1):
        world.clock.set(world.clock.now() + timedelta(days=days))
        announce_expiry(begin=world.ports.begin, clock=world.ports.clock)
        world.settle()
    mails = [each.mail for each in world.mailbox.latest(limit=100)]
    told = [mail for mail in mails if mail.template == "credit_expiring"]
    assert len(told) == 2, "once a month ahead, once a week ahead"
    assert all("$25.00" in mail.text for mail in told)
