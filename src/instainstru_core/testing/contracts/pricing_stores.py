"""What every keeper of levels and prices must know. Source: PR-8, PR-12, PR-17, PR-18."""

from datetime import timedelta
from uuid import uuid4

import pytest
from attrs import evolve

from instainstru_core.accounts.challenges import token_hash
from instainstru_core.accounts.events import EndReason
from instainstru_core.accounts.ids import SessionId
from instainstru_core.accounts.ports import AccessClaims
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.pricing.errors import UnknownTier
from instainstru_core.pricing.events import FloorRaised
from instainstru_core.pricing.model.document import document_of
from instainstru_core.pricing.use_cases.evaluate_tiers import evaluate_tiers
from instainstru_core.pricing.use_cases.read_commission import read_commission
from instainstru_core.pricing.use_cases.set_tier import set_tier
from instainstru_core.pricing.use_cases.simulate_pricing import SimulatePricing, simulate_pricing
from instainstru_core.testing.contracts.accounts import a_session, an_account
from instainstru_core.testing.strategies.payments import Till

DAY = timedelta(days=1)


class PricingStoresContract:
    """Inherit, and provide the `till` fixture."""

    def test_pr18_a_tier_set_by_hand_is_evaluated_like_any_other(self, till: Till) -> None:
        """PR-18: kept at once; the night after, who never taught is back at the entry level."""
        me, now = till.classroom.instructor, till.clock.now()
        with till.begin() as work:
            before, kept = set_tier(me, "pro", work=work, now=now, config=till.pricing)
        assert before is None
        assert (kept.commission.bps, kept.evaluated_at) == (1000, now)
        with till.begin() as work:
            assert work.instructor_tiers.find(me) == evolve(kept, events=())
        assert evaluate_tiers(begin=till.begin, clock=till.clock, config=till.pricing) == 1
        with till.begin() as work:
            after = work.instructor_tiers.find(me)
        assert after is not None
        # PR-12: an inactivity reset raises the rate, and so it is a step down.
        assert (after.commission.bps, after.last_step_down_at) == (1500, now)

    def test_pr18_there_is_no_such_tier(self, till: Till) -> None:
        with pytest.raises(UnknownTier), till.begin() as work:
            set_tier(
                till.classroom.instructor,
                "gold",
                work=work,
                now=till.clock.now(),
                config=till.pricing,
            )

    def test_pr12_the_night_goes_through_everybody(self, till: Till) -> None:
        """PR-12: in batches by id, whoever joined between them included."""
        people = sorted(till.ids.new(InstructorId) for _ in range(5))
        for each in people:
            with till.begin() as work:
                set_tier(each, "growth", work=work, now=till.clock.now(), config=till.pricing)
        with till.begin() as work:
            tiers = work.instructor_tiers
            assert tiers.kept_after(None, limit=2) == people[:2]
            assert tiers.kept_after(people[1], limit=9) == people[2:]
            assert tiers.kept_after(people[-1], limit=9) == []

    def test_what_was_taught_is_told_with_its_price(self, till: Till) -> None:
        """Spec 02 §5, §11.2: a settled lesson counts for standing and for replays."""
        booking = till.hold(hours_ahead=20)
        till.pay(booking)
        till.at(booking.lesson.ends_at)
        till.complete(booking)
        till.work_off()
        till.at(booking.lesson.ends_at + DAY)
        till.work_off()
        standing = read_commission(
            booking.instructor, read=till.read, clock=till.clock, config=till.pricing
        )
        assert (standing.completed, standing.lessons_to_next) == (1, 3)
        assert [each.at for each in standing.forecast] == [booking.lesson.ends_at + 30 * DAY]
        proposal = SimulatePricing(body=document_of(till.pricing), days=7)
        replay = simulate_pricing(proposal, read=till.read, clock=till.clock)
        assert (replay.lessons, replay.before) == (1, replay.after)
        with till.read() as reads:
            (lesson,) = reads.pricing_history.lessons(
                since=booking.lesson.ends_at, until=booking.lesson.ends_at + DAY
            )
            ended_before = reads.pricing_history.lessons(
                since=booking.lesson.starts_at, until=booking.lesson.ends_at
            )
        assert (lesson.service_id, lesson.tier) == (booking.service_id, "entry")
        assert ended_before == []

    def test_ac24_who_asks_is_found_with_what_is_asked_for(self, till: Till) -> None:
        """AC-24, PR-14: each of them as it is found alone, and none for the other's lack."""
        now, since = till.clock.now(), till.clock.now() - 30 * DAY
        offered = (till.classroom.instructor, till.classroom.service_id)
        account = an_account("asks@example.com")
        with till.begin() as work:
            work.accounts.add(account)
            session = work.sessions.add(a_session(account, now), token_hash("asks"))
        asker = AccessClaims(
            account_id=account.account_id, session_id=session.session_id, epoch=0, auth_time=now
        )
        stranger = evolve(asker, session_id=SessionId(uuid4()))
        with till.read() as reads:
            offerings = reads.priced_offerings
            me = reads.doors.principal(asker.session_id, asker.account_id, epoch=0, now=now)
            it = offerings.find(*offered, since=since)
            nothing = (offered[0], ServiceId(uuid4()))
            assert None not in (me, it)
            assert offerings.find_for(asker, *offered, since=since, now=now) == (me, it)
            assert offerings.find_for(asker, *nothing, since=since, now=now) == (me, None)
            assert offerings.find_for(stranger, *offered, since=since, now=now) == (None, it)
            assert offerings.find_for(stranger, *nothing, since=since, now=now) == (None, None)
        with till.begin() as work:
            work.sessions.save(session.end(EndReason.SIGNED_OUT, now))
        with till.read() as reads:
            found = reads.priced_offerings.find_for(asker, *offered, since=since, now=now)
            assert found == (None, it)

    def test_what_is_offered_and_what_is_told(self, till: Till) -> None:
        """PR-8: only who is live; the news leaves with its unit."""
        with till.begin() as work:
            offered = work.offered_services.active()
            work.offered_services.tell(
                [
                    FloorRaised(
                        instructor_id=till.classroom.instructor,
                        config_version=2,
                        offerings=1,
                        occurred_at=till.clock.now(),
                    )
                ]
            )
        assert {each.instructor_id for each in offered} <= {till.classroom.instructor}
        assert all(each.rates for each in offered)
