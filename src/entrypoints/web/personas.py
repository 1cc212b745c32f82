"""Who one can be in a demonstration: the sample people that seeding has left a note of."""

import json
from typing import Final

from attrs import field, frozen

from entrypoints.http.config import HttpConfig
from entrypoints.web.marks import N_
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.model import Account, Role
from instainstru_core.ports import Ports


@frozen
class Persona:
    """Somebody made up; the password of all of them is well known."""

    role: Role
    email: str
    password: str = field(repr=False)


NAMES: Final = {
    Role.STUDENT: N_("The student"),
    Role.INSTRUCTOR: N_("The instructor"),
    Role.ADMIN: N_("The administrator"),
}
DOINGS: Final = {
    Role.STUDENT: N_("Finds, books and pays for lessons, moves them and calls them off."),
    Role.INSTRUCTOR: N_("Opens weeks, teaches, and sees what every lesson brings."),
    Role.ADMIN: N_("Looks after everything, through the API and its documentation."),
}
LANDINGS: Final = {
    Role.STUDENT: "/lessons",
    Role.INSTRUCTOR: "/teach",
    Role.ADMIN: "/demo/accounts",
}
"""Where each of them begins."""


def personas(config: HttpConfig) -> dict[Role, Persona]:
    """The people of the note; nobody where there is none, or not yet."""
    note = config.accounts_note
    if note is None or not note.exists():
        return {}
    rows = json.loads(note.read_text(encoding="utf-8"))
    found = (Persona(Role(each["role"]), each["email"], each["password"]) for each in rows)
    return {each.role: each for each in found}


def account_of(persona: Persona, ports: Ports) -> Account | None:
    """The account behind *persona*."""
    with ports.read() as reads:
        return reads.doors.credentials(Email.parse(persona.email).key)
