"""People of the API's tests, and how their codes are found."""

from collections.abc import Callable

from attrs import frozen
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Engine, text

PASSWORD = "nine tall oaks by the lake"
ORIGIN = "http://localhost:3000"

Client = TestClient[Litestar]


@frozen
class Person:
    """Somebody signed in, with a bearer token."""

    account_id: str
    email: str
    access: str
    refresh: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}


Join = Callable[..., Person]


def mailed_code(engine: Engine, email: str) -> str:
    """The newest code on its way to *email*."""
    statement = text(
        "SELECT payload->'data'->>'code' FROM work_items"
        " WHERE handler = 'send_email' AND payload->>'to' = :email"
        " AND payload->>'template' = 'sign_up_code' ORDER BY work_id DESC LIMIT 1"
    )
    with engine.connect() as connection:
        return str(connection.scalar(statement, {"email": email}))
