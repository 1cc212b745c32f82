"""What every keeper of configuration documents must do. Source: AD-10, PR-8, PR-12, PR-18."""

from datetime import timedelta
from typing import Protocol

import pytest

from instainstru_core.config.errors import ConfigChanged
from instainstru_core.config.model import ConfigKey
from instainstru_core.config.ports import ConfigReads, ConfigWork
from instainstru_core.config.use_cases.publish_config import PublishConfig, publish_config
from instainstru_core.kernel.unit_of_work import Begin
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.document import document_of
from instainstru_core.testing.strategies.pricing import NOW

BODY = document_of(DEFAULT_PRICING)


class ConfigKeeper(Protocol):
    """A database of documents."""

    @property
    def begin(self) -> Begin[ConfigWork]:
        """Opens a unit of work."""
        ...

    @property
    def read(self) -> Begin[ConfigReads]:
        """Opens queries."""
        ...


class ConfigContract:
    """Inherit, and provide the `keeper` fixture: an empty database."""

    def test_ad10_versions_follow_one_another(self, keeper: ConfigKeeper) -> None:
        """AD-10: monotonic, immutable, with author and reason; the newest comes first."""
        assert self.publish(keeper, 1) == 2
        assert self.publish(keeper, 2, restores=1) == 3
        with keeper.read() as reads:
            queries = reads.config_queries
            newest, older = queries.versions(ConfigKey.PRICING)
            assert queries.current(ConfigKey.PRICING) == newest
            assert queries.version(ConfigKey.PRICING, 2) == older
            assert queries.version(ConfigKey.PRICING, 1) is None
        assert (newest.version, newest.restores, older.restores) == (3, 1, None)
        assert (older.author, older.reason, older.published_at) == ("ada", "because", NOW)
        assert older.body == BODY

    @pytest.mark.parametrize("seen", [1, 3])
    def test_ad10_who_saw_another_version_is_refused(self, keeper: ConfigKeeper, seen: int) -> None:
        """AD-10: stale, or not there yet: 412 `version_conflict`, and nothing is published."""
        self.publish(keeper, 1)
        with pytest.raises(ConfigChanged) as refused:
            self.publish(keeper, seen)
        assert refused.value.facts() == {"current_version": 2}
        with keeper.read() as reads:
            assert len(reads.config_queries.versions(ConfigKey.PRICING)) == 1

    def test_nothing_is_published_by_a_unit_that_fails(self, keeper: ConfigKeeper) -> None:
        with pytest.raises(ZeroDivisionError), keeper.begin() as work:
            publish_config(self.request(1), work=work, now=NOW)
            raise ZeroDivisionError
        with keeper.read() as reads:
            assert reads.config_queries.current(ConfigKey.PRICING) is None

    def request(self, expected: int, restores: int | None = None) -> PublishConfig:
        """Another version of the built-in document."""
        return PublishConfig(
            key=ConfigKey.PRICING,
            body=BODY,
            expected=expected,
            author="ada",
            reason=" because ",
            restores=restores,
        )

    def publish(self, keeper: ConfigKeeper, expected: int, *, restores: int | None = None) -> int:
        """The number of the version that follows."""
        later = NOW + timedelta(seconds=expected - 1)
        with keeper.begin() as work:
            return publish_config(self.request(expected, restores), work=work, now=later).version
