"""What every keeper of requests for a second person's word promises. Source: spec 02 §11.9."""

from datetime import datetime, timedelta

import pytest
from attrs import evolve

from instainstru_core.accounts.ids import AccountId
from instainstru_core.admin.errors import ApprovalNotFound
from instainstru_core.admin.ids import ActionId, ApprovalId
from instainstru_core.admin.model.action import AdminAction, Seconded
from instainstru_core.admin.model.acts import ActionKind, Why
from instainstru_core.admin.model.approval import (
    TIME_TO_ACT,
    TIME_TO_DECIDE,
    Approval,
    ApprovalState,
    Wish,
)
from instainstru_core.booking.ids import BookingId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.ids import Ids
from instainstru_core.kernel.money import NOTHING, Money
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.ports import Reads, Work
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.strategies.booking import NOON

MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
SEEN = Why(reason_code="seen", note="asked the bank")


def a_wish(ids: Ids, *, requester: AccountId | None = None, cents: int = 30_000) -> Wish:
    """Somebody would give *cents* back."""
    return Wish(
        requester=requester or ids.new(AccountId),
        kind=ActionKind.REFUND,
        target="a payment",
        booking_id=ids.new(BookingId),
        why=Why(reason_code="goodwill", note="she was ill"),
        payload={"amount_cents": cents},
        effect={"before": {"state": "settled"}, "after": {}, "shows": {"card_cents": cents}},
        at_stake=Money(cents),
    )


def an_approval(ids: Ids, wish: Wish, *, at: datetime = NOON) -> Approval:
    """The request for *wish*."""
    return Approval.of(ids.new(ApprovalId), wish, at=at)


def an_act(
    ids: Ids, actor: AccountId, cents: int, *, target: str = "a payment", at: datetime = NOON
) -> AdminAction:
    """What *actor* did alone."""
    return AdminAction(
        action_id=ids.new(ActionId),
        booking_id=None,
        actor=actor,
        kind=ActionKind.REFUND,
        why=SEEN,
        at=at,
        before={},
        after={},
        target=target,
        at_stake=Money(cents),
    )


class ApprovalsContract:
    """Inherit, and provide `begin` and `read`."""

    def test_gives_a_request_back_whatever_became_of_it(
        self, begin: Begin[Work], read: Begin[Reads]
    ) -> None:
        """Spec 02 §11.9: open, approved with who, why and when, and spent; or declined."""
        ids = CountedIds()
        asked, other = (an_approval(ids, a_wish(ids)) for _ in range(2))
        with begin() as work:
            assert work.approvals.add(asked) == asked
            work.approvals.add(other)
        approved = asked.approve(by=ids.new(AccountId), why=SEEN, at=NOON + HOUR)
        for stage in (asked, approved, approved.spend(at=NOON + 2 * HOUR)):
            with begin() as work:
                work.approvals.save(stage)
            with begin() as work:
                assert work.approvals.get_for_update(asked.approval_id) == stage
        declined = other.decline(by=ids.new(AccountId), why=SEEN, at=NOON)
        with begin() as work:
            work.approvals.save(declined)
        with read() as reads:
            assert reads.approval_queries.get(other.approval_id) == declined

    def test_the_same_words_and_effect_are_one_open_request(self, begin: Begin[Work]) -> None:
        """Of another person, with other words or another effect it is another one."""
        ids = CountedIds()
        wish = a_wish(ids)
        first = an_approval(ids, wish)
        others = (
            evolve(wish, requester=ids.new(AccountId)),
            evolve(wish, payload={"amount_cents": 1}),
            evolve(wish, effect={"after": {}}),
        )
        with begin() as work:
            work.approvals.add(first)
        with begin() as work:
            assert work.approvals.add(an_approval(ids, wish, at=NOON + HOUR)) == first
            for each in others:
                another = an_approval(ids, each)
                assert work.approvals.add(another) == another

    def test_what_was_declined_or_lapsed_can_be_asked_for_anew(self, begin: Begin[Work]) -> None:
        """Spec 03 §11.7: one that nobody decided within 24 hours lapses."""
        ids = CountedIds()
        wish = a_wish(ids)
        first = an_approval(ids, wish)
        with begin() as work:
            work.approvals.add(first)
            work.approvals.save(first.decline(by=ids.new(AccountId), why=SEEN, at=NOON))
        second = an_approval(ids, wish, at=NOON + HOUR)
        third = an_approval(ids, wish, at=second.expires_at + MOMENT)
        with begin() as work:
            assert work.approvals.add(second) == second
            assert work.approvals.add(evolve(third, asked_at=second.expires_at)) == second
            assert work.approvals.add(third) == third
        with begin() as work:
            assert work.approvals.get_for_update(second.approval_id) == second.lapse()

    def test_grants_what_was_approved_until_it_is_spent_or_over(self, begin: Begin[Work]) -> None:
        """Only to the requester, for the same words and the same effect, within 24 hours."""
        ids = CountedIds()
        wish = a_wish(ids)
        asked = an_approval(ids, wish)

        def granted(of: Wish = wish, at: datetime = NOON) -> Approval | None:
            with begin() as work:
                return work.approvals.granted(
                    of.requester, payload_hash=of.payload_hash, effect_hash=of.effect_hash, at=at
                )

        with begin() as work:
            work.approvals.add(asked)
        assert granted() is None
        approved = asked.approve(by=ids.new(AccountId), why=SEEN, at=NOON + HOUR)
        with begin() as work:
            work.approvals.save(approved)
        end = NOON + HOUR + TIME_TO_ACT
        assert granted() == approved
        assert granted(at=end) == approved
        assert granted(at=end + MOMENT) is None
        assert granted(evolve(wish, requester=ids.new(AccountId))) is None
        assert granted(evolve(wish, payload={"amount_cents": 30_001})) is None
        assert granted(evolve(wish, effect={"after": {"booking": "CANCELLED"}})) is None
        with begin() as work:
            work.approvals.save(approved.spend(at=NOON + HOUR))
        assert granted() is None

    def test_lists_what_stands_so_now_newest_first(
        self, begin: Begin[Work], read: Begin[Reads]
    ) -> None:
        """Time alone makes what waits lapse; pages follow each other."""
        ids = CountedIds()
        asked = [an_approval(ids, a_wish(ids)) for _ in range(5)]
        helper = ids.new(AccountId)
        late = NOON + TIME_TO_DECIDE - HOUR
        with begin() as work:
            for each in asked:
                work.approvals.add(each)
            work.approvals.save(asked[0].approve(by=helper, why=SEEN, at=late))
            work.approvals.save(asked[1].decline(by=helper, why=SEEN, at=NOON))

        def found(
            state: ApprovalState, at: datetime, cursor: Cursor | None = None
        ) -> Page[Approval]:
            with read() as reads:
                wanted = PageRequest(limit=2, cursor=cursor)
                return reads.approval_queries.page(state, wanted, now=at)

        def names(page: Page[Approval]) -> list[ApprovalId]:
            return [each.approval_id for each in page.items]

        first = found(ApprovalState.OPEN, NOON + TIME_TO_DECIDE)
        second = found(ApprovalState.OPEN, NOON + TIME_TO_DECIDE, first.next_cursor)
        assert [*names(first), *names(second)] == [each.approval_id for each in asked[:1:-1]]
        assert second.next_cursor is None
        after = NOON + TIME_TO_DECIDE + MOMENT
        assert names(found(ApprovalState.OPEN, after)) == []
        assert names(found(ApprovalState.LAPSED, after)) == names(first)
        assert names(found(ApprovalState.APPROVED, after)) == [asked[0].approval_id]
        assert names(found(ApprovalState.DECLINED, after)) == [asked[1].approval_id]
        assert names(found(ApprovalState.SPENT, after)) == []
        assert names(found(ApprovalState.APPROVED, late + TIME_TO_ACT + MOMENT)) == []

    def test_a_cursor_of_another_list_is_refused(self, read: Begin[Reads]) -> None:
        for key in ((1,), ("no id",), ("a", "b")):
            with pytest.raises(Malformed), read() as reads:
                reads.approval_queries.page(
                    ApprovalState.OPEN, PageRequest(cursor=Cursor(key)), now=NOON
                )

    def test_what_nobody_asked_for_is_not_found(
        self, begin: Begin[Work], read: Begin[Reads]
    ) -> None:
        unknown = CountedIds().new(ApprovalId)
        with pytest.raises(ApprovalNotFound), begin() as work:
            work.approvals.get_for_update(unknown)
        with pytest.raises(ApprovalNotFound), read() as reads:
            reads.approval_queries.get(unknown)

    def test_a_unit_that_fails_asks_for_nothing(
        self, begin: Begin[Work], read: Begin[Reads]
    ) -> None:
        ids = CountedIds()
        asked = an_approval(ids, a_wish(ids))
        with pytest.raises(InterruptedError), begin() as work:
            work.approvals.add(asked)
            raise InterruptedError
        with pytest.raises(ApprovalNotFound), read() as reads:
            reads.approval_queries.get(asked.approval_id)

    def test_sums_what_one_person_did_alone_to_one_thing(self, begin: Begin[Work]) -> None:
        """ADR 0039: not what others did, to others, before, or with somebody's approval."""
        ids = CountedIds()
        me, other = ids.new(AccountId), ids.new(AccountId)
        approval = an_approval(ids, a_wish(ids, requester=me)).approve(by=other, why=SEEN, at=NOON)
        seconded = Seconded(approval_id=approval.approval_id, by=other)
        with begin() as work:
            assert work.admin_actions.alone_lately(me, "a payment", since=NOON) == NOTHING
            work.approvals.add(evolve(approval, state=ApprovalState.OPEN, decision=None))
            work.approvals.save(approval)
            for act in (
                an_act(ids, me, 1),
                an_act(ids, me, 20, at=NOON + HOUR),
                an_act(ids, me, 300, at=NOON - MOMENT),
                an_act(ids, me, 4_000, target="another"),
                an_act(ids, other, 50_000),
                evolve(an_act(ids, me, 600_000), seconded=seconded),
            ):
                work.admin_actions.add(act)
        with begin() as work:
            assert work.admin_actions.alone_lately(me, "a payment", since=NOON) == Money(21)
