"""Prove a mailbox and register over HTTP. Source: spec 03 §6."""

from enum import StrEnum
from typing import Annotated, Any, Final

from litestar import Request, Response, Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from entrypoints.http.accounts import NameText, ZipText, ZoneText
from entrypoints.http.config import HttpConfig
from entrypoints.http.limits import ask
from entrypoints.http.openapi import documented
from entrypoints.http.policy import PUBLIC, policy
from entrypoints.http.problems import read_at
from entrypoints.http.sessions import (
    EmailText,
    PasswordText,
    SignedInView,
    TokenText,
    Transport,
    signed_in_as,
)
from instainstru_core.accounts.challenges import CODE_LIFE, PROOF_LIFE
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.ids import ChallengeId
from instainstru_core.accounts.model import Role
from instainstru_core.accounts.names import person_name
from instainstru_core.accounts.rate_limits import bucket
from instainstru_core.accounts.use_cases.confirm_email_challenge import (
    ConfirmEmailChallenge,
    confirm_email_challenge,
)
from instainstru_core.accounts.use_cases.register import Register, register
from instainstru_core.accounts.use_cases.start_email_challenge import (
    StartEmailChallenge,
    start_email_challenge,
)
from instainstru_core.kernel.zones import Zone
from instainstru_core.ports import Ports

CodeText = Annotated[str, Meta(pattern="^[0-9]{6}$", examples=["123456"])]


class SignUpRole(StrEnum):
    """What somebody may register as. Source: AC-3."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"


class EmailChallengePurpose(StrEnum):
    """Why a mailbox is proved."""

    SIGN_UP = "sign_up"


class EmailChallengeBody(Struct, forbid_unknown_fields=True):
    """A mailbox to be proved."""

    email: EmailText
    purpose: EmailChallengePurpose = EmailChallengePurpose.SIGN_UP


class EmailChallengeView(Struct):
    """A code was sent, if it may be."""

    id: ChallengeId
    expires_in: Annotated[int, Meta(examples=[300])]


class EmailConfirmationBody(Struct, forbid_unknown_fields=True):
    """The code from the mailbox."""

    code: CodeText


class EmailProofView(Struct):
    """Proof of the mailbox, for one registration."""

    email_proof: str
    expires_in: Annotated[int, Meta(examples=[900])]


class RegistrationMetadata(Struct, forbid_unknown_fields=True):
    """How somebody came here. Source: AC-2."""

    invite_code: Annotated[str, Meta(max_length=64)] | None = None
    referral_code: Annotated[str, Meta(max_length=64)] | None = None
    referral_source: Annotated[str, Meta(max_length=64)] | None = None
    marketing_tag: Annotated[str, Meta(max_length=64)] | None = None
    campaign: Annotated[str, Meta(max_length=64)] | None = None


class RegistrationBody(Struct, forbid_unknown_fields=True):
    """Somebody new. Source: AC-2."""

    email_proof: TokenText
    password: PasswordText
    first_name: NameText
    last_name: NameText
    zip_code: ZipText
    accepted_terms_version: Annotated[str, Meta(min_length=1, max_length=32, examples=["2026-01"])]
    role: SignUpRole = SignUpRole.STUDENT
    timezone: ZoneText | None = None
    metadata: RegistrationMetadata | None = None
    transport: Transport = Transport.COOKIE


@post(
    "/email-challenges",
    sync_to_thread=True,
    status_code=202,
    opt=policy(access=PUBLIC, bucket="email_challenge_ip"),
    **documented("Send a code to a mailbox"),
)
def challenge_email(
    data: JSONBody[EmailChallengeBody],
    request: Request[Any, Any, Any],
    ports: NamedDependency[Ports],
) -> EmailChallengeView:
    """Send a six-digit code. The answer is the same whether or not the address has an account."""
    email = read_at("/email", Email.parse, data.email)
    counter = ports.secrets.mac("rate", email.key).hex()
    policy_of_address = bucket("email_challenge")
    verdict = ask(ports.rates, [(policy_of_address, f"{policy_of_address.name}:{counter}")])
    if not verdict.decision.allowed:
        raise verdict.refusal
    challenge_id = start_email_challenge(
        StartEmailChallenge(email=email, sender=request.scope["state"]["address"]),
        begin=ports.begin,
        ids=ports.ids,
        secrets=ports.secrets,
        clock=ports.clock,
    )
    return EmailChallengeView(challenge_id, int(CODE_LIFE.total_seconds()))


@post(
    "/email-challenges/{challenge_id:str}/confirmation",
    sync_to_thread=True,
    status_code=200,
    opt=policy(access=PUBLIC, bucket="code_confirm"),
    **documented("Confirm a mailbox with its code"),
)
def confirm_email(
    challenge_id: FromPath[ChallengeId],
    data: JSONBody[EmailConfirmationBody],
    ports: NamedDependency[Ports],
) -> EmailProofView:
    """Trade the code for a proof that lets one person register."""
    proof = confirm_email_challenge(
        ConfirmEmailChallenge(challenge_id=challenge_id, code=data.code),
        begin=ports.begin,
        secrets=ports.secrets,
        clock=ports.clock,
    )
    return EmailProofView(proof, int(PROOF_LIFE.total_seconds()))


@post(
    "/registrations",
    sync_to_thread=True,
    opt=policy(access=PUBLIC, bucket="register"),
    **documented("Register", refusals=(409,)),
)
def register_account(
    data: JSONBody[RegistrationBody],
    ports: NamedDependency[Ports],
    config: NamedDependency[HttpConfig],
) -> Response[SignedInView]:
    """Make an account for whoever proved the mailbox, and sign them in."""
    request = Register(
        proof=data.email_proof,
        password=data.password,
        first_name=read_at("/first_name", person_name, data.first_name),
        last_name=read_at("/last_name", person_name, data.last_name),
        zip_code=data.zip_code,
        role=Role(data.role.value),
        accepted_terms=data.accepted_terms_version,
        zone=None if data.timezone is None else read_at("/timezone", Zone, data.timezone),
    )
    signed_in = register(
        request,
        begin=ports.begin,
        passwords=ports.passwords,
        secrets=ports.secrets,
        tokens=ports.tokens,
        ids=ports.ids,
        clock=ports.clock,
    )
    return signed_in_as(signed_in, data.transport, config, status=201)


ROUTER: Final = Router(
    "/auth", route_handlers=[challenge_email, confirm_email, register_account], tags=["accounts"]
)
