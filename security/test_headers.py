"""What a browser is told it must not do, on every page and every answer of the API."""

from collections.abc import Callable, Mapping
from typing import Final

import pytest

from security.conftest import ROLES
from security.reader import Reader
from security.routes import SOMEWHERE, Route

FENCE: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
POLICY: Final = ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'")


@pytest.mark.proves("B3.3")
def test_every_answer_is_fenced(routes: Mapping[str, Route], readers: Mapping[str | None, Reader]) -> None:
    paths = [route.filled(SOMEWHERE) for route in routes.values() if route.method == "GET"]

    answers = {path: readers["student"].get(path).headers for path in [*paths, "/nothing-here"]}

    bare = {
        path: dict(headers)
        for path, headers in answers.items()
        if any(headers.get(name) != value for name, value in FENCE.items())
        or not all(rule in headers.get("content-security-policy", "") for rule in POLICY)
        or "referrer-policy" not in headers
        or headers.get("cache-control") != "no-store"
    }
    assert len(answers) >= 15
    assert bare == {}


@pytest.mark.proves("B3.3")
def test_no_script_of_a_page_stands_in_the_page(readers: Mapping[str | None, Reader]) -> None:
    policy = readers[None].get("/").headers["content-security-policy"]

    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy


@pytest.mark.proves("B3.3")
def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites(
    new_reader: Callable[[str | None], Reader],
) -> None:
    jar = new_reader(ROLES[0]).cookies().jar

    flags = {
        cookie.name: (cookie.has_nonstandard_attr("HttpOnly"), cookie.get_nonstandard_attr("SameSite"))
        for cookie in jar
    }
    assert flags["session"][0], flags
    assert str(flags["session"][1]).lower() in {"lax", "strict"}, flags


@pytest.mark.proves("B3.3")
def test_nothing_is_said_of_the_server(readers: Mapping[str | None, Reader]) -> None:
    headers = readers[None].get("/").headers

    assert "uvicorn" not in headers.get("server", "").lower()
    assert "x-powered-by" not in headers
