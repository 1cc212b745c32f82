"""What can be taught: categories, subcategories, services. Source: CA-1…5."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Protocol, TypeVar
from uuid import UUID

from attrs import field, frozen

from instainstru_core.catalog.errors import NotInCatalog
from instainstru_core.catalog.ids import CategoryId, ServiceId, SubcategoryId
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.ids import EntityId

IdT = TypeVar("IdT", bound=EntityId)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_SLUG = 100
MAX_NAME = 100
MAX_DESCRIPTION = 500
MAX_TERMS = 30
MAX_TERM = 60
MAX_RELATED = 5


class AgeGroup(StrEnum):
    """Whom a lesson is for, in the order in which they are always listed."""

    TODDLER = "toddler"
    KIDS = "kids"
    TEENS = "teens"
    ADULTS = "adults"


def _slug(_: object, __: object, text: str) -> None:
    if len(text) > MAX_SLUG or not _SLUG.fullmatch(text):
        raise Malformed(f"expected a slug of lower-case words and hyphens, got {text!r}")


def _name(_: object, __: object, text: str) -> None:
    if not 1 <= len(text) <= MAX_NAME:
        raise Malformed(f"expected a name of 1 to {MAX_NAME} characters, got {text!r}")


def _terms(_: object, __: object, terms: tuple[str, ...]) -> None:
    if len(terms) > MAX_TERMS or any(not 1 <= len(each) <= MAX_TERM for each in terms):
        raise Malformed(f"expected at most {MAX_TERMS} terms of 1 to {MAX_TERM} characters each")


def id_of(kind: type[IdT], slug: str) -> IdT:
    """The id that *slug* always has, so that loading the same catalogue twice changes nothing."""
    digest = hashlib.sha256(f"{kind.__name__}:{slug}".encode()).digest()
    return kind(UUID(bytes=digest[:16]))


def normal(term: str) -> str:
    """*term* as it is compared: composed, case-folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", term).casefold().split())


@frozen(kw_only=True)
class Service:
    """The bookable subject. Source: CA-4."""

    service_id: ServiceId
    slug: str = field(validator=_slug)
    name: str = field(validator=_name)
    subcategory: str
    description: str = ""
    terms: tuple[str, ...] = field(default=(), validator=_terms)
    eligible_age_groups: tuple[AgeGroup, ...]
    default_duration_minutes: int = 60
    online_capable: bool = True
    requires_certification: bool = False
    related: tuple[str, ...] = ()
    display_order: int = 1
    is_active: bool = True

    def __attrs_post_init__(self) -> None:
        if not self.eligible_age_groups:
            raise Malformed(f"the service {self.slug} is for nobody")
        if len(self.description) > MAX_DESCRIPTION or len(self.related) > MAX_RELATED:
            raise Malformed(f"the service {self.slug} has too long a description or list")


@frozen(kw_only=True)
class Subcategory:
    """A group of services, with the filters that apply to them. Source: CA-5."""

    subcategory_id: SubcategoryId
    slug: str = field(validator=_slug)
    name: str = field(validator=_name)
    category: str
    terms: tuple[str, ...] = field(default=(), validator=_terms)
    filters: Mapping[str, Sequence[str]] = field(factory=dict)
    display_order: int = 1
    is_active: bool = True


@frozen(kw_only=True)
class Category:
    """A group of subcategories; one that collects ages owns nothing. Source: CA-2, CA-3."""

    category_id: CategoryId
    slug: str = field(validator=_slug)
    name: str = field(validator=_name)
    subtitle: str = ""
    icon: str = ""
    terms: tuple[str, ...] = field(default=(), validator=_terms)
    display_order: int = 1
    is_active: bool = True
    collects_ages: tuple[AgeGroup, ...] = ()

    @property
    def is_collection(self) -> bool:
        """Whether its services belong to others."""
        return bool(self.collects_ages)


def _check_owners(
    children: Sequence[tuple[str, str]], owners: Mapping[str, object], kind: str
) -> None:
    for child, owner in children:
        if owner not in owners:
            raise Malformed(f"{child} belongs to the unknown {kind} {owner}")


class _Node(Protocol):
    @property
    def slug(self) -> str: ...


def _by_slug(_: object, __: object, nodes: Sequence[_Node]) -> None:
    slugs = [each.slug for each in nodes]
    if len(set(slugs)) != len(slugs):
        twice = sorted({each for each in slugs if slugs.count(each) > 1})
        raise Malformed(f"slugs must be unique among their kind, not {', '.join(twice)} twice")


@frozen(kw_only=True)
class Catalog:
    """The whole tree; each node is visible only while all above it are active. Source: CA-1."""

    categories: tuple[Category, ...] = field(default=(), validator=_by_slug)
    subcategories: tuple[Subcategory, ...] = field(default=(), validator=_by_slug)
    services: tuple[Service, ...] = field(default=(), validator=_by_slug)

    def __attrs_post_init__(self) -> None:
        subcategories = {each.slug: each for each in self.subcategories}
        categories = {each.slug: each for each in self.categories if not each.is_collection}
        services = [(each.slug, each.subcategory) for each in self.services]
        _check_owners(services, subcategories, "subcategory")
        inner = [(each.slug, each.category) for each in self.subcategories]
        _check_owners(inner, categories, "category")
        self._check_terms()

    def _check_terms(self) -> None:
        owner: dict[str, str] = {}
        for service in self.services:
            for term in (service.name, *service.terms):
                if owner.setdefault(normal(term), service.slug) != service.slug:
                    other = owner[normal(term)]
                    raise Malformed(f"{term!r} means both {other} and {service.slug}")

    def shown_categories(self) -> tuple[Category, ...]:
        """The visible categories in order."""
        shown = (each for each in self.categories if each.is_active)
        return tuple(sorted(shown, key=lambda each: each.display_order))

    def category(self, slug: str) -> Category:
        """One visible category; Raises: NotInCatalog."""
        for each in self.categories:
            if each.slug == slug and each.is_active:
                return each
        raise NotInCatalog(slug)

    def subcategories_of(self, category: str) -> tuple[Subcategory, ...]:
        """The visible subcategories of a visible category, in order."""
        shown = (each for each in self._shown_subcategories.values() if each.category == category)
        return tuple(sorted(shown, key=lambda each: each.display_order))

    def subcategory(self, slug: str) -> Subcategory:
        """One visible subcategory; Raises: NotInCatalog."""
        if (found := self._shown_subcategories.get(slug)) is None:
            raise NotInCatalog(slug)
        return found

    def services_of(self, subcategory: str) -> tuple[Service, ...]:
        """The visible services of a visible subcategory, in order."""
        shown = (each for each in self.shown_services() if each.subcategory == subcategory)
        return tuple(shown)

    def service(self, slug: str) -> Service:
        """One visible service; Raises: NotInCatalog."""
        if (found := self._shown_by_slug.get(slug)) is None:
            raise NotInCatalog(slug)
        return found

    def shown_services(self) -> tuple[Service, ...]:
        """Every visible service: by category, subcategory and own order."""
        return tuple(self._shown_by_slug.values())

    def collected(self, category: Category) -> tuple[Service, ...]:
        """The services that a collection lists, by whom they suit. Source: CA-3."""
        wanted = set(category.collects_ages)
        return tuple(
            each for each in self.shown_services() if wanted & set(each.eligible_age_groups)
        )

    @cached_property
    def _shown_subcategories(self) -> dict[str, Subcategory]:
        shown = {each.slug for each in self.categories if each.is_active}
        return {
            each.slug: each
            for each in self.subcategories
            if each.is_active and each.category in shown
        }

    @cached_property
    def _shown_by_slug(self) -> dict[str, Service]:
        order = {each.slug: each.display_order for each in self.categories}
        shown = [
            (order[above.category], above.display_order, each.display_order, each.slug, each)
            for each in self.services
            if each.is_active and (above := self._shown_subcategories.get(each.subcategory))
        ]
        return {row[3]: row[4] for row in sorted(shown, key=lambda row: row[:4])}
