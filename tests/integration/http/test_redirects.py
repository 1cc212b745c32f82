"""Where somebody may be sent afterwards. Source: SE-19."""

import pytest

from entrypoints.http.redirects import redirect_target

SITE = "https://app.instainstru.com"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("/payouts?done=1", f"{SITE}/payouts?done=1"),
        ("/", f"{SITE}/"),
        ("https://instainstru.com/x", "https://instainstru.com/x"),
        ("https://beta.instainstru.com:443/", "https://beta.instainstru.com:443/"),
        ("https://INSTAINSTRU.com", "https://INSTAINSTRU.com"),
    ],
)
def test_our_own_pages_are_targets_everywhere(text: str, target: str) -> None:
    """SE-19: a path, or https on our domain."""
    assert redirect_target(text, site=SITE, hosted=True) == target
    assert redirect_target(text, site=SITE, hosted=False) == target


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "payouts",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
        ),
        *("/a\nb", " https://instainstru.com", "javascript:alert(1)", "data:text/html,x"),
        *("http://instainstru.com", "https://instainstru.com:8443", "https://evil.example"),
        *(
            "https://me@instainstru.com",
            "https://me:pw@instainstru.com",
            "https://@instainstru.com",
        ),
        *("https://instainstru.com.evil.example", "https://notinstainstru.com", "https://"),
        *("https://evil.example/https://instainstru.com", "https://instainstru.com\\@evil.example"),
        *("https://instainstru.com:x", "http://[", "https://[::1", "ftp://localhost"),
    ],
)
def test_nothing_else_is_one(text: str) -> None:
    """SE-19: no other scheme, host, port or userinfo, and nothing that browsers read anew."""
    assert redirect_target(text, site=SITE, hosted=True) is None
    assert redirect_target(text, site=SITE, hosted=False) is None


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:5173/payouts",
        "https://127.0.0.1:9999",
        "http://localhost",
        "http://beta-local.instainstru.com:3000/",
    ],
)
def test_a_laptop_is_a_target_only_for_itself(text: str) -> None:
    """SE-19: any port of it in local mode, none in hosted modes."""
    assert redirect_target(text, site=SITE, hosted=False) == text
    assert redirect_target(text, site=SITE, hosted=True) is None
