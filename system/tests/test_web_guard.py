from system.tests.examples import SETTINGS
from system.web.guard import form_token
from system.web.security import content_security_policy, hosted_origin


def test_form_token_belongs_to_one_cookie() -> None:
    assert form_token(SETTINGS, "one browser") == form_token(SETTINGS, "one browser")
    assert form_token(SETTINGS, "one browser") != form_token(SETTINGS, "another browser")


def test_form_token_tells_nothing_of_its_cookie() -> None:
    assert "one browser" not in form_token(SETTINGS, "one browser")


def test_forms_may_lead_to_the_processors_page_and_nowhere_else() -> None:
    assert hosted_origin(SETTINGS) == "https://checkout.stripe.com"
    assert content_security_policy(SETTINGS).endswith("form-action 'self' https://checkout.stripe.com")


def test_pages_run_no_inline_code() -> None:
    assert "unsafe" not in content_security_policy(SETTINGS)
