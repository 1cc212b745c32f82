"""The staff grants credit and takes it back, on any store. Source: CR-11, CR-15."""

from itertools import pairwise

import pytest

from instainstru_core.kernel.money import Money
from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.credits.errors import (
    CreditNotFound,
    CreditOutOfRange,
    NothingToRevoke,
)
from instainstru_core.payments.credits.model import CreditPart
from instainstru_core.payments.credits.statement import StatementLine
from instainstru_core.payments.ids import CreditLotId
from instainstru_core.payments.use_cases.credits.adjust_credit import (
    Adjustment,
    adjust_credit,
    grant_goodwill,
    revoke_credit,
)
from instainstru_core.payments.use_cases.credits.read_credit_history import read_credit_history
from instainstru_core.testing.stories.credits import DAY, balance, give, kept, paid, parts
from instainstru_core.testing.stories.endings import call_off
from instainstru_core.testing.stories.payments import HOUR
from instainstru_core.testing.strategies.payments import Till


class StaffContract:
    """Inherit, and provide the `till` fixture. CR-15."""

    def test_cr_15_goodwill_is_within_bounds(self, till: Till) -> None:
        for cents in (0, 50_001):
            with pytest.raises(CreditOutOfRange), till.begin() as work:
                grant_goodwill(
                    till.student,
                    Money(cents),
                    work=work,
                    ids=till.ids,
                    now=till.clock.now(),
                )
        assert parts(till) == {}

    def test_cr_15_a_balance_is_set_from_the_latest_expiry_on(self, till: Till) -> None:
        now = till.clock.now()
        soon = give(till, 1000, expires_at=now + 30 * DAY)
        late = give(till, 1000, expires_at=now + 60 * DAY)
        for wanted, expected in (
            (500, Adjustment.REVOKED),
            (500, Adjustment.UNCHANGED),
            (2500, Adjustment.GRANTED),
        ):
            with till.begin() as work:
                done = adjust_credit(till.student, Money(wanted), work=work, ids=till.ids, now=now)
            assert (done.adjustment, done.after) == (expected, Money(wanted))
            assert balance(till).available == Money(wanted)
        assert (kept(till, late).revoked, kept(till, soon).revoked) == (Money(1000), Money(500))
        assert parts(till) == {CreditPart.AVAILABLE: 2500, CreditPart.REVOKED: 1500}

    def test_cr_15_only_what_is_unspent_is_taken_back(self, till: Till) -> None:
        lot = give(till, 2000)
        paid(till, credit=1500)
        with pytest.raises(NothingToRevoke), till.begin() as work:
            revoke_credit(lot.lot_id, Money(501), work=work, ids=till.ids, now=till.clock.now())
        with till.begin() as work:
            revoke_credit(lot.lot_id, work=work, ids=till.ids, now=till.clock.now())
        assert parts(till) == {CreditPart.RESERVED: 1500, CreditPart.REVOKED: 500}
        with pytest.raises(CreditNotFound), till.begin() as work:
            work.credit_lots.get_for_update(till.ids.new(CreditLotId))

    def test_the_statement_sums_to_the_balance(self, till: Till) -> None:
        give(till, 2000)
        booking = paid(till, credit=1500)
        till.at(booking.lesson.starts_at - 6 * HOUR)
        call_off(till, booking)
        till.work_off()
        lines: list[StatementLine] = []
        cursor = None
        while True:
            page = read_credit_history(
                till.student, PageRequest(limit=2, cursor=cursor), read=till.read
            )
            lines.extend(page.items)
            if (cursor := page.next_cursor) is None:
                break
        assert sum(line.cents for line in lines) == balance(till).available.cents == 5000
        assert [line.kind for line in lines] == [
            "credit_issue",
            "credit_release",
            "credit_reserve",
            "credit_issue_promo",
        ]
        assert all(later.line_id > line.line_id for later, line in pairwise(lines))
        stranger = read_credit_history(
            type(till.student)(till.classroom.instructor.value), PageRequest(), read=till.read
        )
        assert list(stranger.items) == []
