"""What was paid for a lesson, to be printed and filed. Source: PY-55."""

from typing import Annotated, Any, Final

from litestar import Request, Response, Router, get
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, QueryParameter

from entrypoints.documents.receipt_page import receipt_page
from entrypoints.documents.receipt_pdf import receipt_pdf
from entrypoints.http.openapi import documented
from entrypoints.http.policy import policy, requires
from instainstru_core.accounts.model import Permission, Principal
from instainstru_core.booking.ids import BookingId
from instainstru_core.payments.use_cases.statements.read_receipt import read_receipt
from instainstru_core.ports import Ports

HTML: Final = "text/html"
PDF: Final = "application/pdf"
_CSP: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none';"
    " form-action 'none'"
)
_READERS: Final = requires(Permission.CREATE_BOOKINGS, Permission.VIEW_FINANCIALS, any_of=True)

Wanted = Annotated[
    str | None,
    QueryParameter(pattern="^(html|pdf)$", description="html or pdf; else what Accept prefers."),
]


def _document(summary: str) -> Any:
    found = documented(summary, refusals=(404,))
    found["responses"][200] = ResponseSpec(
        data_container=str,
        description="A page, or a PDF document.",
        media_type=HTML,
        generate_examples=False,
    )
    return found


@get(
    "/{booking_id:str}/receipt",
    sync_to_thread=True,
    opt=policy(access=_READERS, bucket="read", forms=(PDF,)),
    **_document("Show the receipt of a lesson"),
)
def show_receipt(
    booking_id: FromPath[BookingId],
    request: Request[Any, Any, Any],
    principal: NamedDependency[Principal],
    ports: NamedDependency[Ports],
    format: Wanted = None,  # noqa: A002 - as callers write it
) -> Response[Any]:
    """What was charged for the lesson and given back, for its student; there once it is charged."""
    receipt = read_receipt(booking_id, viewer=principal, read=ports.read)
    wanted = format or ("pdf" if request.accept.best_match([HTML, PDF]) == PDF else "html")
    name = f'inline; filename="receipt-{receipt.number}.{wanted}"'
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": name, "Vary": "Accept"}
    if wanted == "pdf":
        return Response(receipt_pdf(receipt), media_type=PDF, headers=headers)
    headers["Content-Security-Policy"] = _CSP
    return Response(receipt_page(receipt), media_type=HTML, headers=headers)


ROUTER: Final = Router("/bookings", route_handlers=[show_receipt], tags=["Payments"])
