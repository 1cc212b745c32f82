"""The `FeedSource` port: fetch, then read in a process of its own."""

import ssl
from typing import Final

from attrs import frozen

from adapters.icalendar.connecting import PUBLIC_INTERNET, Reach, Resolve, system_addresses
from adapters.icalendar.fetching import TOTAL_SECONDS, Fetcher
from adapters.icalendar.parser import FeedUnreadable, parse
from instainstru_core.availability.external.ports import (
    FeedAnswer,
    FeedRequest,
    NotModified,
    ReadFeed,
    Unreadable,
)

__all__: Final = ["HttpFeeds"]


@frozen
class HttpFeeds:
    """Reads calendars of the world outside. What isn't given is as it has to be in earnest."""

    _fetcher: Fetcher

    @classmethod
    def of_the_internet(cls) -> "HttpFeeds":
        """On the public internet, by https alone."""
        return cls.within(PUBLIC_INTERNET)

    @classmethod
    def within(
        cls,
        reach: Reach,
        *,
        resolve: Resolve = system_addresses,
        tls: ssl.SSLContext | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> "HttpFeeds":
        """Inside another *reach*: for tests, whose servers are on this machine."""
        context = tls or ssl.create_default_context()
        return cls(Fetcher(reach, resolve, context, total_seconds))

    def fetch(self, request: FeedRequest) -> FeedAnswer:
        try:
            body = self._fetcher.fetch(request.address.url, request.known)
            if body is None:
                return NotModified()
            spans = parse(body.content, request.within, request.zone)
        except FeedUnreadable as refused:
            return Unreadable(refused.problem)
        return ReadFeed(spans=spans, validators=body.validators)
