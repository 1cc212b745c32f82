"""Everybody who acts in a simulation."""

from collections.abc import Mapping
from typing import Final

from instainstru_core.testing.simulation.actor import Actor, Weather
from instainstru_core.testing.simulation.actors.bank import Bank
from instainstru_core.testing.simulation.actors.booker import Booker, CardSwitcher, Confirmer
from instainstru_core.testing.simulation.actors.canceller import Canceller
from instainstru_core.testing.simulation.actors.claimants import Judge, Objector, Reporter
from instainstru_core.testing.simulation.actors.collector import Collector
from instainstru_core.testing.simulation.actors.mover import Mover
from instainstru_core.testing.simulation.actors.office import Reviewer, TipReviewer
from instainstru_core.testing.simulation.actors.operators import (
    Adder,
    Giver,
    Refunder,
    Withholder,
)
from instainstru_core.testing.simulation.actors.teacher import Teacher
from instainstru_core.testing.simulation.actors.tipper import Debtor, Tipper
from instainstru_core.testing.simulation.actors.weather import Leaver, Outage, Papers, Payday, Sleep

ACTORS: Final[Mapping[str, Actor]] = {
    actor.name: actor
    for actor in (
        Booker(),
        Confirmer(),
        CardSwitcher(),
        Mover(),
        Canceller(),
        Teacher(),
        Reporter(),
        Objector(),
        Judge(),
        Tipper(),
        Debtor(),
        Giver(),
        Adder(),
        Refunder(),
        Withholder(),
        Reviewer(),
        TipReviewer(),
        Collector(),
        Bank(),
    )
}
"""Who does what about a lesson, by name."""

WEATHER: Final[Mapping[str, Weather]] = {
    each.name: each for each in (Outage(), Sleep(), Papers(), Leaver(), Payday())
}
"""What just happens, by name."""
