"""Every context's reactions, timers and periodic jobs, bound to the world.

`HANDLERS` names who can do what; `ROUTES` says which of them want which event; `PERIODIC` says
which come back, and how often. A handler in the transaction is given the unit that forgets its
item; one that calls out opens its own. Names are stored in rows: a renamed handler strands the work
on file.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, TypeAlias

from instainstru_core.due_work.model import CallsOut, InTransaction, Periodic
from instainstru_core.kernel.events import Event
from instainstru_core.ports import Ports, Work

Handler: TypeAlias = InTransaction[Work, Ports] | CallsOut[Ports]

HANDLERS: Final[Mapping[str, Handler]] = {}
"""Handlers by name, for reactions, timers and periodic jobs alike."""

ROUTES: Final[Mapping[type[Event], tuple[str, ...]]] = {}
"""Which handlers want which event."""

_EVERY: Final[Mapping[str, timedelta]] = {}
"""How often a periodic job comes back, by its handler's name."""

PERIODIC: Final[Mapping[str, Periodic]] = {
    name: Periodic(handler=name, every=every) for name, every in _EVERY.items()
}
