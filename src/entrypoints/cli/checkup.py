"""Is everything there that the platform needs? Source: OP-2, OP-5, SE-40, SE-42."""

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from entrypoints import database
from entrypoints.cli import money
from entrypoints.settings import Settings, read_settings
from entrypoints.tiers import Refused, mask_url


@frozen
class Finding:
    """What was looked at, whether it is well, and what there is to say."""

    what: str
    is_well: bool
    says: str


def examine(environment: Mapping[str, str]) -> Sequence[Finding]:
    """Look at everything; what depends on something ill is left out."""
    try:
        settings = read_settings(environment)
    except Refused as refusal:
        return [Finding("settings", is_well=False, says=str(refusal))]
    mode = f"{settings.mode}, tier {settings.tier}, {mask_url(settings.database_url)}"
    findings = [Finding("settings", is_well=True, says=mode)]
    server = _look("database", lambda: f"PostgreSQL {database.server_version(settings)}")
    findings.append(server)
    if server.is_well:
        schema = _look("schema", lambda: _schema(settings))
        findings += [schema, _look("stamp", lambda: _stamp(settings))]
        if schema.is_well:
            findings.append(_look("due work", lambda: _due_work(settings)))
            findings.append(_look("books", lambda: _books(settings)))
            findings.append(_look("chain", lambda: money.chain(settings)))
            findings.append(_look("differences", lambda: money.differences(settings)))
            findings.append(_look("reviews", lambda: money.reviews(settings)))
            findings.append(_look("authorisations", lambda: _authorisations(settings)))
    findings.append(_look("valkey", lambda: _valkey(settings)))
    return findings


def _look(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, is_well=True, says=look())
    except RuntimeError as error:
        return Finding(what, is_well=False, says=str(error))


def _schema(settings: Settings) -> str:
    state = database.schema_state(settings)
    if not state.is_current:
        message = f"at {state.at}, but this release needs {state.newest}: run `migrate`"
        raise Refused("schema_not_current", message)
    return f"at {state.at}"


def _stamp(settings: Settings) -> str:
    database.check_tier(settings)
    return f"{settings.tier}"


def _due_work(settings: Settings) -> str:
    dead = database.dead_work(settings)
    if dead:
        message = f"{dead} pieces of work have failed for good: look at `work_items` where `dead`"
        raise Refused("dead_work", message)
    return "nothing has failed for good"


def _books(settings: Settings) -> str:
    since = database.books_since_breach(settings)
    if since is not None:
        message = f"not balanced since {since:%Y-%m-%d %H:%M %Z}: transfers wait; see the ledger"
        raise Refused("ledger_breach", message)
    return "balanced, when last checked"


def _authorisations(settings: Settings) -> str:
    health = database.authorisation_health(settings)
    if health.stalled:
        message = (
            f"{health.overdue} holds are overdue; in two hours {health.granted} were granted and"
            f" {health.unpaid} that fell due were not: see that a worker runs, and the processor"
        )
        raise Refused("authorisations_stalled", message)
    return f"{health.overdue} holds are overdue"


def _valkey(settings: Settings) -> str:
    if settings.valkey_url is None:
        message = "VALKEY_URL is not set: set it, or run `make demo`, which brings its own"
        raise Refused("valkey_missing", message)
    return f"Valkey {database.valkey_version(settings.valkey_url)}"
