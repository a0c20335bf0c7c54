import pytest
from pydantic import ValidationError

from system.accounts.schemas import SignUp

GOOD = {"email": "ada@example.com", "password": "correct horse battery", "name": "Ada"}


@pytest.mark.parametrize("field", ["role", "account_id", "balance", "is_verified"])
def test_sign_up_refuses_what_it_does_not_ask_for(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        SignUp.model_validate(GOOD | {field: "admin"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("password", "eleven char", id="password-of-eleven"),
        pytest.param("password", "x" * 129, id="password-of-129"),
        pytest.param("name", "   ", id="name-of-spaces"),
        pytest.param("name", "Ada\x00", id="name-with-nul"),
        pytest.param("name", "A" * 101, id="name-of-101"),
        pytest.param("email", "ada", id="email-without-domain"),
        pytest.param("email", ["ada@example.com"], id="email-as-list"),
    ],
)
def test_sign_up_names_the_field_that_is_wrong(field: str, value: object) -> None:
    with pytest.raises(ValidationError, match=rf"1 validation error for SignUp\n{field}"):
        SignUp.model_validate(GOOD | {field: value})
