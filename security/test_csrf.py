"""A form is obeyed only if it is ours and this browser's own, on every page that takes one."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from security.reader import Reader
from security.routes import SOMEWHERE, Route

FOREIGN: Final = "https://evil.example.com"


@pytest.fixture
def reader(new_reader: Callable[[str | None], Reader]) -> Reader:
    return new_reader("student")


@pytest.fixture(scope="session")
def forms(routes: Mapping[str, Route]) -> list[str]:
    """Every path that a page's form is sent to."""
    return [route.filled(SOMEWHERE) for route in routes.values() if route.is_page and route.method == "POST"]


@pytest.mark.proves("B3.3")
def test_a_form_without_a_token_is_refused_everywhere(reader: Reader, forms: list[str]) -> None:
    answers = {path: reader.post(path, {}).status_code for path in forms}

    assert len(forms) >= 5, forms
    assert answers == dict.fromkeys(forms, 403)


@pytest.mark.proves("B3.3")
def test_a_form_with_anothers_token_is_refused_everywhere(
    reader: Reader, new_reader: Callable[[str | None], Reader], forms: list[str]
) -> None:
    anothers = new_reader("instructor").token()

    answers = {path: reader.post(path, {"csrf_token": anothers}).status_code for path in forms}

    assert answers == dict.fromkeys(forms, 403)


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://localhost.evil.example.com"])
@pytest.mark.proves("B3.3")
def test_a_form_from_another_site_is_refused_everywhere(reader: Reader, forms: list[str], origin: str) -> None:
    token = reader.token()

    answers = {path: reader.post(path, {"csrf_token": token}, origin=origin).status_code for path in forms}

    assert answers == dict.fromkeys(forms, 403)


@pytest.mark.proves("B3.3")
def test_a_form_of_ours_is_obeyed(reader: Reader) -> None:
    answer = reader.submit("/logout", {})

    assert answer.status_code == 303, answer.text


@pytest.mark.proves("B3.3")
def test_a_cookie_is_no_key_to_the_api_and_a_token_none_to_the_pages(reader: Reader) -> None:
    assert reader.get("/api/accounts/me").status_code == 401
