"""Connected accounts, the money moved to them, and what they pay out.

Stripe API pages: Accounts, Account links, Login links, Transfers, Transfer reversals, Payouts,
Balance, Balance settings; Instant payouts for Connect.
"""

from tests.integration.stripe.server.faults import Refusal, missing, state, wrong
from tests.integration.stripe.server.forms import Doc
from tests.integration.stripe.server.state import CREDIT, PLATFORM, Books, day

ARRIVES_AFTER = 2 * 86_400
INSTANT_FEE_BPS = 150
LINK_SECONDS = 300


def create_account(books: Books, params: Doc) -> Doc:
    """A new Express account, of which nothing is known yet."""
    if params["type"] != "express" or params["capabilities"]["transfers"] != {"requested": "true"}:
        raise wrong("type", "this server knows Express accounts with transfers only")
    made = books.add(
        "acct",
        "account",
        {
            "type": "express",
            "charges_enabled": False,
            "deauthorised": False,
            "details_submitted": False,
            "metadata": params.get("metadata", {}),
            "payouts_enabled": False,
            "requirements": {"currently_due": ["individual.first_name"], "past_due": []},
        },
    )
    books.balances[made["id"]] = 0
    books.schedules[made["id"]] = {"interval": "daily"}
    books.effect("account", made["id"])
    return made


def link(books: Books, params: Doc, *, base: str) -> Doc:
    """An address for onboarding, good for five minutes and for one visit."""
    books.connected(params["account"])
    if params["type"] != "account_onboarding" or not params["refresh_url"]:
        raise wrong("type", "account_onboarding needs a refresh_url")
    expires = books.now() + LINK_SECONDS
    made = books.add("alnk", "account_link", {"expires_at": expires, **params})
    made["url"] = f"{base}/setup/e/{made['id']}"
    return made


def login_link(books: Books, account: str, *, base: str) -> Doc:
    """An address for the account's own pages."""
    if not books.connected(account)["details_submitted"]:
        raise state("account_onboarding_incomplete", "Cannot create a login link before onboarding")
    made = books.add("lnk", "login_link", {})
    made["url"] = f"{base}/express/{account}/{made['id']}"
    return made


def onboard(books: Books, url: str) -> str:
    """The instructor fills in everything; where they go then."""
    page = books.get(url.rpartition("/")[2], "account_link")
    assert books.now() < page["expires_at"]
    change(books, page["account"], charges=True, payouts=True, requirements=[])
    return str(page["return_url"])


def change(
    books: Books, account: str, *, charges: bool, payouts: bool, requirements: list[str]
) -> None:
    """Stripe's staff, or its own checks, change what the account may do."""
    about = books.connected(account)
    about |= {
        "charges_enabled": charges,
        "details_submitted": True,
        "payouts_enabled": payouts,
        "requirements": {"currently_due": requirements, "past_due": []},
    }
    books.emit("account.updated", about, account=account)


def leave(books: Books, account: str) -> None:
    """The instructor leaves the platform."""
    about = books.connected(account)
    about["deauthorised"] = True
    books.emit("account.application.deauthorized", {"id": "ca_platform"}, account=account)


def transfer(books: Books, params: Doc) -> Doc:
    """Move money to a connected account."""
    amount, name = int(params["amount"]), params["destination"]
    account = books.objects.get(name)
    if account is None or account["deauthorised"]:
        raise missing("destination", name, param="destination", status=400)
    if not account["charges_enabled"]:
        raise state(
            "insufficient_capabilities_for_transfer",
            "Your destination account needs to have at least one of the following capabilities"
            " enabled: transfers, crypto_transfers, legacy_payments",
        )
    charge = _source(books, params.get("source_transaction"), amount)
    if charge is None and amount > books.balances[PLATFORM] + CREDIT:
        raise state("balance_insufficient", "You have insufficient available funds.")
    made = books.add(
        "tr",
        "transfer",
        {
            "amount": amount,
            "amount_reversed": 0,
            "currency": params["currency"],
            "destination": name,
            "metadata": params.get("metadata", {}),
            "source_transaction": params.get("source_transaction"),
            "transfer_group": params.get("transfer_group"),
        },
    )
    if charge is not None:
        charge["amount_transferred"] += amount
    books.balances[name] += amount
    books.book("transfer", made["id"], -amount)
    books.effect("transfer", made["id"])
    books.emit("transfer.created", made)
    return made


def _source(books: Books, name: str | None, amount: int) -> Doc | None:
    if name is None:
        return None
    charge = books.objects.get(name)
    if charge is None:
        raise missing("charge", name, param="source_transaction", status=400)
    if charge["amount_transferred"] + amount > charge["amount_captured"]:
        message = "Transfers using this transaction as a source must not exceed the source amount"
        raise Refusal(400, None, message, "amount")
    return charge


def reverse(books: Books, name: str, params: Doc) -> Doc:
    """Take part of a transfer back."""
    made, amount = books.get(name, "transfer"), int(params["amount"])
    account = made["destination"]
    if amount > made["amount"] - made["amount_reversed"]:
        raise Refusal(400, None, "Reversal amount is greater than unreversed amount", "amount")
    if books.objects[account]["deauthorised"]:
        raise state("account_invalid", "The account has left the platform.")
    if amount > books.balances[account]:
        raise state("balance_insufficient", "The connected account has insufficient funds.")
    taken = books.add(
        "trr",
        "transfer_reversal",
        {
            "amount": amount,
            "currency": "usd",
            "metadata": params.get("metadata", {}),
            "transfer": name,
        },
    )
    made["amount_reversed"] += amount
    books.balances[account] -= amount
    books.book("transfer_refund", taken["id"], amount)
    books.effect("reversal", taken["id"])
    books.emit("transfer.reversed", made)
    return taken


def balance(books: Books, account: str) -> Doc:
    """What there is. All is available at once here; Stripe lets money rest for days."""
    if account != PLATFORM:
        books.connected(account)
    cents = books.balances[account]
    allowed = account != PLATFORM and books.objects[account]["payouts_enabled"]
    instant = max(0, cents) if allowed else 0
    net = instant - _instant_fee(instant)
    return {
        "object": "balance",
        "available": [{"amount": cents, "currency": "usd"}],
        "pending": [{"amount": 0, "currency": "usd"}],
        "instant_available": [
            {
                "amount": instant,
                "currency": "usd",
                "net_available": [{"amount": net, "destination": "ba_1"}],
            }
        ],
    }


def _instant_fee(cents: int) -> int:
    return -(-cents * INSTANT_FEE_BPS // 10_000)


def settings(books: Books, account: str) -> Doc:
    """How the account pays out."""
    books.connected(account)
    schedule = {"schedule": dict(books.schedules[account]), "status": "enabled"}
    timing = {"settlement_timing": {"delay_days": 2}, "debit_negative_balances": True}
    return {"object": "balance_settings", "payments": {"payouts": schedule, **timing}}


def change_settings(books: Books, account: str, params: Doc) -> Doc:
    """Pay out on other days."""
    wanted = params["payments"]["payouts"]["schedule"]
    fitting = {"daily": None, "weekly": "weekly_payout_days", "monthly": "monthly_payout_days"}
    needed = fitting[wanted["interval"]]
    if wanted.keys() - {"interval"} != ({needed} if needed else set()):
        raise wrong("payments[payouts][schedule]", f"{wanted['interval']} needs {needed}")
    if "monthly_payout_days" in wanted:
        wanted["monthly_payout_days"] = [int(each) for each in wanted["monthly_payout_days"]]
    if books.schedules[account] != wanted:
        books.schedules[account] = wanted
        books.effect("schedule", account)
        books.emit("balance_settings.updated", settings(books, account), account=account)
    return settings(books, account)


def instant_payout(books: Books, account: str, params: Doc) -> Doc:
    """Pay out at once."""
    if params["method"] != "instant":
        raise wrong("method", "standard payouts go by schedule here")
    if not books.connected(account)["payouts_enabled"]:
        raise state("payouts_not_allowed", "Payouts are disabled on this account.")
    if int(params["amount"]) > books.balances[account]:
        raise state("balance_insufficient", "You have insufficient funds for this payout.")
    return pay_out(books, account, int(params["amount"]), metadata=params.get("metadata", {}))


def pay_out(
    books: Books, account: str, amount: int | None = None, *, metadata: Doc | None = None
) -> Doc:
    """All that there is goes to the bank as scheduled, or *amount* at once."""
    cents = books.balances[account] if amount is None else amount
    fee = 0 if amount is None else _instant_fee(cents)
    booked = books.add(
        "txn",
        "balance_transaction",
        {"amount": -cents, "fee": fee, "net": -cents - fee, "type": "payout", "currency": "usd"},
        account=account,
    )
    arrival = books.now() + (ARRIVES_AFTER if amount is None else 0)
    made = books.add(
        "po",
        "payout",
        {
            "amount": cents,
            "arrival_date": day(arrival),
            "balance_transaction": booked["id"],
            "currency": "usd",
            "failure_code": None,
            "failure_message": None,
            "metadata": metadata or {},
            "method": "standard" if amount is None else "instant",
            "status": "in_transit",
        },
        account=account,
    )
    books.balances[account] -= cents
    books.effect("payout", made["id"])
    books.emit("payout.created", made, account=account)
    return made


def land(books: Books, name: str, status: str) -> Doc:
    """What the bank says about a payout."""
    made = books.objects[name]
    made["status"] = status
    account = books.owners[name]
    if status == "failed":
        message = "The bank account has been closed."
        made |= {"failure_code": "account_closed", "failure_message": message}
    if status != "paid":
        books.balances[account] += made["amount"]
    books.emit(f"payout.{status}", made, account=account)
    return made
