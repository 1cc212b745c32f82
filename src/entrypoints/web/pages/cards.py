"""Saved cards: seen, chosen, added and removed. Source: PY-4, PY-67."""

from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from entrypoints.http.policy import policy, requires
from entrypoints.http.problems import status_of
from entrypoints.web.desk import Desk, Keep
from entrypoints.web.forms import NEXT_FIELD, Form
from entrypoints.web.frame import Frame
from entrypoints.web.once import once
from entrypoints.web.paying import BRANDS, lent_cards, refuse_card, student_of, token_of
from entrypoints.web.ways import safe_way, see
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.kernel.errors import DomainError, PaymentRefused
from instainstru_core.payments.errors import (
    CardInUse,
    CardNotFound,
    CardSetupNotFound,
    CardSetupUnfinished,
    OutcomeUnknown,
    PaymentMethodInUse,
    TooManyCards,
)
from instainstru_core.payments.ids import CardId
from instainstru_core.payments.model.cards import MAX_CARDS
from instainstru_core.payments.use_cases.keep_card import (
    AddCard,
    NamedCard,
    add_card,
    choose_default_card,
    remove_card,
)
from instainstru_core.ports import Ports

_PAYERS: Final = requires(Permission.CREATE_BOOKINGS)
_HOME: Final = "/cards"
_REFUSED: Final = (
    CardInUse,
    CardNotFound,
    CardSetupNotFound,
    CardSetupUnfinished,
    OutcomeUnknown,
    PaymentRefused,
    TooManyCards,
)


@get("/cards", sync_to_thread=True, opt=policy(access=_PAYERS, bucket="read", page=True))
def show_cards(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """All my cards, the one that usually pays first."""
    return _list(frame, Form(), principal, ports)


@get("/cards/new", sync_to_thread=True, opt=policy(access=_PAYERS, bucket="read", page=True))
def show_new_card(
    frame: NamedDependency[Frame],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    next: FromQuery[str] = _HOME,  # noqa: A002
) -> Response[Any]:
    """The processor's form; in a demonstration its cards, with what each of them does."""
    return _new(frame, Form(), principal, ports, way=safe_way(next, otherwise=_HOME))


@post("/cards", sync_to_thread=True, opt=policy(access=_PAYERS, bucket="write", page=True))
def do_add_card(desk: NamedDependency[Desk]) -> Response[Any]:
    """Keep a card, and go on where it was wanted."""
    frame, form, principal, ports = desk.frame, desk.form, desk.principal, desk.ports
    way = safe_way(form[NEXT_FIELD], otherwise=_HOME)

    def add(answer: Keep) -> None:
        add_card(
            _asked(frame, form, principal),
            begin=ports.begin,
            gateway=ports.gateway,
            ids=ports.ids,
            clock=ports.clock,
            answer=answer,
        )

    def again(status: int) -> Response[Any]:
        return _new(frame, form, principal, ports, way=way, status=status)

    return desk.act(add, again=again, leads_to=way, said="card_added", refuse=_refuse)


def _refuse(desk: Desk, error: DomainError) -> None:
    if isinstance(error, _REFUSED):
        refuse_card(desk.frame, desk.form, error)


@post(
    "/cards/{card_id:str}/usual",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="write", page=True),
)
def do_choose_card(
    card_id: FromPath[CardId],
    request: Request[Any, Any, Any],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Redirect:
    """This card pays from now on where none is named."""
    with once(request, form, principal=principal, ports=ports) as sent:
        choose_default_card(
            NamedCard(student_id=student_of(principal), card_id=card_id),
            begin=ports.begin,
            answer=sent.answer(lambda _: _HOME),
        )
    return see(_HOME, said="saved")


@post(
    "/cards/{card_id:str}/removal",
    sync_to_thread=True,
    opt=policy(access=_PAYERS, bucket="write", page=True),
)
def do_remove_card(
    card_id: FromPath[CardId],
    frame: NamedDependency[Frame],
    form: NamedDependency[Form],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
) -> Response[Any]:
    """Forget a card; one that is gone already is gone."""
    try:
        remove_card(
            NamedCard(student_id=student_of(principal), card_id=card_id),
            begin=ports.begin,
            clock=ports.clock,
        )
    except CardNotFound:
        return see(_HOME)
    except PaymentMethodInUse as error:
        form.refused_by(error)
        return _list(frame, form, principal, ports, status=status_of(error))
    return see(_HOME, said="card_removed")


def _asked(frame: Frame, form: Form, principal: Principal) -> AddCard:
    student = student_of(principal)
    if frame.config.publishable_key is not None and form["setup"]:
        return AddCard(student_id=student, setup=form["setup"])
    return AddCard(student_id=student, token=token_of(frame, form["card"]))


def _list(
    frame: Frame, form: Form, principal: Principal, ports: Ports, *, status: int = 200
) -> Response[Any]:
    with ports.read() as reads:
        cards = reads.payment_queries.cards(student_of(principal))
    return frame.page(
        "cards",
        status=status,
        form=form,
        cards=cards,
        brands=BRANDS,
        is_full=len(cards) >= MAX_CARDS,
    )


def _new(
    frame: Frame,
    form: Form,
    principal: Principal,
    ports: Ports,
    *,
    way: str,
    status: int = 200,
) -> Response[Any]:
    with ports.read() as reads:
        cards = reads.payment_queries.cards(student_of(principal))
    return frame.page(
        "new_card",
        status=status,
        form=form,
        lent=lent_cards(frame, cards),
        brands=BRANDS,
        way=way,
    )


PAGES: Final = [show_cards, show_new_card, do_add_card, do_choose_card, do_remove_card]
