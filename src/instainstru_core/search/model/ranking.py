"""In which order results come. Source: SR-40…48."""

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

MICRO = 1_000_000
RELEVANCE_OF_NAMED = 1.0
UNRATED_QUALITY = 0.9
UNKNOWN_FRESHNESS = 0.5
NO_TARGET = 0.7
NO_MAXIMUM = 0.7
COVERED = 1.0
PART_COMPLETE = 0.2


@frozen(kw_only=True)
class Weights:
    """What counts how much; the sum is one. Source: 04 §8."""

    relevance: float = 0.35
    quality: float = 0.25
    distance: float = 0.15
    price: float = 0.10
    freshness: float = 0.10
    completeness: float = 0.05
    founding_boost: float = 1.5


WEIGHTS = Weights()


def price_fit(rates: NDArray[np.int64], most: int | None) -> NDArray[np.float64]:
    """How well a rate sits below the maximum; no maximum, no opinion. Source: SR-43."""
    if most is None:
        return np.full(rates.shape, NO_MAXIMUM)
    ratio = rates / max(most, 1)
    return np.select([ratio <= NO_MAXIMUM, ratio <= 1], [1.0, 1 - (ratio - NO_MAXIMUM)], 0.5)


def scores(
    *,
    rates: NDArray[np.int64],
    most: int | None,
    has_target: bool,
    online: NDArray[np.bool_],
    complete: NDArray[np.bool_],
    founding: NDArray[np.bool_],
    weights: Weights = WEIGHTS,
) -> NDArray[np.int64]:
    """Each row's score in millionths. Source: SR-40.

    Ratings, activity and clearances don't exist yet: each stands at the value for unknown.
    """
    near = np.where(online, NO_TARGET, COVERED) if has_target else np.full(rates.shape, NO_TARGET)
    score = (
        weights.relevance * RELEVANCE_OF_NAMED
        + weights.quality * UNRATED_QUALITY
        + weights.distance * near
        + weights.price * price_fit(rates, most)
        + weights.freshness * UNKNOWN_FRESHNESS
        + weights.completeness * np.where(complete, PART_COMPLETE, 0.0)
    )
    boosted = score * np.where(founding, weights.founding_boost, 1.0)
    return np.rint(boosted * MICRO).astype(np.int64)
