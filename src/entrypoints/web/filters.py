"""What results can be narrowed by, as a reader of each language chooses it. Source: SR-33…SR-39."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from entrypoints.web.asked import LENGTHS, PRICES
from entrypoints.web.languages import TONGUES, Language
from entrypoints.web.marks import N_
from instainstru_core.search.model.query import LessonType, Sort

FORMATS: Final = {
    LessonType.ANY: N_("Any way"),
    LessonType.IN_PERSON: N_("In person"),
    LessonType.TRAVEL: N_("At my place"),
    LessonType.STUDIO: N_("At their studio"),
    LessonType.ONLINE: N_("Online"),
}
SORTS: Final = {
    Sort.BEST: N_("Best match"),
    Sort.SOONEST: N_("Soonest"),
    Sort.PRICE_ASC: N_("Lowest price"),
    Sort.PRICE_DESC: N_("Highest price"),
}
PARTS_OF_DAY: Final = {
    "morning": N_("Morning"),
    "afternoon": N_("Afternoon"),
    "evening": N_("Evening"),
}
MINUTES: Final = N_("%(minutes)d min")
AN_HOUR: Final = N_("%(price)s an hour")


@lru_cache(maxsize=len(Language))
def filters(language: Language) -> Mapping[str, Sequence[tuple[object, str]]]:
    """By the name of the field: each value, as `Asked` reads it, and what it is called."""
    tongue = TONGUES[language]
    words, fmt = tongue.words, tongue.formats
    return {
        "format": [(each, words(text)) for each, text in FORMATS.items()],
        "hours": [(each, words(text)) for each, text in PARTS_OF_DAY.items()],
        "minutes": [(each, words(MINUTES) % {"minutes": each}) for each in LENGTHS],
        "most": [(each, words(AN_HOUR) % {"price": fmt.price(each * 100)}) for each in PRICES],
        "sort": [(each, words(text)) for each, text in SORTS.items()],
    }
