"""Settings: read once, refused with a reason: OP-1, OP-2, SE-38, SE-40, SE-42."""

import base64
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from entrypoints.keys import read_keys
from entrypoints.settings import Settings, read_settings
from entrypoints.tiers import Refused, SiteMode, Tier
from instainstru_core.availability.model.rules import DEFAULT_RULES, CalendarRules, PublicDetail

VARIABLES = ["SIGNING_KEY", "PEPPER", "WEBHOOK_SECRET", "PROCESSOR_KEY", "LEDGER_KEY"]
HOSTED = {
    "SITE_MODE": "prod",
    "PROD_DATABASE_URL": "postgresql://app:hunter2@db.neon.tech/shop",
    **{name: base64.b64encode(sha256(name.encode()).digest()).decode() for name in VARIABLES},
}


def local(tmp_path: Path, **more: str) -> Settings:
    """The settings of a laptop."""
    url = "postgresql://me:hunter2@localhost/shop_int"
    return read_settings({"DATABASE_URL": url, "DATA_DIR": str(tmp_path), **more})


def refusal(environment: dict[str, str]) -> Refused:
    """The refusal that this environment gets."""
    with pytest.raises(Refused) as caught:
        read_settings(environment)
    return caught.value


def test_laptop_needs_a_database_and_nothing_else(tmp_path: Path) -> None:
    settings = local(tmp_path)
    assert (settings.mode, settings.tier) == (SiteMode.INT, Tier.INT)
    assert settings.valkey_url is None
    assert not settings.demo
    assert settings.public_url == "http://127.0.0.1:8000"


def test_sample_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first = local(tmp_path).keys
    assert local(tmp_path).keys == first
    made = {first.signing, first.pepper, first.webhook, first.processor, first.ledger}
    assert len(made) == 5
    files = list((tmp_path / "keys").iterdir())
    assert len(files) == 5
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_processes_that_start_at_once_share_their_sample_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: read_keys({}, samples=tmp_path / "keys"), range(8)))
    assert keys == [keys[0]] * 8


def test_no_secret_shows(tmp_path: Path) -> None:
    for settings in (local(tmp_path), read_settings(HOSTED)):
        shown = repr(settings)
        assert "hunter2" not in shown
        assert repr(settings.keys.signing) not in shown


def test_hosted_mode_reads_its_own_url_only(tmp_path: Path) -> None:
    """Source: OP-2."""
    settings = read_settings({**HOSTED, "DATABASE_URL": "postgresql://localhost/shop_int"})
    assert settings.database_url == HOSTED["PROD_DATABASE_URL"]
    rest = {name: value for name, value in HOSTED.items() if name != "PROD_DATABASE_URL"}
    refused = refusal({**rest, "DATABASE_URL": "postgresql://localhost/shop_int"})
    assert refused.code == "database_url_missing"
    assert "PROD_DATABASE_URL" in str(refused)


def test_prod_url_in_the_int_variable_is_refused() -> None:
    """Source: SE-40."""
    assert refusal({"DATABASE_URL": HOSTED["PROD_DATABASE_URL"]}).code == "url_looks_hosted"


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "key_missing"),
        ("change me", "key_malformed"),
        (base64.b64encode(b"short").decode(), "key_weak"),
        (base64.b64encode(b"a" * 64).decode(), "key_weak"),
    ],
)
def test_hosted_mode_refuses_missing_and_weak_keys(variable: str, value: str, code: str) -> None:
    """Source: SE-42."""
    refused = refusal({**HOSTED, variable: value})
    assert refused.code == code
    assert variable in str(refused)


def test_a_key_serves_one_purpose() -> None:
    """SE-26: none is shared between purposes."""
    refused = refusal({**HOSTED, "PEPPER": HOSTED["WEBHOOK_SECRET"]})
    assert refused.code == "key_shared"
    assert HOSTED["PEPPER"] not in str(refused)


@pytest.mark.parametrize("origin", ["*", "https://*.example.com", "example.com"])
def test_wildcard_origins_are_refused(origin: str) -> None:
    """Source: SE-42, SE-16."""
    assert refusal({**HOSTED, "CORS_ORIGINS": origin}).code == "cors_origin_refused"


def test_hosted_mode_has_no_origins_of_its_own() -> None:
    assert read_settings(HOSTED).origins == ()
    named = read_settings({**HOSTED, "CORS_ORIGINS": "https://a.example, https://b.example"})
    assert named.origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize("variable", ["INSTAINSTRU_DEMO", "INSTAINSTRU_CRASH_AT"])
def test_toys_stay_on_the_int_tier(tmp_path: Path, variable: str) -> None:
    assert refusal({**HOSTED, variable: "1"}).code == "int_only"
    settings = local(tmp_path, **{variable: "1"})
    assert (settings.demo, settings.crash_at) in {(True, None), (False, "1")}


def test_prod_has_no_way_round_its_limits() -> None:
    """Source: SE-11."""
    assert refusal({**HOSTED, "RATE_LIMIT_BYPASS_SECRET": "x" * 40}).code == "bypass_in_prod"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("THREADS", "-1"),
        ("THREADS", "0"),
        ("HTTP_WORKERS", "1.5"),
        ("PROCESSOR_URL", "localhost"),
        ("PUBLIC_URL", "ftp://x"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("METRICS_CREDENTIALS", "nobody"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_malformed_settings_are_named(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(Refused, match=variable) as caught:
        local(tmp_path, **{variable: value})
    assert caught.value.code == "setting_malformed"


def test_well_formed_settings_are_taken(tmp_path: Path) -> None:
    settings = local(
        tmp_path,
        PORT="9000",
        THREADS="7",
        TRUSTED_PROXIES="10.0.0.0/8, ::1/128",
        METRICS_CREDENTIALS="prom:pass:word",
        LOG_LEVEL=" Debug ",
        VALKEY_URL="redis://localhost/1",
    )
    assert settings.port == 9000
    assert settings.threads == 7
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "::1/128"]
    assert settings.metrics_credentials == ("prom", "pass:word")
    assert settings.log_level == "debug"
    assert settings.valkey_url == "redis://localhost/1"
    assert settings.public_url == "http://127.0.0.1:9000"


def test_figures_of_calendars_are_taken_from_json(tmp_path: Path) -> None:
    """Spec 01 §8."""
    text = '{"hold_minutes": 20, "public_detail_level": "summary", "past_edit_window_days": null}'
    rules = local(tmp_path, CALENDAR_RULES=text).calendar_rules
    assert rules == CalendarRules(
        hold_minutes=20, public_detail_level=PublicDetail.SUMMARY, past_edit_window_days=None
    )
    assert local(tmp_path).calendar_rules == DEFAULT_RULES


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "Expected `object`"),
        ("{", "truncated"),
        ('{"hold_minute": 20}', "there is no hold_minute"),
        ('{"hold_minutes": "20"}', "Expected `int`"),
        ('{"hold_minutes": 0}', "hold_minutes"),
        ('{"hold_minutes": 90}', "capped"),
        ('{"availability_retention_days": 29}', "availability_retention_days"),
        ('{"booking_start_step_minutes": 25}', "booking_start_step_minutes"),
        ('{"default_travel_buffer_minutes": 7}', "multiple of 5"),
    ],
)
def test_a_wrong_figure_stops_the_start(tmp_path: Path, text: str, why: str) -> None:
    """Spec 01 §8; AV-29: a retention below 30 days."""
    url = "postgresql://me:hunter2@localhost/shop_int"
    refused = refusal({"DATABASE_URL": url, "DATA_DIR": str(tmp_path), "CALENDAR_RULES": text})
    assert refused.code == "setting_malformed"
    assert why in str(refused)
