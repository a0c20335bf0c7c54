from typing import ClassVar

from system.kit.problems import AuthenticationRequired, Forbidden, Problem


class InvalidApiKey(AuthenticationRequired):
    """This key is unknown, has expired, was revoked, or its owner manages no organisation any more."""

    slug: ClassVar[str] = "invalid-api-key"
    title: ClassVar[str] = "This API key opens nothing"

    def __init__(self) -> None:
        super().__init__("Copy the key whole, or make another one on the page of your API keys.")


class KeyNotAccepted(Forbidden):
    """This route is for people who have logged in; no key opens it."""

    slug: ClassVar[str] = "key-not-accepted"
    title: ClassVar[str] = "This is not for API keys"

    def __init__(self) -> None:
        super().__init__("Send the access token of a log-in; `x-scopes` in /openapi.json lists what keys may use.")


class ScopeMissing(Forbidden):
    """The key was made without the scope that this route asks for; make one with it."""

    slug: ClassVar[str] = "scope-missing"
    title: ClassVar[str] = "This key lacks a scope"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This asks for the scope {scope}; make a key that has it.", scope=scope)


class TooManyKeys(Problem):
    """An organisation has so many live keys at most; revoke one that is not used."""

    slug: ClassVar[str] = "too-many-keys"
    title: ClassVar[str] = "You have as many keys as there can be"
    status: ClassVar[int] = 409

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} keys are live; revoke one that you do not use.")
