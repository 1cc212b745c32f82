"""What many seeds came to together."""

from collections import Counter
from collections.abc import Sequence

from attrs import Factory, define

from instainstru_core.testing.simulation.run import Told


@define
class Summary:
    """Adds up what was told, seed by seed. *busy* is the time that processes worked, in seconds."""

    told: list[Told] = Factory(list)
    busy: float = 0.0
    notes: Counter[str] = Factory(Counter)
    outcomes: Counter[str] = Factory(Counter)
    flows: Counter[tuple[str, str]] = Factory(Counter)

    def add(self, told: Told, seconds: float) -> None:
        """One seed more."""
        self.told.append(told)
        self.busy += seconds
        self.notes.update(told.notes)
        self.outcomes.update(told.outcomes)
        self.flows.update(told.flows)

    @property
    def failed(self) -> Sequence[Told]:
        """The seeds that ended badly."""
        return [each for each in self.told if not each.sound]

    def shorter_than(self, bookings: int) -> Sequence[Told]:
        """The seeds that were sound, but had fewer bookings than a seed must have."""
        return [each for each in self.told if each.sound and each.bookings < bookings]

    @property
    def events(self) -> int:
        """All steps of the domain."""
        return sum(each.events for each in self.told)

    @property
    def events_a_second(self) -> int:
        """Steps of the domain in one second of one processor."""
        return round(self.events / self.busy) if self.busy else 0

    def figures(self, *, elapsed: float) -> Sequence[tuple[str, str]]:
        """The lines of the summary."""
        total = self.told
        return [
            ("Seeds", f"{len(total):,}, {len(self.failed)} of them failed"),
            ("People", f"{sum(each.people for each in total):,}"),
            ("Days that passed for them", f"{sum(each.days for each in total):,}"),
            ("Bookings", f"{sum(each.bookings for each in total):,}"),
            ("Fewest bookings of a seed", f"{min((each.bookings for each in total), default=0):,}"),
            ("Steps of people and weather", f"{sum(each.steps for each in total):,}"),
            ("Units of work, each checked", f"{sum(each.commits for each in total):,}"),
            ("Calls of the processor", f"{sum(each.calls for each in total):,}"),
            ("Calls or answers lost", f"{sum(each.faults for each in total):,}"),
            ("Processes killed", f"{sum(each.deaths for each in total):,}"),
            ("Races", f"{self.notes['races']:,}"),
            ("Decided by people", f"{self._noted('review decided', 'tip decided'):,}"),
            ("Acts of two people", f"{self.notes['acts of two people']:,}"),
            ("Instant payouts", f"{self.notes['instant payouts made']:,}"),
            ("Accounts that left", f"{self.notes['accounts that left']:,}"),
            ("Webhooks lost", f"{self.notes['webhooks lost']:,}"),
            ("Webhooks repeated", f"{self.notes['webhooks repeated']:,}"),
            ("Steps of the domain", f"{self.events:,}"),
            ("… in a second of one processor", f"{self.events_a_second:,}"),
            ("Time", f"{elapsed:.1f} s, {self.busy:.1f} s of work"),
        ]

    def _noted(self, *beginnings: str) -> int:
        """How often anything happened whose name begins so."""
        return sum(count for name, count in self.notes.items() if name.startswith(beginnings))
