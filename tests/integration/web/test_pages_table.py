"""The table of pages is whole: each page is in it, and each test that it names exists."""

import ast
import re
from typing import Final

import pytest

from tests.integration.house.test_money_rules import ROOT, defined, found, named, rows
from tests.integration.http.routes import Route
from tests.integration.web.test_page_gates import ROUTES
from tools.messages import WEB

PAGE: Final = ROOT / "docs" / "contexts" / "pages.md"
TABLES: Final = (
    "How they are made",
    "What people find",
    "What must hold",
    "Rules that people see",
)
ROWS: Final = [row for heading in TABLES for row in rows(PAGE, heading)]
ADDRESS: Final = re.compile(r"`(/[\w/{}-]*)`")
FOREIGN: Final = frozenset({"urllib.request", "subprocess", "sqlite3", "httpx", "sqlalchemy"})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row[0])[:60])
def test_every_row_names_pages_and_tests_that_exist(row: list[str]) -> None:
    addresses = {route.template for route in ROUTES}
    assert set(ADDRESS.findall(row[1])) <= addresses
    tests = named(row[2])
    assert tests, f"{row[0]} names no test"
    for path, names in tests:
        files = found(path)
        assert len(files) == 1, f"{path} means {files}"
        assert names in defined(files[0]), f"{path} has no {'::'.join(names)}"


def _who(route: Route) -> str:
    access = route.policy.access
    permissions = sorted(f"`{each}`" for each in access.permissions)
    joined = " or " if access.any_of else ", "
    return joined.join(permissions) or ("signed in" if access.signed_in else "anybody")


def test_every_page_is_in_the_table_with_who_may_open_it() -> None:
    """AC-41."""
    routes = sorted(ROUTES, key=lambda route: (route.template, route.method))
    told = [tuple(row) for row in rows(PAGE, "Every page")]
    assert told == [(f"`{each.template}`", each.method, _who(each)) for each in routes]


def test_pages_ask_nobody_but_use_cases() -> None:
    """No database and no server of their own, not even this one; nor a statement for one."""
    for file in sorted(WEB.rglob("*.py")):
        tree = ast.parse(file.read_text())
        for node in ast.walk(tree):
            names = (
                [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            asked = {name for name in names if name.split(".")[0] in FOREIGN or name in FOREIGN}
            assert not asked, f"{file.name} imports {asked}"
            assert not any(name.split(".")[0] == "adapters" for name in names), file.name
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                sql = re.match(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s\S+\s", node.value)
                assert sql is None, f"{file.name}: {node.value[:60]}"
