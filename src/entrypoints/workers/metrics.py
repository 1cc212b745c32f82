"""What a worker process counts, for `/metrics`."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

PERFORMED: Final = Counter(
    "work_performed_total", "Tries of due work by handler and outcome.", ["handler", "outcome"]
)
DURATION: Final = Histogram(
    "work_duration_seconds",
    "How long one try took.",
    ["handler"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
CLAIMED: Final = Counter("work_claimed_total", "Items that this process claimed.")
BROKER_UP: Final = Gauge("work_broker_up", "1 while the broker takes messages, else 0.")
