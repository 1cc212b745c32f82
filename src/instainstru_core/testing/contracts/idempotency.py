"""What every `IdempotencyRecords` adapter, with its `Answers`, must do. Source: SE-13."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.errors import IdempotencyKeyReused, StillInProgress
from instainstru_core.accounts.idempotency import KeptAnswer, KeyedRequest
from instainstru_core.accounts.ports import AccountsWork, IdempotencyRecords
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.testing.fakes.clock import HandMovedClock

CREATED = KeptAnswer(201, b'{"id": 1}')
RIVALS = 8


def a_request(owner: str = "first", fingerprint: str = "same") -> KeyedRequest:
    return KeyedRequest(
        principal="user:1",
        method="POST",
        path="/api/v1/bookings",
        key="k" * 16,
        fingerprint=fingerprint,
        owner=owner,
    )


class IdempotencyContract:
    """Inherit, and provide the fixtures `records`, `begin` and `clock`."""

    def test_an_answer_is_said_again(
        self, records: IdempotencyRecords, begin: Begin[AccountsWork], clock: HandMovedClock
    ) -> None:
        assert records.claim(a_request(), now=clock.now()) is None
        with begin() as work:
            work.answers.complete(a_request(), CREATED)
        assert records.claim(a_request("second"), now=clock.now()) == CREATED

    def test_whoever_answered_may_answer_better(
        self, records: IdempotencyRecords, begin: Begin[AccountsWork], clock: HandMovedClock
    ) -> None:
        """Once it knows how what it had begun went; nobody else may."""
        records.claim(a_request(), now=clock.now())
        better = KeptAnswer(201, b'{"state":"succeeded"}')
        for answer in (CREATED, better):
            with begin() as work:
                work.answers.complete(a_request(), answer)
        with pytest.raises(StillInProgress), begin() as work:
            work.answers.complete(a_request("second"), CREATED)
        records.complete(a_request(), KeptAnswer(409, b""))
        assert records.claim(a_request("second"), now=clock.now()) == better

    def test_an_answer_goes_with_its_effect(
        self, records: IdempotencyRecords, begin: Begin[AccountsWork], clock: HandMovedClock
    ) -> None:
        """The unit is undone: so is the answer, and the claim still stands."""
        records.claim(a_request(), now=clock.now())
        with pytest.raises(RuntimeError), begin() as work:
            work.answers.complete(a_request(), CREATED)
            raise RuntimeError("crashed before the commit")
        with pytest.raises(StillInProgress):
            records.claim(a_request("second"), now=clock.now())

    def test_another_request_under_the_key_is_refused(
        self, records: IdempotencyRecords, clock: HandMovedClock
    ) -> None:
        records.claim(a_request(), now=clock.now())
        other = a_request("second", "other")
        with pytest.raises(IdempotencyKeyReused):
            records.claim(other, now=clock.now())
        records.complete(a_request(), CREATED)
        with pytest.raises(IdempotencyKeyReused):
            records.claim(other, now=clock.now())

    def test_the_same_key_elsewhere_is_another(
        self, records: IdempotencyRecords, clock: HandMovedClock
    ) -> None:
        records.claim(a_request(), now=clock.now())
        for other in (
            evolve(a_request("second"), principal="user:2"),
            evolve(a_request("second"), path="/api/v1/payments"),
            evolve(a_request("second"), method="MCP"),
        ):
            assert records.claim(other, now=clock.now()) is None

    def test_a_request_left_behind_is_taken_over_once(
        self, records: IdempotencyRecords, begin: Begin[AccountsWork], clock: HandMovedClock
    ) -> None:
        """Over 30 s: a new owner, and the old one can't answer any more."""
        records.claim(a_request(), now=clock.now())
        clock.move(timedelta(seconds=30))
        with pytest.raises(StillInProgress):
            records.claim(a_request("second"), now=clock.now())
        clock.move(timedelta(milliseconds=1))
        assert records.claim(a_request("second"), now=clock.now()) is None
        with pytest.raises(StillInProgress):
            records.claim(a_request("third"), now=clock.now())
        with pytest.raises(StillInProgress), begin() as work:
            work.answers.complete(a_request(), CREATED)
        records.release(a_request())
        records.complete(a_request(), KeptAnswer(500, b""))
        with begin() as work:
            work.answers.complete(a_request("second"), CREATED)
        assert records.claim(a_request("third"), now=clock.now()) == CREATED

    def test_a_released_key_may_be_tried_again(
        self, records: IdempotencyRecords, clock: HandMovedClock
    ) -> None:
        records.claim(a_request(), now=clock.now())
        records.release(a_request())
        assert records.claim(a_request("second"), now=clock.now()) is None

    def test_a_refusal_is_kept_without_an_effect(
        self, records: IdempotencyRecords, clock: HandMovedClock
    ) -> None:
        refusal = KeptAnswer(409, b'{"code": "slot_taken"}')
        records.claim(a_request(), now=clock.now())
        records.complete(a_request(), refusal)
        assert records.claim(a_request("second"), now=clock.now()) == refusal

    def test_a_day_later_the_key_is_new(
        self, records: IdempotencyRecords, clock: HandMovedClock
    ) -> None:
        records.claim(a_request(), now=clock.now())
        records.complete(a_request(), CREATED)
        clock.move(timedelta(seconds=86_399))
        assert records.claim(a_request("second"), now=clock.now()) == CREATED
        clock.move(timedelta(seconds=1))
        assert records.claim(a_request("third", "other"), now=clock.now()) is None

    def test_of_rivals_one_gets_the_key(
        self, records: IdempotencyRecords, clock: HandMovedClock
    ) -> None:
        barrier = threading.Barrier(RIVALS)

        def claim(owner: int) -> bool:
            barrier.wait()
            try:
                return records.claim(a_request(str(owner)), now=clock.now()) is None
            except StillInProgress:
                return False

        with ThreadPoolExecutor(RIVALS) as pool:
            claimed = list(pool.map(claim, range(RIVALS)))
        assert sum(claimed) == 1
