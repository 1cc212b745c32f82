"""The catalogue's tree and its document. Source: CA-1…5."""

import copy
from typing import Any

import pytest
from attrs import evolve

from instainstru_core.catalog.document import catalog_from
from instainstru_core.catalog.errors import NotInCatalog
from instainstru_core.catalog.ids import CategoryId, ServiceId, SubcategoryId
from instainstru_core.catalog.model import AgeGroup, Catalog, id_of, normal
from instainstru_core.kernel.errors import Malformed
from instainstru_core.testing.contracts.catalogs import service, small_catalog

DOCUMENT: dict[str, Any] = {
    "schema": "instainstru.catalog/1",
    "categories": [
        {
            "slug": "music",
            "name": "Music",
            "order": 5,
            "terms": ["music"],
            "subcategories": [
                {
                    "slug": "keys",
                    "name": "Keys",
                    "order": 1,
                    "filters": {"style": ["jazz"]},
                    "services": [
                        {
                            "slug": "piano",
                            "name": "Piano",
                            "terms": ["pianoforte"],
                            "eligible_age_groups": ["adults", "kids"],
                            "online_capable": True,
                            "requires_certification": False,
                            "default_duration_min": 60,
                            "related": ["organ"],
                        }
                    ],
                }
            ],
        }
    ],
    "collections": [
        {"slug": "kids", "name": "Kids", "order": 6, "rule": {"eligible_any": ["toddler", "kids"]}}
    ],
}


def test_the_document_becomes_a_tree() -> None:
    """CA-2, CA-4, CA-5."""
    catalog = catalog_from(DOCUMENT)
    piano = catalog.service("piano")
    assert piano.subcategory == "keys"
    assert piano.eligible_age_groups == (AgeGroup.KIDS, AgeGroup.ADULTS)
    assert catalog.subcategory("keys").filters == {"style": ("jazz",)}
    assert [each.slug for each in catalog.shown_categories()] == ["music", "kids"]
    assert catalog.collected(catalog.category("kids")) == (piano,)


def test_the_same_slug_always_has_the_same_id() -> None:
    """Loading is idempotent by slug."""
    assert catalog_from(DOCUMENT) == catalog_from(copy.deepcopy(DOCUMENT))
    assert id_of(ServiceId, "keys").value != id_of(SubcategoryId, "keys").value
    assert id_of(CategoryId, "music") == catalog_from(DOCUMENT).category("music").category_id


@pytest.mark.parametrize("age", ["grown-ups", "KIDS", ""])
def test_unknown_age_groups_are_refused(age: str) -> None:
    """CA-4."""
    document = copy.deepcopy(DOCUMENT)
    piano = document["categories"][0]["subcategories"][0]["services"][0]
    piano["eligible_age_groups"] = [age]
    with pytest.raises(Malformed, match="age groups"):
        catalog_from(document)


def test_other_documents_are_refused() -> None:
    with pytest.raises(Malformed, match="expected a document"):
        catalog_from({"schema": "instainstru.catalog/2"})
    with pytest.raises(Malformed, match="lacks"):
        catalog_from({"schema": "instainstru.catalog/1"})


@pytest.mark.parametrize("slug", ["Piano", "piano-", "-piano", "pi--ano", "", "p" * 101, "piàno"])
def test_slugs_are_lower_case_words(slug: str) -> None:
    """CA-1."""
    with pytest.raises(Malformed, match="slug"):
        service(slug, "Piano", "keys")


def test_values_have_limits() -> None:
    """CA-1, CA-4."""
    with pytest.raises(Malformed, match="name"):
        service("piano", "", "keys")
    with pytest.raises(Malformed, match="terms"):
        service("piano", "Piano", "keys", terms=tuple(f"t{n}" for n in range(31)))
    with pytest.raises(Malformed, match="terms"):
        service("piano", "Piano", "keys", terms=("t" * 61,))
    with pytest.raises(Malformed, match="nobody"):
        service("piano", "Piano", "keys", ages=())
    with pytest.raises(Malformed, match="too long"):
        evolve(service("piano", "Piano", "keys"), description="d" * 501)


def test_a_slug_belongs_to_one_service() -> None:
    """CA-1."""
    whole = small_catalog()
    with pytest.raises(Malformed, match="piano"):
        evolve(whole, services=(*whole.services, service("piano", "Other", "keys")))


def test_every_node_has_one_owner() -> None:
    """CA-1; CA-3: a collection owns nothing."""
    whole = small_catalog()
    with pytest.raises(Malformed, match="unknown subcategory"):
        evolve(whole, services=(service("harp", "Harp", "strings"),))
    astray = tuple(evolve(each, category="kids") for each in whole.subcategories)
    with pytest.raises(Malformed, match="unknown category"):
        evolve(whole, subcategories=astray)


def test_a_term_means_one_service() -> None:
    """CA-4."""
    whole = small_catalog()
    clash = service("grand", "Grand", "keys", terms=("  PIANO ",))
    with pytest.raises(Malformed, match="means both"):
        evolve(whole, services=(*whole.services, clash))
    assert normal("  PIANO  forte ") == "piano forte"


@pytest.mark.parametrize("level", ["categories", "subcategories", "services"])
def test_a_node_hides_what_is_below(level: str) -> None:
    """CA-1: visible only if all its ancestors are active."""
    whole = small_catalog()
    hidden = tuple(evolve(each, is_active=False) for each in getattr(whole, level))
    catalog = Catalog(
        **{
            each: hidden if each == level else getattr(whole, each)
            for each in ("categories", "subcategories", "services")
        }
    )
    with pytest.raises(NotInCatalog):
        catalog.service("piano")
    assert catalog.shown_services() == ()


def test_what_is_not_there_is_not_found() -> None:
    whole = small_catalog()
    for ask in (whole.service, whole.subcategory, whole.category):
        with pytest.raises(NotInCatalog, match="no 'harp'"):
            ask("harp")


def test_services_come_in_order() -> None:
    """CA-1: by category, subcategory and own order."""
    whole = small_catalog()
    assert [each.slug for each in whole.shown_services()] == ["algebra", "piano", "organ"]
    assert [each.slug for each in whole.services_of("keys")] == ["piano", "organ"]
    assert [each.slug for each in whole.subcategories_of("music")] == ["keys"]
