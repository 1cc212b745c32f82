"""Names for the things of catalog."""

from instainstru_core.kernel.ids import EntityId


class CategoryId(EntityId):
    """A group of subcategories."""

    __slots__ = ()


class SubcategoryId(EntityId):
    """A group of services."""

    __slots__ = ()


class ServiceId(EntityId):
    """Something that can be taught."""

    __slots__ = ()
