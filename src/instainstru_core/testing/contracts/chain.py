"""What every chain of sealed journals must do. Source: spec 02 §11.7."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from instainstru_core.kernel.pagination import PageRequest
from instainstru_core.payments.ids import CreditLotId, JournalId, PaymentId, TipId
from instainstru_core.payments.ledger.chain import BEGINNING, Verdict
from instainstru_core.payments.ledger.model import Account, Journal, JournalType, Line
from instainstru_core.payments.use_cases.books.seal_journals import seal_journals
from instainstru_core.payments.use_cases.books.sign_chain import sign_chain
from instainstru_core.payments.use_cases.books.verify_chain import verify_chain
from instainstru_core.testing.contracts.ledger import a_journal
from instainstru_core.testing.strategies.booking import NOON
from instainstru_core.testing.strategies.payments import Till


def verdict(till: Till, *, batch: int = 2) -> Verdict:
    """What verification says, in small parts so that their seams are tried."""
    return verify_chain(read=till.read, signer=till.signer, batch=batch)


def post(till: Till, *names: str) -> list[Journal]:
    """A journal of each name, posted."""
    made = [a_journal(till, name) for name in names]
    with till.begin() as work:
        work.ledger.post(made)
    return made


class ChainContract:
    """Inherit, and provide the `till` fixture."""

    def test_what_was_posted_waits_and_is_sealed_in_order(self, till: Till) -> None:
        made = post(till, *"abcde")
        assert verdict(till).waiting == 5
        assert seal_journals(begin=till.begin, batch=2) == 5
        with till.read() as reads:
            seals = reads.chain_queries.seals_of([each.journal_id for each in made])
        assert [seal.seq for seal in seals] == [1, 2, 3, 4, 5]
        assert [seal.journal_id for seal in seals] == [each.journal_id for each in made]
        assert seals[0].previous == BEGINNING
        assert [seal.previous for seal in seals[1:]] == [seal.hash for seal in seals[:-1]]
        found = verdict(till)
        assert found.sound
        assert (found.journals, found.waiting, found.head) == (5, 0, seals[-1].hash)

    def test_the_chain_goes_on_where_it_ended(self, till: Till) -> None:
        post(till, "a", "b")
        seal_journals(begin=till.begin)
        post(till, "c")
        assert seal_journals(begin=till.begin) == 1
        assert seal_journals(begin=till.begin) == 0
        assert verdict(till).journals == 3
        assert verdict(till).sound

    def test_an_empty_chain_is_sound(self, till: Till) -> None:
        assert seal_journals(begin=till.begin) == 0
        assert verdict(till).head == BEGINNING
        assert verdict(till).sound

    def test_posting_again_seals_nothing_twice(self, till: Till) -> None:
        post(till, "a")
        post(till, "a")
        assert seal_journals(begin=till.begin) == 1

    def test_what_was_undone_is_not_sealed(self, till: Till) -> None:
        with pytest.raises(RuntimeError), till.begin() as work:
            work.ledger.post([a_journal(till, "a")])
            raise RuntimeError
        assert seal_journals(begin=till.begin) == 0

    def test_a_seal_that_was_undone_is_made_again(self, till: Till) -> None:
        post(till, "a")
        with pytest.raises(RuntimeError), till.begin() as work:
            work.seals.head()
            assert len(work.seals.unsealed(10)) == 1
            raise RuntimeError
        assert seal_journals(begin=till.begin) == 1

    def test_py_81_every_dimension_of_a_line_is_kept_and_sealed(self, till: Till) -> None:
        payment_id = till.ids.new(PaymentId)
        lines = tuple(
            Line(
                account=account,
                cents=cents,
                payment_id=payment_id,
                instructor_id=till.classroom.instructor,
                student_id=till.student,
                tip_id=till.ids.new(TipId),
                lot_id=till.ids.new(CreditLotId),
                processor_ref="ch_é\u2028",
            )
            for account, cents in ((Account.PROCESSOR_BALANCE, 7), (Account.BOOKING_ESCROW, -7))
        )
        journal = Journal(
            journal_id=till.ids.new(JournalId),
            journal_type=JournalType.CAPTURE,
            source_id="all",
            occurred_at=NOON + timedelta(microseconds=1),
            lines=lines,
        )
        with till.begin() as work:
            work.ledger.post([journal])
        with till.read() as reads:
            assert list(reads.ledger_queries.of_payment(payment_id)) == [journal]
        seal_journals(begin=till.begin)
        assert verdict(till).sound

    def test_of_many_who_seal_at_once_each_journal_is_sealed_once(self, till: Till) -> None:
        together = threading.Barrier(6)

        def act(name: str) -> int:
            together.wait()
            post(till, *(f"{name}{n}" for n in range(5)))
            return seal_journals(begin=till.begin, batch=3)

        with ThreadPoolExecutor(6) as pool:
            sealed = sum(pool.map(act, "abcdef"))
        assert sealed + seal_journals(begin=till.begin) == 30
        assert verdict(till).sound
        assert verdict(till).journals == 30

    def test_a_day_is_signed_once(self, till: Till) -> None:
        post(till, "a")
        first = sign_chain(begin=till.begin, signer=till.signer, clock=till.clock)
        post(till, "b")
        again = sign_chain(begin=till.begin, signer=till.signer, clock=till.clock)
        assert first == again
        assert first.day == NOON.date() - timedelta(days=1)
        assert (first.seq, first.previous) == (1, BEGINNING)
        assert till.signer.verify(first.statement, first.signature)

    def test_each_digest_names_the_one_before(self, till: Till) -> None:
        made = []
        for name in "abc":
            post(till, name)
            made.append(sign_chain(begin=till.begin, signer=till.signer, clock=till.clock))
            till.clock.set(till.clock.now() + timedelta(days=1))
        assert [digest.seq for digest in made] == [1, 2, 3]
        assert [digest.previous for digest in made[1:]] == [
            digest.fingerprint for digest in made[:-1]
        ]
        with till.read() as reads:
            newest = reads.chain_queries.digests(PageRequest(limit=2))
            rest = reads.chain_queries.digests(PageRequest(limit=2, cursor=newest.next_cursor))
            covering = [
                reads.chain_queries.digest_covering(NOON.date() + timedelta(days=n))
                for n in (-9, -1, 1, 2)
            ]
        assert [*newest.items, *rest.items] == made[::-1]
        assert covering == [made[0], made[0], made[2], None]
        assert rest.next_cursor is None
        found = verdict(till)
        assert found.sound
        assert found.digests == 3
