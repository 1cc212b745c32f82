"""The `PaymentGateway` port against the simulated processor's HTTP API."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar, cast, get_args, overload

import httpx
import msgspec
from attrs import frozen

from instainstru_core.kernel.money import Money
from instainstru_core.payments.errors import (
    OutcomeUnknown,
    ProcessorKeyReused,
    ProcessorObjectUnknown,
)
from instainstru_core.payments.ids import OperationId
from instainstru_core.payments.model.processor import (
    AuthorisationResult,
    Authorised,
    BalanceTransaction,
    BankPayout,
    Captured,
    CardDetails,
    CardSetup,
    Charged,
    ChargeResult,
    Declined,
    DisputeSeen,
    InstantBalance,
    PayoutAccount,
    PayoutSchedule,
    ProcessorAnswer,
    Refunded,
    RefundSeen,
    Refused,
    RequiresAction,
    Reversed,
    Transferred,
    Voided,
)

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 8.0
MAX_CONNECTIONS: Final = 32
AS_OF: Final = "As-Of"
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")


def processor_client(
    url: str, *, api_key: str | None, seconds: float = READ_SECONDS
) -> httpx.Client:
    """A client for the processor at *url*; every wait is bounded."""
    headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
    return httpx.Client(
        base_url=url,
        headers=headers,
        timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS),
        limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
        trust_env=False,
    )


@frozen
class SimulatedGateway:
    """Asks the simulated processor.

    Whatever leaves the outcome in doubt (no connection, no answer in time, 5xx) is one thing:
    `OutcomeUnknown`. The caller repeats with the same key. Source: PY-62.

    With *as_of* it tells of what was then, before the processor's own log began.
    """

    _client: httpx.Client
    _as_of: datetime | None = None

    def attach_card(self, *, customer: str, token: str) -> CardDetails | Declined:
        """Keep the card behind *token* for *customer*."""
        document = self._post(f"/customers/{customer}/cards", {"token": token})
        return _read(document, CardDetails, Declined)

    def authorise(
        self,
        key: OperationId,
        *,
        customer: str,
        card: str,
        amount: Money,
        off_session: bool,
        group: str,
    ) -> AuthorisationResult:
        """Hold *amount* on *card*."""
        body = _asked_of_card(customer, card, amount, off_session=off_session, group=group)
        document = self._post("/intents", body, key)
        return _read(document, Authorised, RequiresAction, Declined)

    def find_authorisation(self, intent: str) -> AuthorisationResult | None:
        """How the hold stands now."""
        document = self._ask("GET", f"/intents/{intent}")
        if document["kind"] == "Nothing":
            return None
        return _read(document, Authorised, RequiresAction, Declined)

    def find_operation(self, key: OperationId) -> ProcessorAnswer | None:
        """What the call with this *key* came to."""
        document = self._ask("GET", f"/operations/{key}")
        if document["kind"] == "Nothing":
            return None
        return cast("ProcessorAnswer", _read_any(document, get_args(ProcessorAnswer)))

    def capture(self, key: OperationId, *, intent: str, amount: Money) -> Captured | Refused:
        """Take *amount* of the hold."""
        document = self._post(f"/intents/{intent}/capture", {"amount_cents": amount.cents}, key)
        return _read(document, Captured, Refused)

    def void(self, key: OperationId, *, intent: str) -> Voided | Refused:
        """Let the hold go."""
        return _read(self._post(f"/intents/{intent}/void", {}, key), Voided, Refused)

    def refund(self, key: OperationId, *, intent: str, amount: Money) -> Refunded | Refused:
        """Give *amount* of the captured money back."""
        document = self._post(f"/intents/{intent}/refunds", {"amount_cents": amount.cents}, key)
        return _read(document, Refunded, Refused)

    def transfer(
        self, key: OperationId, *, account: str, amount: Money, group: str, charge: str | None
    ) -> Transferred | Refused:
        """Move *amount* to *account*."""
        body = {
            "account": account,
            "amount_cents": amount.cents,
            "group": group,
            "charge": charge,
        }
        return _read(self._post("/transfers", body, key), Transferred, Refused)

    def open_account(self, key: OperationId, *, instructor: str) -> PayoutAccount:
        """A new account for *instructor*."""
        return _read(self._post("/accounts", {"instructor": instructor}, key), PayoutAccount)

    def onboarding_link(self, *, account: str, return_url: str) -> str:
        """Where the instructor completes onboarding."""
        path = f"/accounts/{account}/onboarding-links"
        return str(self._post(path, {"return_url": return_url})["url"])

    def find_account(self, account: str) -> PayoutAccount | None:
        """How the account stands now."""
        return self._find(f"/accounts/{account}", PayoutAccount)

    def start_setup(self, *, customer: str) -> CardSetup:
        """A card form for *customer*."""
        return _read(self._post(f"/customers/{customer}/setups", {}), CardSetup)

    def find_setup(self, setup: str) -> CardSetup | None:
        """How the form stands now."""
        return self._find(f"/setups/{setup}", CardSetup)

    def detach_card(self, *, customer: str, token: str) -> None:
        """Forget the card."""
        self._post(f"/customers/{customer}/cards/{token}/detach", {})

    def charge(
        self,
        key: OperationId,
        *,
        customer: str,
        card: str,
        amount: Money,
        off_session: bool,
        group: str,
    ) -> ChargeResult:
        """Take *amount* from *card* at once."""
        body = _asked_of_card(customer, card, amount, off_session=off_session, group=group)
        return _read(self._post("/charges", body, key), Charged, RequiresAction, Declined)

    def find_charge(self, intent: str) -> ChargeResult | None:
        """How the charge stands now."""
        document = self._ask("GET", f"/charges/{intent}")
        if document["kind"] == "Nothing":
            return None
        return _read(document, Charged, RequiresAction, Declined)

    def reverse(self, key: OperationId, *, transfer: str, amount: Money) -> Reversed | Refused:
        """Take *amount* of a transfer back."""
        path = f"/transfers/{transfer}/reversals"
        return _read(self._post(path, {"amount_cents": amount.cents}, key), Reversed, Refused)

    def find_refund(self, refund: str) -> RefundSeen | None:
        """How the refund stands now."""
        return self._find(f"/refunds/{refund}", RefundSeen)

    def dashboard_link(self, *, account: str) -> str:
        """Where the instructor sees their account."""
        return str(self._post(f"/accounts/{account}/dashboard-links", {})["url"])

    def payout_schedule(self, account: str) -> PayoutSchedule:
        """When the account pays out."""
        return _read(self._ask("GET", f"/accounts/{account}/schedule"), PayoutSchedule)

    def set_payout_schedule(self, account: str, schedule: PayoutSchedule) -> PayoutSchedule:
        """Let the account pay out on *schedule* from now on."""
        body = msgspec.to_builtins(schedule)
        return _read(self._post(f"/accounts/{account}/schedule", body), PayoutSchedule)

    def payouts(self, account: str, *, limit: int = 100) -> Sequence[BankPayout]:
        """The account's latest payouts, newest first."""
        path = f"/accounts/{account}/payouts"
        listed = self._ask("GET", path, params={"limit": limit})
        return msgspec.convert(listed["items"], list[BankPayout])

    def find_payout(self, account: str, payout: str) -> BankPayout | None:
        """How the payout stands now."""
        return self._find(f"/accounts/{account}/payouts/{payout}", BankPayout)

    def instant_balance(self, account: str) -> InstantBalance:
        """What the account can pay out at once."""
        return _read(self._ask("GET", f"/accounts/{account}/instant-balance"), InstantBalance)

    def instant_payout(
        self, key: OperationId, *, account: str, amount: Money
    ) -> BankPayout | Refused:
        """Pay *amount* of the account's balance out at once."""
        path = f"/accounts/{account}/instant-payouts"
        return _read(self._post(path, {"amount_cents": amount.cents}, key), BankPayout, Refused)

    def find_dispute(self, dispute: str) -> DisputeSeen | None:
        """How the disputed charge stands now."""
        return self._find(f"/disputes/{dispute}", DisputeSeen)

    def balance(self) -> int:
        """The platform's balance in cents."""
        return int(self._ask("GET", "/balance")["cents"])

    def balance_transactions(
        self, *, since: datetime, until: datetime
    ) -> Iterator[BalanceTransaction]:
        """Every movement of the platform's balance in a while, oldest first."""
        params = {"since": since.isoformat(), "until": until.isoformat()}
        listed = self._ask("GET", "/balance-transactions", params=params)
        return iter(msgspec.convert(listed["items"], list[BalanceTransaction]))

    def _find(self, path: str, kind: type[A]) -> A | None:
        document = self._ask("GET", path)
        return None if document["kind"] == "Nothing" else _read(document, kind)

    def _post(
        self, path: str, body: Mapping[str, object], key: OperationId | None = None
    ) -> dict[str, Any]:
        headers = {} if key is None else {"Idempotency-Key": str(key)}
        return self._ask("POST", path, json=dict(body), headers=headers)

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        if self._as_of is not None:
            request["headers"] = {**request.get("headers", {}), AS_OF: self._as_of.isoformat()}
        try:
            response = self._client.request(method, path, **request)
        except httpx.TransportError as error:
            raise OutcomeUnknown from error
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise OutcomeUnknown
        if response.status_code == httpx.codes.CONFLICT:
            raise ProcessorKeyReused
        if response.status_code == httpx.codes.NOT_FOUND:
            raise ProcessorObjectUnknown
        response.raise_for_status()
        document: dict[str, Any] = response.json()
        return document


def _asked_of_card(
    customer: str, card: str, amount: Money, *, off_session: bool, group: str
) -> dict[str, object]:
    return {
        "customer": customer,
        "card": card,
        "amount_cents": amount.cents,
        "off_session": off_session,
        "group": group,
    }


@overload
def _read(document: dict[str, Any], kind: type[A], /) -> A: ...
@overload
def _read(document: dict[str, Any], kind: type[A], or_kind: type[B], /) -> A | B: ...
@overload
def _read(
    document: dict[str, Any], kind: type[A], or_kind: type[B], or_else: type[C], /
) -> A | B | C: ...
def _read(document: dict[str, Any], *kinds: type[Any]) -> Any:
    """The answer that *document* writes, which must be one of *kinds*."""
    return _read_any(document, kinds)


def _read_any(document: dict[str, Any], kinds: Iterable[type[Any]]) -> Any:
    fields = dict(document)
    name = fields.pop("kind")
    return msgspec.convert(fields, next(kind for kind in kinds if kind.__name__ == name))
