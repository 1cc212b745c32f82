"""What the simulated processor is told of the time before its log began."""

from datetime import datetime

import httpx
from attrs import frozen

from adapters.simulator.payment_gateway import SimulatedGateway
from instainstru_core.payments.errors import OutcomeUnknown


@frozen
class SimulatedPast:
    """The processor as it was: sample people's money moved there before anybody looked."""

    _client: httpx.Client

    def until(self) -> datetime:
        """The moment at which it ended.

        Raises:
            OutcomeUnknown: The processor does not answer.
        """
        try:
            response = self._client.get("/past")
        except httpx.TransportError as error:
            raise OutcomeUnknown from error
        return datetime.fromisoformat(response.raise_for_status().json()["until"])

    def at(self, moment: datetime) -> SimulatedGateway:
        """The processor at *moment*; the same keys answer the same, whenever they are repeated."""
        return SimulatedGateway(self._client, moment)
