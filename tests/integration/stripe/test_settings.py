"""Which processor is asked, and with which keys: SE-42, ADR 0020."""

from pathlib import Path

import pytest

from entrypoints.bootstrap import ports
from entrypoints.http.config import HttpConfig
from entrypoints.processor_settings import API_URL
from entrypoints.settings import Settings, read_settings
from entrypoints.tiers import Refused
from tests.integration.house.test_settings import HOSTED

KEYS = {
    "PAYMENT_PROCESSOR": "stripe",
    "STRIPE_SECRET_KEY": "sk_test_0123456789abcdef",
    "STRIPE_PUBLISHABLE_KEY": "pk_test_0123456789abcdef",
    "STRIPE_WEBHOOK_SECRETS": "whsec_0123456789abcdef, whsec_fedcba9876543210",
}
LIVE = {name: value.replace("_test_", "_live_") for name, value in KEYS.items()}


def local(tmp_path: Path, **more: str) -> Settings:
    """The settings of a laptop."""
    url = "postgresql://me:hunter2@localhost/shop_int"
    return read_settings({"DATABASE_URL": url, "DATA_DIR": str(tmp_path), **more})


def test_the_simulator_is_used_unless_told_otherwise(tmp_path: Path) -> None:
    assert local(tmp_path).stripe is None
    assert local(tmp_path, PAYMENT_PROCESSOR="simulator").stripe is None


def test_stripe_is_used_with_its_keys(tmp_path: Path) -> None:
    stripe = local(tmp_path, **KEYS).stripe
    assert stripe is not None
    assert stripe.secret_key == KEYS["STRIPE_SECRET_KEY"]
    assert stripe.webhook_secrets == (b"whsec_0123456789abcdef", b"whsec_fedcba9876543210")
    assert stripe.url == API_URL


def test_the_browser_is_given_the_publishable_key_alone(tmp_path: Path) -> None:
    """SE-42."""
    config = HttpConfig.of(local(tmp_path, **KEYS))
    assert config.publishable_key == KEYS["STRIPE_PUBLISHABLE_KEY"]
    assert KEYS["STRIPE_SECRET_KEY"] not in repr(config)
    assert HttpConfig.of(local(tmp_path)).publishable_key is None


def test_no_key_shows(tmp_path: Path) -> None:
    """SE-42."""
    shown = repr(local(tmp_path, **KEYS))
    assert "0123456789abcdef" not in shown.replace(KEYS["STRIPE_PUBLISHABLE_KEY"], "")
    assert "fedcba" not in shown


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"PAYMENT_PROCESSOR": "piggybank"}, "setting_malformed"),
        ({"STRIPE_SECRET_KEY": ""}, "key_missing"),
        ({"STRIPE_SECRET_KEY": "hunter2hunter2hunter2"}, "key_malformed"),
        ({"STRIPE_SECRET_KEY": LIVE["STRIPE_SECRET_KEY"]}, "stripe_key_of_other_mode"),
        ({"STRIPE_PUBLISHABLE_KEY": LIVE["STRIPE_PUBLISHABLE_KEY"]}, "stripe_key_of_other_mode"),
        ({"STRIPE_PUBLISHABLE_KEY": KEYS["STRIPE_SECRET_KEY"]}, "key_malformed"),
        ({"STRIPE_WEBHOOK_SECRETS": ""}, "key_malformed"),
        ({"STRIPE_WEBHOOK_SECRETS": "whsec_0123456789abcdef,"}, "key_malformed"),
        ({"STRIPE_URL": "ftp://stripe.test"}, "setting_malformed"),
        ({"INSTAINSTRU_DEMO": "1"}, "stripe_in_demo"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, change: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as caught:
        local(tmp_path, **(KEYS | change))
    assert caught.value.code == code


def hosted(monkeypatch: pytest.MonkeyPatch, **more: str) -> Settings:
    """The settings of PROD."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    return read_settings({**HOSTED, "VALKEY_URL": "redis://cache", **more})


def test_test_keys_are_refused_in_prod(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused) as caught:
        hosted(monkeypatch, **KEYS)
    assert caught.value.code == "stripe_key_of_other_mode"


def test_no_other_address_than_stripes_in_prod(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused) as caught:
        hosted(monkeypatch, **LIVE, STRIPE_URL="https://stripe.example")
    assert caught.value.code == "int_only"


@pytest.mark.parametrize(
    ("keys", "code"), [({}, "processor_is_simulated"), (LIVE, "gates_missing")]
)
def test_prod_does_not_open_before_its_gates_exist(
    monkeypatch: pytest.MonkeyPatch, keys: dict[str, str], code: str
) -> None:
    """ADR 0020."""
    with pytest.raises(Refused) as caught:
        ports(hosted(monkeypatch, **keys))
    assert caught.value.code == code
