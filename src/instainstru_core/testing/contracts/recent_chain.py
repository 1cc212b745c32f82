"""What a look at the newest part of the chain must find. Source: spec 02 §11.7."""

from datetime import timedelta

from instainstru_core.payments.use_cases.books.seal_journals import seal_journals
from instainstru_core.payments.use_cases.books.sign_chain import sign_chain
from instainstru_core.payments.use_cases.books.verify_recent import Recent, verify_recent
from instainstru_core.testing.contracts.chain import post
from instainstru_core.testing.fakes.signer import FakeSigner
from instainstru_core.testing.strategies.payments import Till


def recent(till: Till, *, batch: int = 2, most: int = 100) -> Recent:
    """What the look says, in small parts so that their seams are tried."""
    return verify_recent(read=till.read, signer=till.signer, batch=batch, most=most)


def signed(till: Till, *names: str) -> None:
    """Journals of a day that is over and signed."""
    post(till, *names)
    till.clock.move(timedelta(days=1))
    sign_chain(begin=till.begin, signer=till.signer, clock=till.clock)


class RecentChainContract:
    """Inherit, and provide the `till` fixture."""

    def test_an_empty_chain_is_sound(self, till: Till) -> None:
        found = recent(till)
        assert (found.signed, found.journals, found.left, found.waiting) == (None, 0, False, 0)
        assert found.sound

    def test_before_anything_was_signed_it_begins_at_the_beginning(self, till: Till) -> None:
        post(till, *"abc")
        seal_journals(begin=till.begin)
        post(till, "d")
        found = recent(till)
        assert (found.signed, found.journals, found.waiting) == (None, 3, 1)
        assert found.sound

    def test_it_goes_on_from_what_was_signed_last(self, till: Till) -> None:
        """The journal that was signed is looked at again, and all after it."""
        signed(till, *"abc")
        signed(till, *"de")
        day = till.clock.now().date() - timedelta(days=1)
        post(till, *"fgh")
        seal_journals(begin=till.begin)
        found = recent(till)
        assert (found.signed, found.journals, found.left) == (day, 4, False)
        assert found.sound

    def test_it_ends_soon(self, till: Till) -> None:
        signed(till, "a")
        post(till, *"bcdefg")
        seal_journals(begin=till.begin)
        found = recent(till, most=3)
        assert (found.journals, found.left) == (3, True)
        assert recent(till, most=7).left is False

    def test_what_was_signed_by_somebody_else_is_found(self, till: Till) -> None:
        signed(till, *"ab")
        till.signer = FakeSigner(b"another")
        assert not recent(till).sound
