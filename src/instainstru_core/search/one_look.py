"""Several questions about one moment of the market: the database is asked for news once."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from attrs import frozen

from instainstru_core.search.ports import Market, MarketView


@frozen
class _Moment:
    """A market that stands still."""

    view: MarketView

    def look(self) -> AbstractContextManager[MarketView]:
        """The same view for everybody who asks."""
        return nullcontext(self.view)


@contextmanager
def one_look(market: Market) -> Iterator[Market]:
    """*market* as it stands now, for as long as the block lasts; others wait until it ends."""
    with market.look() as view:
        yield _Moment(view)
