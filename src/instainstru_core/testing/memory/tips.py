"""Tips in memory."""

from collections.abc import Sequence

from attrs import define, evolve

from instainstru_core.booking.ids import BookingId
from instainstru_core.instructors.ids import InstructorId
from instainstru_core.kernel.errors import StaleAggregate
from instainstru_core.kernel.pagination import Cursor, Page, PageRequest
from instainstru_core.payments.ids import PaymentId, TipId
from instainstru_core.payments.tips.errors import AlreadyTipped, TipNotFound
from instainstru_core.payments.tips.model import Tip
from instainstru_core.testing.memory.tables import InMemoryOutbox, Tables


def _tips(tables: Tables) -> dict[TipId, Tip]:
    return tables.of("tips", TipId, Tip)


def _oldest_first(tips: list[Tip]) -> Sequence[Tip]:
    return sorted(tips, key=lambda tip: tip.tip_id)


@define
class InMemoryTips:
    """The `Tips` port."""

    _tables: Tables
    _outbox: InMemoryOutbox

    def add(self, tip: Tip) -> Tip:
        return self._kept(tip)

    def save(self, tip: Tip) -> Tip:
        if self.get(tip.tip_id).version != tip.version:
            raise StaleAggregate(f"tip {tip.tip_id} changed since it was read")
        return self._kept(tip)

    def get(self, tip_id: TipId) -> Tip:
        if (found := _tips(self._tables).get(tip_id)) is None:
            raise TipNotFound(f"there is no tip {tip_id}")
        return found

    def of_payment(self, payment_id: PaymentId) -> Sequence[Tip]:
        every = _tips(self._tables).values()
        return _oldest_first([tip for tip in every if tip.payment_id == payment_id])

    def owed(self, instructor_id: InstructorId) -> Sequence[Tip]:
        return _oldest_first(
            [
                tip
                for tip in _tips(self._tables).values()
                if tip.instructor_id == instructor_id
                and tip.succeeded
                and tip.transfer is None
                and tip.refunded_at is None
            ]
        )

    def _kept(self, tip: Tip) -> Tip:
        for other in _tips(self._tables).values():
            same = other.tip_id == tip.tip_id or other.booking_id != tip.booking_id
            if tip.succeeded and other.succeeded and not same:
                raise AlreadyTipped(other.tip_id)
        self._outbox.record(tip.events)
        kept = evolve(tip, version=tip.version + 1, events=())
        _tips(self._tables)[tip.tip_id] = kept
        return kept


@define
class InMemoryTipQueries:
    """The `TipQueries` query."""

    _tables: Tables

    def of_booking(self, booking_id: BookingId) -> Sequence[Tip]:
        every = _tips(self._tables).values()
        return _oldest_first([tip for tip in every if tip.booking_id == booking_id])

    def stuck(self, page: PageRequest) -> Page[Tip]:
        found = _oldest_first([tip for tip in _tips(self._tables).values() if tip.stuck])
        if page.cursor is not None:
            after = TipId.parse(str(page.cursor.key[0]))
            found = [tip for tip in found if tip.tip_id > after]
        shown = found[: page.limit]
        more = len(found) > len(shown)
        return Page(items=shown, next_cursor=Cursor((str(shown[-1].tip_id),)) if more else None)
