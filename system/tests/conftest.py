import pytest

from system.tests.stand_in import Lay, answering


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> Lay:
    """Lay ready what the verbs of a module find, by their names: `rows(repository, find=payment())`."""

    def lay(module: object, **found: object) -> None:
        for verb, value in found.items():
            monkeypatch.setattr(module, verb, answering(value))

    return lay
