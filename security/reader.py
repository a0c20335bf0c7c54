"""Somebody who reads the pages: a browser's cookies and forms without the browser."""

import re
from types import TracebackType
from typing import Final, Self

import httpx

_TOKEN: Final = re.compile(r'name="csrf_token"\s+value="([^"]+)"')
LOG_IN_PAGE: Final = "/login"
PLANS: Final = "/pricing#plans"
"""Where a page leads that a plan would open."""
TIMEOUT_S: Final = 20.0


class Reader:
    """Keeps its cookies, follows no redirect."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(
            base_url=url, timeout=TIMEOUT_S, trust_env=False, headers={"Accept": "text/html,application/xhtml+xml"}
        )

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def post(self, path: str, fields: dict[str, str], *, origin: str | None = None) -> httpx.Response:
        """Send exactly these fields; a browser would add its own Origin."""
        return self._client.post(path, data=fields, headers={"Origin": origin or self.url})

    def submit(self, path: str, fields: dict[str, str]) -> httpx.Response:
        """Send a form of ours: the fields with the token that the pages gave to this browser."""
        return self.post(path, {**fields, "csrf_token": self.token()})

    def token(self) -> str:
        """Raises AssertionError when no page hands one out."""
        for path in ("/pricing", LOG_IN_PAGE):
            found = _TOKEN.search(self.get(path).text)
            if found:
                return found.group(1)
        raise AssertionError("No page carries a form with a token.")

    def log_in(self, email: str, password: str) -> Self:
        answer = self.submit(LOG_IN_PAGE, {"email": email, "password": password})
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        return self

    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def is_turned_away(answer: httpx.Response) -> bool:
    """Whether a page asks to log in first, or says that this reader may not, whatever he buys."""
    to_log_in = answer.is_redirect and answer.headers["location"].startswith(LOG_IN_PAGE)
    sold = answer.status_code == httpx.codes.FORBIDDEN and PLANS in answer.text
    return to_log_in or (answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN} and not sold)
