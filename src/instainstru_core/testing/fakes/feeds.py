"""Calendars of the world outside, as a test says they are."""

from attrs import Factory, define, evolve

from instainstru_core.availability.external.model.feed import FeedProblem, Validators
from instainstru_core.availability.external.ports import (
    FeedAnswer,
    FeedRequest,
    NotModified,
    ReadFeed,
    Unreadable,
)


@define
class FakeFeeds:
    """The `FeedSource` port: at each address there is what was put there, or nothing.

    A calendar put there with validators is not sent again to whoever knows that version.
    """

    requests: list[FeedRequest] = Factory(list)
    _answers: dict[str, ReadFeed | Unreadable] = Factory(dict)

    def put(self, url: str, answer: ReadFeed | Unreadable) -> None:
        """From now on there is *answer* at *url*."""
        self._answers[url] = answer

    def fetch(self, request: FeedRequest) -> FeedAnswer:
        """What is at the address, as far as it lies in the time that is asked for."""
        self.requests.append(request)
        answer = self._answers.get(request.address.url, Unreadable(FeedProblem.NOT_FOUND))
        if isinstance(answer, Unreadable):
            return answer
        if answer.validators != Validators() and answer.validators == request.known:
            return NotModified()
        inside = tuple(each for each in answer.spans if each.overlaps(request.within))
        return evolve(answer, spans=inside)
