"""Which database a process may open: SE-38, SE-39, SE-40, SE-41, OP-1, OP-2."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrypoints.tiers import Refused, SiteMode, Tier, mask_url, select_tier, site_mode, vet_url

SECRET = "hunter2"
INT_URL = f"postgresql://me:{SECRET}@localhost:5432/shop_int"


@pytest.mark.parametrize(
    ("word", "tier", "variable"),
    [
        ("prod", Tier.PROD, "PROD_DATABASE_URL"),
        (" Production ", Tier.PROD, "PROD_DATABASE_URL"),
        ("LIVE", Tier.PROD, "PROD_DATABASE_URL"),
        ("beta", Tier.PROD, "PROD_DATABASE_URL"),
        ("preview", Tier.STG, "PREVIEW_DATABASE_URL"),
        ("stg", Tier.STG, "STG_DATABASE_URL"),
        ("stage", Tier.STG, "STG_DATABASE_URL"),
        ("staging", Tier.STG, "STG_DATABASE_URL"),
        ("local", Tier.STG, "STG_DATABASE_URL"),
        ("dev", Tier.STG, "STG_DATABASE_URL"),
        ("development", Tier.STG, "STG_DATABASE_URL"),
        ("int", Tier.INT, "DATABASE_URL"),
        ("test", Tier.INT, "DATABASE_URL"),
        ("ci", Tier.INT, "DATABASE_URL"),
        ("  ", Tier.INT, "DATABASE_URL"),
    ],
)
def test_mode_selects_the_tier(word: str, tier: Tier, variable: str) -> None:
    """Source: SE-38."""
    selection = select_tier({"SITE_MODE": word})
    assert (selection.tier, selection.url_variable) == (tier, variable)


def test_unset_mode_is_int() -> None:
    """Source: OP-1."""
    assert select_tier({}).mode is SiteMode.INT


@pytest.mark.parametrize("word", ["prd", "production!", "integration", "0"])
def test_misspelt_mode_never_runs(word: str) -> None:
    """Source: OP-1."""
    with pytest.raises(Refused, match="SITE_MODE") as refusal:
        select_tier({"SITE_MODE": word})
    assert refusal.value.code == "site_mode_unknown"


@given(
    mode=st.one_of(st.text(max_size=12), st.sampled_from(["prod", "stg", "preview"])),
    sign=st.sampled_from([("PYTEST_CURRENT_TEST", "x"), ("PYTEST_VERSION", "9"), ("CI", "true")]),
)
def test_test_runner_always_selects_int(mode: str, sign: tuple[str, str]) -> None:
    """Property 12 of spec 06: whatever else is set. Source: SE-38, OP-2."""
    selection = select_tier({"SITE_MODE": mode, "PROD_DATABASE_URL": "x", sign[0]: sign[1]})
    assert (selection.tier, selection.url_variable) == (Tier.INT, "DATABASE_URL")


def test_this_very_run_is_under_test() -> None:
    assert select_tier({**os.environ, "SITE_MODE": "prod"}).tier is Tier.INT


@pytest.mark.parametrize(
    "host",
    [
        "db.supabase.co",
        "x.eu-1.rds.AMAZONAWS.com:5432",
        "ep-1.neon.tech",
        "a,db.render.com",
        "me.aiven.io",
    ],
)
@pytest.mark.parametrize("tier", [Tier.INT, Tier.STG])
def test_hosted_url_is_refused_below_prod(host: str, tier: Tier) -> None:
    """Source: SE-40."""
    url = f"postgresql://me:{SECRET}@{host}/shop_test"
    with pytest.raises(Refused) as refusal:
        vet_url(tier, url)
    assert refusal.value.code == "url_looks_hosted"
    assert SECRET not in str(refusal.value)
    assert vet_url(Tier.PROD, url) == url


def test_hosted_name_does_not_hide_in_the_query() -> None:
    """Source: SE-40."""
    with pytest.raises(Refused, match="looks hosted"):
        vet_url(Tier.INT, "postgresql:///shop_test?host=db.neon.tech")


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("shop_int", True),
        ("TEST", True),
        ("shop-ci-7", True),
        ("testing.shop", True),
        ("shop", False),
        ("points", False),
        ("inttest", False),
        ("production", False),
    ],
)
def test_int_database_is_marked_in_its_name(name: str, *, marked: bool) -> None:
    """Source: SE-40."""
    url = f"postgresql://localhost/{name}"
    if marked:
        assert vet_url(Tier.INT, url) == url
    else:
        with pytest.raises(Refused) as refusal:
            vet_url(Tier.INT, url)
        assert refusal.value.code == "int_url_name_unmarked"
    assert vet_url(Tier.STG, url) == url


@pytest.mark.parametrize("url", ["mysql://localhost/shop_int", "postgresql://localhost", "", "x"])
def test_what_is_no_database_url_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refusal:
        vet_url(Tier.INT, url)
    assert refusal.value.code == "url_malformed"


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        (INT_URL, "postgresql://***:***@localhost:5432/shop_int"),
        ("postgresql://localhost/shop_int", "postgresql://***:***@localhost/shop_int"),
        ("postgresql://me:a@b@host/x?password=hunter2", "postgresql://***:***@host/x"),
        ("postgresql://me@/x_int?host=/run/pg", "postgresql://***:***@/run/pg/x_int"),
    ],
)
def test_masked_url_has_no_credentials(url: str, masked: str) -> None:
    """Source: SE-41."""
    assert mask_url(url) == masked


def test_hosted_modes_are_those_strangers_reach() -> None:
    hosted = {mode for mode in SiteMode if mode.is_hosted}
    assert hosted == {SiteMode.PROD, SiteMode.PREVIEW, SiteMode.STG}
    assert site_mode("LIVE").is_hosted
