"""What every `FeedSource` must do."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from attrs import evolve

from instainstru_core.availability.external.model.addresses import FeedAddress
from instainstru_core.availability.external.model.feed import FeedProblem, Validators, window
from instainstru_core.availability.external.ports import (
    FeedRequest,
    FeedSource,
    NotModified,
    ReadFeed,
    Unreadable,
)
from instainstru_core.kernel.time import Interval
from instainstru_core.kernel.zones import NEW_YORK

NOW = datetime(2030, 1, 7, 17, tzinfo=UTC)
LESSON = Interval.lasting(datetime(2030, 1, 8, 14, tzinfo=UTC), timedelta(hours=1))
"""The one hour that the published calendar takes."""

LONG_AGO = Interval.lasting(datetime(2020, 1, 8, 14, tzinfo=UTC), timedelta(hours=1))
"""An hour that it took once."""

TAG = '"the first"'


class Publisher(Protocol):
    """Puts calendars where a source finds them."""

    @property
    def source(self) -> FeedSource:
        """The source."""
        ...

    def publish(self, *, etag: str | None = None) -> FeedAddress:
        """A calendar that takes `LESSON`, and took `LONG_AGO`."""
        ...

    def publish_rubbish(self) -> FeedAddress:
        """Something malformed."""
        ...

    def nothing(self) -> FeedAddress:
        """An address where there is nothing."""
        ...


def request_of(address: FeedAddress) -> FeedRequest:
    """What a worker asks."""
    return FeedRequest(address=address, within=window(NOW), zone=NEW_YORK)


class FeedSourceContract:
    """Inherit, and provide the fixture `publisher`."""

    def test_reads_the_time_that_is_asked_for(self, publisher: Publisher) -> None:
        answer = publisher.source.fetch(request_of(publisher.publish()))
        assert isinstance(answer, ReadFeed)
        assert [*answer.spans] == [LESSON]
        assert answer.validators == Validators()

    def test_says_when_nothing_is_new(self, publisher: Publisher) -> None:
        asked = request_of(publisher.publish(etag=TAG))
        first = publisher.source.fetch(asked)
        assert isinstance(first, ReadFeed)
        assert first.validators == Validators(etag=TAG)
        again = publisher.source.fetch(evolve(asked, known=first.validators))
        assert again == NotModified()

    def test_reads_another_version_whole(self, publisher: Publisher) -> None:
        asked = request_of(publisher.publish(etag=TAG))
        answer = publisher.source.fetch(evolve(asked, known=Validators(etag='"an older one"')))
        assert isinstance(answer, ReadFeed)
        assert [*answer.spans] == [LESSON]

    @pytest.mark.parametrize("known", [Validators(), Validators(etag=TAG)])
    def test_answers_to_rubbish(self, publisher: Publisher, known: Validators) -> None:
        asked = evolve(request_of(publisher.publish_rubbish()), known=known)
        assert publisher.source.fetch(asked) == Unreadable(FeedProblem.MALFORMED)

    def test_answers_to_nothing(self, publisher: Publisher) -> None:
        asked = request_of(publisher.nothing())
        assert publisher.source.fetch(asked) == Unreadable(FeedProblem.NOT_FOUND)
