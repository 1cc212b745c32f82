"""Signing up, in, on and out, in memory. Source: AC-4…AC-7, AC-14, AC-18, AC-22, AC-23, AC-43."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import define, evolve, field

from instainstru_core.accounts.challenges import token_hash
from instainstru_core.accounts.emails import Email
from instainstru_core.accounts.errors import (
    AccountDeactivated,
    ChallengeInvalid,
    ChallengeLocked,
    EmailAlreadyRegistered,
    InvalidCredentials,
    InvalidToken,
    PasswordRejected,
    ProofInvalid,
    RateLimited,
    RefreshReuseDetected,
    SessionExpired,
)
from instainstru_core.accounts.events import UserRegistered, UserSignedIn, UserTimezoneChanged
from instainstru_core.accounts.ids import ChallengeId
from instainstru_core.accounts.model import AccountStatus, Role
from instainstru_core.accounts.sessions import Tokens
from instainstru_core.accounts.use_cases.change_account import ChangeAccount, change_account
from instainstru_core.accounts.use_cases.confirm_email_challenge import (
    ConfirmEmailChallenge,
    confirm_email_challenge,
)
from instainstru_core.accounts.use_cases.create_admin import CreateAdmin, create_admin
from instainstru_core.accounts.use_cases.open_session import SignedIn
from instainstru_core.accounts.use_cases.refresh_session import RefreshSession, refresh_session
from instainstru_core.accounts.use_cases.register import Register, register
from instainstru_core.accounts.use_cases.sign_in import SignIn, sign_in
from instainstru_core.accounts.use_cases.sign_out import sign_out
from instainstru_core.accounts.use_cases.start_email_challenge import (
    StartEmailChallenge,
    start_email_challenge,
)
from instainstru_core.due_work.ids import WorkId
from instainstru_core.due_work.model import WorkItem
from instainstru_core.kernel.errors import Malformed
from instainstru_core.kernel.zones import Zone
from instainstru_core.testing.fakes.clock import HandMovedClock
from instainstru_core.testing.fakes.ids import CountedIds
from instainstru_core.testing.memory.accounts import (
    CountedSecrets,
    PlainPasswords,
    ReadableTokens,
)
from instainstru_core.testing.memory.store import InMemoryStore

NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
PASSWORD = "nine tall oaks by the lake"
EMAIL = Email.parse("sarah@example.com")


@define
class House:
    """Everything that accounts needs, in memory."""

    clock: HandMovedClock = field(factory=lambda: HandMovedClock(NOON))
    ids: CountedIds = field(factory=CountedIds)
    secrets: CountedSecrets = field(factory=CountedSecrets)
    tokens: ReadableTokens = field(factory=ReadableTokens)
    passwords: PlainPasswords = field(factory=PlainPasswords)
    store: InMemoryStore = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store = InMemoryStore(self.ids, self.clock)

    def challenge(self, email: Email = EMAIL, sender: str = "ip:10.0.0.1") -> ChallengeId:
        return start_email_challenge(
            StartEmailChallenge(email=email, sender=sender),
            begin=self.store.begin,
            ids=self.ids,
            secrets=self.secrets,
            clock=self.clock,
        )

    def confirm(self, challenge_id: ChallengeId, code: str = "123456") -> str:
        return confirm_email_challenge(
            ConfirmEmailChallenge(challenge_id=challenge_id, code=code),
            begin=self.store.begin,
            secrets=self.secrets,
            clock=self.clock,
        )

    def register(self, proof: str, role: Role = Role.STUDENT, password: str = PASSWORD) -> SignedIn:
        return register(
            Register(
                proof=proof,
                password=password,
                first_name="Sarah",
                last_name="Chen",
                zip_code="11215",
                role=role,
                accepted_terms="2026-01",
            ),
            begin=self.store.begin,
            passwords=self.passwords,
            secrets=self.secrets,
            tokens=self.tokens,
            ids=self.ids,
            clock=self.clock,
        )

    def join(self, role: Role = Role.STUDENT) -> SignedIn:
        return self.register(self.confirm(self.challenge()), role)

    def sign_in(self, password: str = PASSWORD, email: Email = EMAIL) -> SignedIn:
        return sign_in(
            SignIn(email=email, password=password),
            begin=self.store.begin,
            read=self.store.read,
            passwords=self.passwords,
            secrets=self.secrets,
            tokens=self.tokens,
            ids=self.ids,
            clock=self.clock,
        )

    def refresh(self, secret: str | None) -> Tokens:
        assert secret is not None
        return refresh_session(
            RefreshSession(secret=secret),
            begin=self.store.begin,
            secrets=self.secrets,
            tokens=self.tokens,
            clock=self.clock,
        )

    def mails(self) -> list[object]:
        with self.store.begin() as work:
            items = work.tables.of("work_items", WorkId, WorkItem).values()
            return [one.payload["template"] for one in items if one.handler == "send_email"]


@pytest.fixture
def house() -> House:
    return House()


def test_a_registration_is_one_transaction_with_its_news(house: House) -> None:
    """AC-6."""
    found = house.join()
    assert found.account.role is Role.STUDENT
    events = house.store.recorded
    assert [type(event) for event in events] == [UserRegistered, UserSignedIn]
    assert house.mails() == ["sign_up_code", "welcome"]
    claims = house.tokens.read(found.tokens.access, now=NOON)
    with house.store.read() as reads:
        principal = reads.doors.principal(
            claims.session_id, claims.account_id, epoch=claims.epoch, now=NOON
        )
    assert principal is not None
    assert str(principal) == f"user:{found.account.account_id}"


def test_an_instructor_gets_a_draft_profile(house: House) -> None:
    """AC-6, IN-1."""
    assert house.join(Role.INSTRUCTOR).account.role is Role.INSTRUCTOR


def test_nobody_registers_as_admin(house: House) -> None:
    """AC-3."""
    with pytest.raises(ValueError, match="role"):
        house.register("token", Role.ADMIN)


def test_three_codes_in_ten_minutes_to_one_address(house: House) -> None:
    """AC-4: an exact count, with the seconds that are left."""
    for _ in range(3):
        house.challenge()
        house.clock.move(timedelta(seconds=10))
    with pytest.raises(RateLimited) as caught:
        house.challenge()
    assert caught.value.retry_after_seconds == 570
    house.clock.move(timedelta(seconds=570))
    house.challenge()


def test_twenty_codes_in_an_hour_from_one_sender(house: House) -> None:
    """AC-4."""
    for number in range(20):
        house.challenge(Email.parse(f"person{number}@example.com"))
    with pytest.raises(RateLimited):
        house.challenge(Email.parse("more@example.com"))
    house.challenge(Email.parse("more@example.com"), sender="ip:10.0.0.2")


def test_a_taken_address_is_told_once_a_day_and_gets_no_code(house: House) -> None:
    """AC-4, AC-7."""
    house.join()
    house.clock.move(timedelta(minutes=11))
    challenge = house.challenge()
    house.challenge()
    assert house.mails() == ["sign_up_code", "welcome", "already_registered"]
    with pytest.raises(ChallengeInvalid):
        house.confirm(challenge)
    house.clock.move(timedelta(hours=24, seconds=1))
    house.challenge()
    assert house.mails()[-2:] == ["already_registered", "already_registered"]


def test_a_code_is_good_for_five_minutes_and_once(house: House) -> None:
    """AC-4, AC-5: one answer for all that is wrong."""
    unknown = ChallengeId(house.ids.new(ChallengeId).value)
    old = house.challenge()
    house.clock.move(timedelta(seconds=300))
    new = house.challenge()
    for challenge in (unknown, old):
        with pytest.raises(ChallengeInvalid) as caught:
            house.confirm(challenge)
        assert caught.value.facts() == {}
    assert house.confirm(new)
    with pytest.raises(ChallengeInvalid):
        house.confirm(new)


def test_five_wrong_codes_lock_the_address_for_ten_minutes(house: House) -> None:
    """AC-5: a wrong code counts although it is refused."""
    challenge = house.challenge()
    for left in (4, 3, 2, 1):
        with pytest.raises(ChallengeInvalid) as caught:
            house.confirm(challenge, "000000")
        assert caught.value.facts() == {"remaining_attempts": left}
    with pytest.raises(ChallengeLocked):
        house.confirm(challenge, "000000")
    house.clock.move(timedelta(seconds=599))
    silent = house.challenge()
    with pytest.raises(ChallengeLocked) as locked:
        house.confirm(silent)
    assert locked.value.retry_after_seconds == 1
    assert house.mails() == ["sign_up_code"]
    house.clock.move(timedelta(seconds=1))
    assert house.confirm(house.challenge())


def test_a_proof_is_good_once_and_for_fifteen_minutes(house: House) -> None:
    """AC-5, AC-6."""
    proof = house.confirm(house.challenge())
    with pytest.raises(PasswordRejected):
        house.register(proof, password="short")
    house.register(proof)
    with pytest.raises(ProofInvalid):
        house.register(proof)


def test_an_old_proof_proves_nothing(house: House) -> None:
    """AC-5."""
    proof = house.confirm(house.challenge())
    house.clock.move(timedelta(seconds=900))
    with pytest.raises(ProofInvalid):
        house.register(proof)


def test_two_proofs_of_one_address_make_one_account(house: House) -> None:
    """AC-6, AC-7: the second is told, as it proved the mailbox; its proof is not used up."""
    first, second = (house.confirm(house.challenge()) for _ in range(2))
    house.register(first)
    for _ in range(2):
        with pytest.raises(EmailAlreadyRegistered):
            house.register(second)


def test_the_password_may_not_be_the_address(house: House) -> None:
    """AC-9: known only once the proof says whose mailbox it is."""
    email = Email.parse("cucumberfield@example.com")
    proof = house.confirm(house.challenge(email))
    with pytest.raises(PasswordRejected) as caught:
        house.register(proof, password="cucumberfield7")
    assert caught.value.reasons == ("contains_context",)


def test_wrong_passwords_and_unknown_addresses_look_the_same(house: House) -> None:
    """AC-7."""
    house.join()
    with pytest.raises(InvalidCredentials):
        house.sign_in("another password")
    with pytest.raises(InvalidCredentials):
        house.sign_in(email=Email.parse("nobody@example.com"))


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (AccountStatus.ACTIVE, None),
        (AccountStatus.SUSPENDED, None),
        (AccountStatus.DEACTIVATED, AccountDeactivated),
        (AccountStatus.ERASED, InvalidCredentials),
    ],
)
def test_status_decides_after_the_password(
    house: House, status: AccountStatus, refusal: type[Exception] | None
) -> None:
    """AC-18."""
    account = house.join().account
    with house.store.begin() as work:
        work.accounts.save(evolve(account, status=status))
    if refusal is None:
        assert house.sign_in().account.account_id == account.account_id
    else:
        with pytest.raises(refusal):
            house.sign_in()


def test_an_old_hash_is_made_anew(house: House) -> None:
    """AC-10."""
    house.join()
    house.passwords = PlainPasswords(version=2)
    assert house.sign_in().account.password_hash.startswith("$plain$v=2$")
    assert house.sign_in().account.version == 2


def test_the_eleventh_session_ends_the_least_recently_used(house: House) -> None:
    """AC-23."""
    first = house.join().tokens
    for _ in range(9):
        house.clock.move(timedelta(seconds=1))
        house.sign_in()
    house.clock.move(timedelta(seconds=1))
    first = house.refresh(first.refresh)
    house.sign_in()
    house.clock.move(timedelta(seconds=11))
    assert house.refresh(first.refresh).refresh
    with house.store.begin() as work:
        assert len(work.sessions.live(first.account_id)) == 10


def test_refreshing(house: House) -> None:
    """AC-22: rotate; grace without a secret; later, the session is over and its owner told."""
    tokens = house.join().tokens
    second = house.refresh(tokens.refresh)
    assert second.refresh not in {None, tokens.refresh}
    assert house.refresh(tokens.refresh).refresh is None
    house.clock.move(timedelta(milliseconds=10_001))
    with pytest.raises(RefreshReuseDetected):
        house.refresh(tokens.refresh)
    assert house.mails()[-1] == "session_ended"
    with pytest.raises(InvalidToken):
        house.refresh(second.refresh)
    with pytest.raises(InvalidToken):
        house.refresh("never ours")


def test_an_idle_session_expires(house: House) -> None:
    """AC-22, AC-23: it is over although the request is refused."""
    tokens = house.join().tokens
    house.clock.move(timedelta(days=7))
    with pytest.raises(SessionExpired):
        house.refresh(tokens.refresh)
    with pytest.raises(InvalidToken):
        house.refresh(tokens.refresh)


def test_a_closed_account_refreshes_nothing(house: House) -> None:
    """AC-50."""
    found = house.join()
    with house.store.begin() as work:
        work.accounts.save(evolve(found.account, status=AccountStatus.DEACTIVATED))
    with pytest.raises(InvalidToken):
        house.refresh(found.tokens.refresh)


def test_signing_out_twice_is_signing_out(house: House) -> None:
    """AC-25."""
    found = house.join()
    for _ in range(2):
        sign_out(found.tokens.session_id, begin=house.store.begin, clock=house.clock)
    with pytest.raises(InvalidToken):
        house.refresh(found.tokens.refresh)


def test_only_the_hash_of_a_secret_is_kept(house: House) -> None:
    """SE-29."""
    secret = house.join().tokens.refresh
    assert secret is not None
    with house.store.begin() as work:
        assert work.sessions.present(token_hash(secret)) is not None
        assert secret not in repr(work.tables.kept())


def test_moving_is_news_only_with_another_zone(house: House) -> None:
    """Spec 03 §7: `user.timezone_changed`."""
    account = house.join().account
    before = len(house.store.recorded)
    same = ChangeAccount(account_id=account.account_id, zip_code="10001", first_name="Sal")
    assert change_account(same, begin=house.store.begin, clock=house.clock).zip_code == "10001"
    assert len(house.store.recorded) == before
    other = ChangeAccount(account_id=account.account_id, zone=Zone("America/Chicago"))
    found = change_account(other, begin=house.store.begin, clock=house.clock)
    assert (found.first_name, found.zone.name) == ("Sal", "America/Chicago")
    assert isinstance(house.store.recorded[-1], UserTimezoneChanged)
    with pytest.raises(Malformed):
        ChangeAccount(account_id=account.account_id, zip_code="1")


def test_an_admin_is_made_without_a_mail_or_a_session(house: House) -> None:
    """AC-43: no default password; the policy holds here too."""

    def create(password: str) -> Role:
        request = CreateAdmin(
            email=Email.parse("root@example.com"),
            password=password,
            first_name="Ada",
            last_name="Root",
        )
        return create_admin(
            request,
            begin=house.store.begin,
            passwords=house.passwords,
            ids=house.ids,
            clock=house.clock,
        ).role

    with pytest.raises(PasswordRejected):
        create("admin")
    assert create(PASSWORD) is Role.ADMIN
    assert house.mails() == []
    with pytest.raises(EmailAlreadyRegistered):
        create(PASSWORD)
