"""How the simulated processor tells the platform its news: a knob that real ones don't have."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx

DRAIN_SECONDS: Final = 15.0
_LOOK_SECONDS: Final = 0.05


@contextmanager
def silenced(client: httpx.Client) -> Iterator[None]:
    """Let the processor keep silent about what happens in the block, if it answers at all.

    Whoever sets it up by the hundred knows already what it would tell.
    """
    try:
        client.post("/webhooks", json={"copies": 0}).raise_for_status()
    except httpx.TransportError:
        yield
        return
    try:
        yield
        deadline = time.monotonic() + DRAIN_SECONDS
        while client.get("/events").json()["waiting"] and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
    finally:
        client.post("/webhooks", json={"copies": 1}).raise_for_status()
