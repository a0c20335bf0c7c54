"""A log-in at somebody else's against those who would turn it: replayed, carried over, forged, borrowed."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from fixtures.bench import Bench
from fixtures.builders import Person
from fixtures.client import Auditor, HttpxTransport, Member, Visitor
from fixtures.links import CONFIRM, RESET, mailed_token
from fixtures.oidc import Lie, Provider
from fixtures.together import at_once
from fixtures.two_factors import guarded
from security.reader import Reader, is_turned_away

LOG_IN: Final = "/login/provider"
OPENED: Final = "/account"


@pytest.fixture
def provider(bench: Bench) -> Iterator[Provider]:
    """Honest again after each test."""
    yield bench.oidc
    bench.oidc.be_honest()


@pytest.fixture
def browser(bench: Bench) -> Iterator[Reader]:
    with Reader(bench.url) as reader:
        yield reader


@pytest.fixture
def subject(provider: Provider, somebody: Person) -> str:
    """Somebody whom the provider knows, and whose address it has proven."""
    subject = f"sub-{somebody.email}"
    provider.add(subject, email=somebody.email, email_verified=True, name=somebody.name)
    return subject


@pytest.fixture
def confirmed(bench: Bench, enrolled: Member, visitor: Visitor) -> Member:
    """A member whose address is confirmed here."""
    assert visitor.confirm_email(mailed_token(bench.mailbox, enrolled.email, CONFIRM)).status == 204
    return enrolled


def leave(browser: Reader, path: str = LOG_IN) -> str:
    """Begin; the address at the provider that the browser is sent to."""
    answer = browser.get(path)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def come_back(browser: Reader, callback: str) -> httpx.Response:
    parts = urlsplit(callback)
    return browser.get(f"{parts.path}?{parts.query}")


def log_in(browser: Reader, provider: Provider, subject: str) -> httpx.Response:
    return come_back(browser, provider.approve(leave(browser), subject))


def is_in(browser: Reader) -> bool:
    return browser.get(OPENED).status_code == 200


def account_ids(auditor: Auditor, action: str) -> list[str]:
    return [row["object_id"] for row in auditor.audit_log() if row["action"] == action]


@pytest.mark.proves("A15.5")
def test_a_newcomer_gets_an_account_and_comes_back_to_the_same_one(
    bench: Bench, browser: Reader, provider: Provider, subject: str, auditor: Auditor
) -> None:
    first = log_in(browser, provider, subject)
    with Reader(bench.url) as elsewhere:
        second = log_in(elsewhere, provider, subject)
        page = elsewhere.get(OPENED).text

    assert (first.status_code, second.status_code) == (303, 303), (first.text, second.text)
    assert is_in(browser)
    assert subject.removeprefix("sub-") in page
    signed_up, logged_in = account_ids(auditor, "account.signed_up"), account_ids(auditor, "account.logged_in")
    assert signed_up.count(logged_in[0]) == 1
    assert logged_in[:2] == [logged_in[0]] * 2


def test_two_first_log_ins_at_the_same_instant_make_one_account(
    bench: Bench, provider: Provider, subject: str, auditor: Auditor
) -> None:
    before = len(account_ids(auditor, "account.signed_up"))
    with Reader(bench.url) as one, Reader(bench.url) as other:
        callbacks = [(each, provider.approve(leave(each), subject)) for each in (one, other)]
        answers = at_once([partial(come_back, each, callback) for each, callback in callbacks])

        assert [answer.status_code for answer in answers] == [303, 303], [answer.text for answer in answers]
        assert is_in(one)
        assert is_in(other)
    assert len(account_ids(auditor, "account.signed_up")) == before + 1


def test_the_request_to_the_provider_carries_all_that_guards_the_answer(browser: Reader) -> None:
    asked = parse_qs(urlsplit(leave(browser)).query)

    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert [len(asked[name][0]) >= 43 for name in ("code_challenge", "state", "nonce")] == [True] * 3
    cookie = next(each for each in browser.cookies().jar if each.name == "oauth")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert asked["nonce"][0] not in str(cookie.value)


def test_an_answer_works_once(bench: Bench, browser: Reader, provider: Provider, subject: str) -> None:
    callback = provider.approve(leave(browser), subject)
    ticket = browser.cookies()["oauth"]
    come_back(browser, callback)
    with Reader(bench.url) as thief:
        thief.cookies().set("oauth", ticket)

        again = come_back(thief, callback)

        assert again.status_code == 409, again.text
        assert not is_in(thief)


def test_an_answer_that_comes_twice_at_the_same_instant_works_once(
    browser: Reader, provider: Provider, subject: str
) -> None:
    callback = provider.approve(leave(browser), subject)

    answers = at_once([partial(come_back, browser, callback)] * 4)

    assert sorted(each.status_code for each in answers) == [303, 409, 409, 409]


def test_an_answer_in_another_browser_lets_nobody_in(
    bench: Bench, browser: Reader, provider: Provider, subject: str
) -> None:
    """The attacker's answer, slipped to somebody: he would then work in the attacker's account."""
    callback = provider.approve(leave(browser), subject)
    with Reader(bench.url) as victim, Reader(bench.url) as started:
        leave(started)

        answers = [come_back(victim, callback), come_back(started, callback)]

        assert [each.status_code for each in answers] == [400, 400], answers[0].text
        assert not is_in(victim)
        assert not is_in(started)


@pytest.mark.parametrize("change", ["cut", "other-state", "own-signature"])
def test_a_ticket_that_we_did_not_write_is_none(browser: Reader, provider: Provider, subject: str, change: str) -> None:
    callback = provider.approve(leave(browser), subject)
    head, claims, signature = browser.cookies()["oauth"].split(".")
    forged = {
        "cut": f"{head}.{claims}.",
        "other-state": f"{head}.{claims[:-4]}AAAA.{signature}",
        "own-signature": f"{head}.{claims}.{signature[::-1]}",
    }[change]
    browser.cookies().set("oauth", forged, domain=urlsplit(browser.url).hostname or "")

    answer = come_back(browser, callback)

    assert answer.status_code == 400, answer.text
    assert not is_in(browser)


FORGERIES: Final[dict[str, tuple[Lie, dict[str, object]]]] = {
    "no-algorithm": ("alg_none", {}),
    "key-of-somebody-else": ("foreign_key", {}),
    "our-own-secret-as-the-key": ("client_secret_as_key", {}),
    "another-audience": ("claims", {"aud": "another-shop"}),
    "two-audiences": ("claims", {"aud": ["lyceum-of-the-bench", "another-shop"]}),
    "no-audience": ("claims", {"aud": None}),
    "another-issuer": ("claims", {"iss": "https://elsewhere.example.com"}),
    "nonce-of-another-start": ("claims", {"nonce": "n" * 43}),
    "no-nonce": ("claims", {"nonce": None}),
    "expired": ("claims", {"exp": 1_600_000_000, "iat": 1_599_996_400}),
    "no-expiry": ("claims", {"exp": None}),
    "from-the-future": ("claims", {"iat": 4_000_000_000, "exp": 4_000_003_600}),
    "no-subject": ("claims", {"sub": None}),
    "subject-that-is-no-text": ("claims", {"sub": 7}),
    "hash-of-another-access-token": ("claims", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "code-that-the-provider-denies": ("refuses_codes", {}),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_an_id_token_that_proves_nothing_opens_nothing(
    browser: Reader, provider: Provider, subject: str, forgery: str
) -> None:
    callback = provider.approve(leave(browser), subject)
    kind, claims = FORGERIES[forgery]
    provider.lie(kind, **claims)

    answer = come_back(browser, callback)

    assert (answer.status_code, "could not verify" in answer.text) == (403, True), answer.text
    assert not is_in(browser)


@pytest.mark.parametrize("trouble", ["away", "html", "no_id_token"])
def test_a_provider_in_trouble_lets_nobody_in_and_the_page_says_so(
    browser: Reader, provider: Provider, subject: str, trouble: Lie
) -> None:
    callback = provider.approve(leave(browser), subject)
    provider.lie(trouble)

    answer = come_back(browser, callback)

    assert (answer.status_code, "does not answer" in answer.text) == (503, True), answer.text
    assert answer.headers["retry-after"]
    assert not is_in(browser)


def test_a_person_who_says_no_is_told_what_to_do(browser: Reader, provider: Provider) -> None:
    answer = come_back(browser, provider.deny(leave(browser)))

    assert (answer.status_code, "was not allowed" in answer.text) == (403, True), answer.text
    assert "/login" in answer.text


@pytest.mark.parametrize(
    "answer", ["", "?state=guessed&code=guessed", "?error=server_error", "?code=only", "?state=%00&code=%00"]
)
def test_garbage_at_the_callback_is_a_page_and_not_a_crash(browser: Reader, answer: str) -> None:
    told = browser.get(f"/login/provider/callback{answer}")

    assert (told.status_code, "was not begun here" in told.text) == (400, True), told.text


@pytest.mark.proves("A15.5")
def test_an_address_that_the_provider_has_not_proven_joins_no_account(
    browser: Reader, provider: Provider, subject: str, confirmed: Member
) -> None:
    for claim in (False, "true", None):
        provider.add(subject, email=confirmed.email, email_verified=claim)

        answer = log_in(browser, provider, subject)

        assert (answer.status_code, "not confirmed there" in answer.text) == (403, True), answer.text
        assert not is_in(browser)


def test_an_address_that_the_provider_has_not_proven_makes_no_account(
    browser: Reader, provider: Provider, subject: str, somebody: Person, visitor: Visitor
) -> None:
    """Else it would wait, with this way in, for the day on which the address's owner comes."""
    provider.add(subject, email=somebody.email, email_verified=False)

    answer = log_in(browser, provider, subject)

    assert answer.status_code == 403, answer.text
    assert visitor.sign_up(email=somebody.email, password=somebody.password, name=somebody.name).status == 201


@pytest.mark.proves("A15.5")
def test_a_proven_address_joins_no_account_whose_address_nobody_confirmed(
    bench: Bench, browser: Reader, provider: Provider, subject: str, enrolled: Member
) -> None:
    """Whoever typed the address here first may be a stranger, who still knows the password."""
    visitor = Visitor(enrolled.transport)
    refused = log_in(browser, provider, subject)
    assert (refused.status_code, "password first" in refused.text) == (409, True), refused.text
    assert not is_in(browser)

    visitor.forgot_password(enrolled.email)
    visitor.reset_password(mailed_token(bench.mailbox, enrolled.email, RESET), "another-horse-altogether")
    joined = log_in(browser, provider, subject)

    assert joined.status_code == 303, joined.text
    assert is_in(browser)
    assert enrolled.me().status == 401


@pytest.mark.proves("A15.5")
def test_an_address_that_both_sides_have_proven_joins_and_the_owner_is_told(
    bench: Bench, browser: Reader, provider: Provider, subject: str, confirmed: Member
) -> None:
    provider.add(subject, email=confirmed.email.upper(), email_verified=True)

    joined = log_in(browser, provider, subject)

    assert joined.status_code == 303, joined.text
    assert confirmed.email in browser.get(OPENED).text
    bench.mailbox.wait_for(to=confirmed.email, subject="opens by Campus", timeout_s=20)


def test_an_address_that_was_given_to_another_person_opens_nothing_of_the_first(
    bench: Bench, browser: Reader, provider: Provider, subject: str, confirmed: Member
) -> None:
    assert log_in(browser, provider, subject).status_code == 303
    provider.add(f"{subject}-heir", email=confirmed.email, email_verified=True)
    with Reader(bench.url) as heir:
        refused = log_in(heir, provider, f"{subject}-heir")

        assert (refused.status_code, "linked already" in refused.text) == (409, True), refused.text
        assert not is_in(heir)


def test_an_auditor_is_joined_by_no_address(bench: Bench, browser: Reader, provider: Provider) -> None:
    provider.add("mail-administrator", email=bench.auditor.email, email_verified=True)

    refused = log_in(browser, provider, "mail-administrator")

    assert refused.status_code == 409, refused.text
    assert not is_in(browser)


ELSEWHERE: Final = (
    "https://evil.example.com/",
    "//evil.example.com",
    "/\\evil.example.com",
    "javascript:alert(1)",
    "%09//evil.example.com",
)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_the_way_back_leads_to_no_other_site(browser: Reader, provider: Provider, subject: str, wanted: str) -> None:
    callback = provider.approve(leave(browser, f"{LOG_IN}?next={wanted}"), subject)

    answer = come_back(browser, callback)

    assert (answer.status_code, answer.headers["location"]) == (303, "/pricing"), answer.text


def test_the_way_back_leads_to_the_page_that_was_wanted(browser: Reader, provider: Provider, subject: str) -> None:
    answer = come_back(browser, provider.approve(leave(browser, f"{LOG_IN}?next=/history"), subject))

    assert answer.headers["location"] == "/history"


def test_the_providers_word_is_one_factor_and_the_account_asks_for_its_second(
    bench: Bench, transport: HttpxTransport, browser: Reader, provider: Provider, somebody: Person
) -> None:
    """Else whoever holds the provider's account walks around the telephone."""
    careful = guarded(bench, transport, somebody)
    provider.add(f"sub-{somebody.email}", email=somebody.email, email_verified=True)

    asked = come_back(browser, provider.approve(leave(browser, f"{LOG_IN}?next=/history"), f"sub-{somebody.email}"))
    outside = is_in(browser)
    passed = browser.submit("/login/second-factor", {"code": careful.recovery_codes[0], "next": "/history"})

    assert (asked.status_code, asked.headers["location"].partition("?")[0]) == (303, "/login/second-factor")
    assert not outside
    assert (passed.status_code, passed.headers.get("location")) == (303, "/history"), passed.text
    assert is_in(browser)


class TestLinking:
    """From an account that is open already."""

    @staticmethod
    def begin(browser: Reader, password: str) -> httpx.Response:
        return browser.submit("/account/provider", {"password": password})

    @staticmethod
    def target(page: httpx.Response) -> str:
        """The address behind the page's button."""
        _, found, rest = page.text.partition('<a class="button" href="')
        assert found, page.text
        return rest.partition('"')[0].replace("&amp;", "&")

    @pytest.fixture
    def inside(self, browser: Reader, somebody: Person, confirmed: Member) -> Reader:
        assert confirmed.email == somebody.email
        return browser.log_in(somebody.email, somebody.password)

    def test_a_linked_log_in_opens_the_account_and_an_unlinked_one_no_more(
        self, bench: Bench, inside: Reader, provider: Provider, somebody: Person
    ) -> None:
        provider.add("work-self", email="work@elsewhere.example.com", email_verified=False)
        linked = come_back(inside, provider.approve(self.target(self.begin(inside, somebody.password)), "work-self"))
        with Reader(bench.url) as elsewhere:
            opened = log_in(elsewhere, provider, "work-self")
            page = elsewhere.get(OPENED).text
        inside.submit("/account/provider/unlink", {})
        with Reader(bench.url) as later:
            refused = log_in(later, provider, "work-self")

        assert linked.headers["location"].startswith("/account/provider"), linked.text
        assert (opened.status_code, somebody.email in page) == (303, True)
        assert refused.status_code == 403, refused.text

    def test_it_asks_for_the_password(self, inside: Reader) -> None:
        refused = self.begin(inside, "not-the-password")

        assert (refused.status_code, "not your present password" in refused.text) == (422, True), refused.text

    def test_it_waits_for_the_address_to_be_confirmed(
        self, browser: Reader, somebody: Person, enrolled: Member
    ) -> None:
        """Else a stranger who typed the address first would keep a way in after its owner's reset."""
        assert enrolled.me().value.email_verified_at is None
        browser.log_in(somebody.email, somebody.password)

        refused = self.begin(browser, somebody.password)

        assert (refused.status_code, "Confirm your address" in refused.text) == (409, True), refused.text

    def test_the_answer_links_nothing_to_another_account(
        self, inside: Reader, provider: Provider, somebody: Person, new_reader: Callable[[str | None], Reader]
    ) -> None:
        provider.add("attacker", email="attacker@example.com", email_verified=True)
        callback = provider.approve(self.target(self.begin(inside, somebody.password)), "attacker")
        victim = new_reader("student")
        victim.cookies().set("oauth", inside.cookies()["oauth"], domain=urlsplit(victim.url).hostname or "")

        refused = come_back(victim, callback)

        assert refused.status_code == 400, refused.text
        assert "attacker@example.com" not in victim.get("/account/provider").text

    def test_an_identity_of_one_account_is_not_linked_to_another(
        self, bench: Bench, inside: Reader, provider: Provider, somebody: Person, subject: str
    ) -> None:
        provider.add("of-another", email=f"other-{somebody.email}", email_verified=True)
        with Reader(bench.url) as other:
            log_in(other, provider, "of-another")
        refused = come_back(inside, provider.approve(self.target(self.begin(inside, somebody.password)), "of-another"))

        assert (refused.status_code, "linked already" in refused.text) == (409, True), (subject, refused.text)

    def test_the_only_way_in_is_not_closed(self, browser: Reader, provider: Provider, subject: str) -> None:
        log_in(browser, provider, subject)

        refused = browser.submit("/account/provider/unlink", {})

        assert (refused.status_code, "only way in" in refused.text) == (409, True), refused.text

    def test_nobody_comes_there_without_a_session(self, bench: Bench) -> None:
        with Reader(bench.url) as nobody:
            assert is_turned_away(nobody.get("/account/provider"))


def test_an_account_without_a_password_has_none_that_opens_it(
    bench: Bench, browser: Reader, provider: Provider, subject: str, visitor: Visitor
) -> None:
    log_in(browser, provider, subject)
    email, new = subject.removeprefix("sub-"), "a-password-after-all"

    guessed = [visitor.log_in(email=email, password=each).status for each in ("none", "None", "null")]
    visitor.forgot_password(email)
    visitor.reset_password(mailed_token(bench.mailbox, email, RESET), new)

    assert guessed == [401] * 3
    assert visitor.log_in(email=email, password=new).status == 200


def test_without_a_provider_no_page_offers_one_and_the_way_to_it_says_so() -> None:
    with Bench.start(settings={"oidc_issuer": ""}) as bare, Reader(bare.url) as browser:
        offered = [path for path in ("/login", "/sign-up") if "/login/provider" in browser.get(path).text]
        told = [browser.get(path) for path in (LOG_IN, "/login/provider/callback?state=s&code=c")]

    assert offered == []
    assert [(each.status_code, "no such log-in here" in each.text) for each in told] == [(404, True)] * 2
