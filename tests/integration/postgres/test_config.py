"""Configuration documents in PostgreSQL, and the figures that a process goes by. AD-10."""

import pytest
from attrs import define, evolve, field
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from adapters.postgres.config import PostgresPricing
from adapters.postgres.unit_of_work import PostgresUnits
from instainstru_core.catalog.ids import ServiceId
from instainstru_core.catalog.model import id_of
from instainstru_core.config.model import ConfigKey
from instainstru_core.config.use_cases.publish_config import PublishConfig, publish_config
from instainstru_core.pricing.model.config import DEFAULT_PRICING
from instainstru_core.pricing.model.document import document_of
from instainstru_core.testing.contracts.catalogs import small_catalog
from instainstru_core.testing.contracts.config import ConfigContract
from instainstru_core.testing.strategies.pricing import NOW


@pytest.fixture
def keeper(units: PostgresUnits) -> PostgresUnits:
    return units


class TestPostgresConfig(ConfigContract):
    """The suite on the real one."""


@define
class Watch:
    """Seconds that a test counts."""

    seconds: float = field(default=0.0)

    def __call__(self) -> float:
        return self.seconds


def publish(units: PostgresUnits, expected: int, **changes: object) -> None:
    """Another version of the built-in document."""
    with units.begin() as work:
        request = PublishConfig(
            key=ConfigKey.PRICING,
            body={**document_of(DEFAULT_PRICING), **changes},
            expected=expected,
            author="ada",
            reason="costs",
        )
        publish_config(request, work=work, now=NOW)


def test_ad10_a_process_sees_another_version_within_two_seconds(
    engine: Engine, units: PostgresUnits
) -> None:
    """AD-10 allows five; between two looks nothing is read."""
    watch = Watch()
    pricing = PostgresPricing(engine, moment=watch)
    assert pricing.current() == DEFAULT_PRICING
    publish(units, 1, student_fee_bps=1300)
    watch.seconds = 1.9
    assert pricing.current() == DEFAULT_PRICING
    watch.seconds = 2.0
    assert (pricing.current().student_fee_bps, pricing.current().version) == (1300, 2)


def test_pr7_a_process_knows_the_services_of_a_category(
    engine: Engine, units: PostgresUnits
) -> None:
    """PR-7."""
    with units.begin() as work:
        work.catalog.load(small_catalog())
    piano = id_of(ServiceId, "piano")
    with units.read() as reads:
        catalog = reads.catalog_pages.tree()
    part = next(each.subcategory for each in catalog.services if each.service_id == piano)
    slug = next(each.category for each in catalog.subcategories if each.slug == part)
    publish(units, 1, category_floors={slug: {"in_person_cents": 1, "remote_cents": 9999}})
    config = PostgresPricing(engine).current()
    assert config.floors(piano).remote.cents == 9999
    assert config.floors().remote.cents == 6000


def test_a_process_keeps_what_it_knew_while_the_database_is_away() -> None:
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert PostgresPricing(nowhere).current() == DEFAULT_PRICING


def test_ad10_what_was_published_is_never_changed(engine: Engine, units: PostgresUnits) -> None:
    publish(units, 1)
    for change in ("UPDATE config_versions SET reason = 'x'", "DELETE FROM config_versions"):
        with engine.begin() as connection, pytest.raises(IntegrityError, match="never changed"):
            connection.execute(text(change))


def test_spec_8_a_unit_of_work_goes_by_what_holds(engine: Engine, units: PostgresUnits) -> None:
    """Credit that is issued in it lasts as long as the latest document says."""
    watch = Watch()
    bound = evolve(units, pricing=PostgresPricing(engine, moment=watch))
    publish(bound, 1, credit_expiry_days=100, release_grace_days=5)
    watch.seconds = 2.0
    with bound.begin() as work:
        figures = work.figures
    assert (figures.credit_expiry_days, figures.release_grace_days) == (100, 5)
