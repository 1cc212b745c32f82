"""What every adapter of the catalogue must do."""

from attrs import evolve

from instainstru_core.catalog.ids import CategoryId, ServiceId, SubcategoryId
from instainstru_core.catalog.model import (
    AgeGroup,
    Catalog,
    Category,
    Service,
    Subcategory,
    id_of,
)
from instainstru_core.catalog.ports import CatalogWork
from instainstru_core.catalog.queries import CatalogReads
from instainstru_core.catalog.use_cases.load_catalog import load_catalog
from instainstru_core.kernel.unit_of_work import Begin


def small_catalog() -> Catalog:
    """Music with two services, tutoring with one, and a collection for kids."""
    return Catalog(
        categories=(
            Category(
                category_id=id_of(CategoryId, "music"), slug="music", name="Music", display_order=2
            ),
            Category(
                category_id=id_of(CategoryId, "tutoring"),
                slug="tutoring",
                name="Tutoring",
                terms=("tutor",),
                display_order=1,
            ),
            Category(
                category_id=id_of(CategoryId, "kids"),
                slug="kids",
                name="Kids",
                display_order=3,
                collects_ages=(AgeGroup.TODDLER, AgeGroup.KIDS),
            ),
        ),
        subcategories=(
            Subcategory(
                subcategory_id=id_of(SubcategoryId, "keys"),
                slug="keys",
                name="Keys",
                category="music",
                filters={"style": ("jazz", "classical")},
            ),
            Subcategory(
                subcategory_id=id_of(SubcategoryId, "math"),
                slug="math",
                name="Math",
                category="tutoring",
            ),
        ),
        services=(
            service("piano", "Piano", "keys", terms=("pianoforte",)),
            service("organ", "Organ", "keys", online_capable=False, display_order=2),
            service("algebra", "Algebra", "math", ages=(AgeGroup.TEENS,)),
        ),
    )


def service(
    slug: str,
    name: str,
    subcategory: str,
    *,
    terms: tuple[str, ...] = (),
    ages: tuple[AgeGroup, ...] = (AgeGroup.KIDS, AgeGroup.ADULTS),
    online_capable: bool = True,
    display_order: int = 1,
) -> Service:
    """A service of the small catalogue."""
    return Service(
        service_id=id_of(ServiceId, slug),
        slug=slug,
        name=name,
        subcategory=subcategory,
        terms=terms,
        eligible_age_groups=ages,
        online_capable=online_capable,
        display_order=display_order,
    )


class CatalogContract:
    """Inherit, and provide the fixtures `begin` and `read` on one empty store."""

    def test_keeps_what_was_loaded(
        self, begin: Begin[CatalogWork], read: Begin[CatalogReads]
    ) -> None:
        load_catalog(small_catalog(), begin=begin)
        with read() as reads:
            tree = reads.catalog_pages.tree()
        assert tree.service("piano") == small_catalog().service("piano")
        assert tree.subcategory("keys") == small_catalog().subcategory("keys")
        assert tree.category("tutoring") == small_catalog().category("tutoring")
        assert [each.slug for each in tree.shown_categories()] == ["tutoring", "music", "kids"]

    def test_loads_twice_as_once(
        self, begin: Begin[CatalogWork], read: Begin[CatalogReads]
    ) -> None:
        load_catalog(small_catalog(), begin=begin)
        with read() as reads:
            before = reads.catalog_pages.tree()
        load_catalog(small_catalog(), begin=begin)
        with read() as reads:
            assert reads.catalog_pages.tree() == before

    def test_changes_by_slug(self, begin: Begin[CatalogWork], read: Begin[CatalogReads]) -> None:
        load_catalog(small_catalog(), begin=begin)
        first, *others = small_catalog().services
        renamed = evolve(first, name="Grand Piano", terms=("steinway",))
        load_catalog(evolve(small_catalog(), services=(renamed, *others)), begin=begin)
        with read() as reads:
            assert reads.catalog_pages.tree().service("piano") == renamed

    def test_finds_a_shown_service_by_id(self, begin: Begin[CatalogWork]) -> None:
        load_catalog(small_catalog(), begin=begin)
        with begin() as work:
            found = work.catalog.find_service(id_of(ServiceId, "organ"))
            assert found == small_catalog().service("organ")
            assert work.catalog.find_service(id_of(ServiceId, "harp")) is None

    def test_hides_what_is_inactive_above(self, begin: Begin[CatalogWork]) -> None:
        """CA-1."""
        whole = small_catalog()
        hidden = tuple(evolve(each, is_active=each.slug != "music") for each in whole.categories)
        load_catalog(evolve(whole, categories=hidden), begin=begin)
        with begin() as work:
            assert work.catalog.find_service(id_of(ServiceId, "piano")) is None
            assert work.catalog.find_service(id_of(ServiceId, "algebra")) is not None
