"""What is packed is sent to those who can unpack it."""

import pytest
from litestar.testing import TestClient

from entrypoints.web.assets import asset_url, takes_gzip
from instainstru_core.testing.world import World
from tests.integration.http.serving import lent
from tests.integration.web.conftest import CONFIG, app_of

TAKEN = ["gzip", "GZIP", "br, gzip;q=0.5", "deflate , gzip ; q=1.0", "*", "br;q=0, *;q=0.1"]
REFUSED = ["", "identity", "br", "gzip;q=0", "gzip; q=0.000, br", "gzip;Q=0, *", "*;q=0", "xgzip"]


@pytest.mark.parametrize("accepted", TAKEN)
def test_who_takes_gzip(accepted: str) -> None:
    """RFC 9110 §12.5.3."""
    assert takes_gzip(accepted)


@pytest.mark.parametrize("accepted", REFUSED)
def test_who_takes_none(accepted: str) -> None:
    assert not takes_gzip(accepted)


@pytest.mark.parametrize("path", ["/sign-in", asset_url("style.css")])
def test_nothing_is_packed_for_who_refuses_it(path: str) -> None:
    with lent(World().ports, CONFIG, app_of) as app, TestClient(app) as client:
        answers = [
            client.get(path, headers={"Accept": "text/html", "Accept-Encoding": accepted})
            for accepted in ("br, gzip;q=0", "gzip")
        ]
    assert [each.headers.get("Content-Encoding") for each in answers] == [None, "gzip"]
    assert all("Accept-Encoding" in each.headers["Vary"] for each in answers)
