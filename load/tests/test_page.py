"""Locust's own page beside a run: it counts what the run asks, and can do no more than end it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from fixtures.client import requests
from fixtures.polling import eventually
from fixtures.ports import reserve_port
from load import folder
from load.generating import generate
from load.history import read
from load.tests.toys import lookers, spec, toy_server

_QUICK = ("law", "0.001", "0.002", "1", "5000")


@contextmanager
def shown(directory: Path) -> Iterator[httpx.Client]:
    """A run of six seconds and its page; the run is over when this is left."""
    with toy_server(*_QUICK, str(directory / "took")) as shop, reserve_port() as port:
        asked = spec(shop.url, lookers(users=10, rate=20, lasting_s=6), directory) | {"ui_port": port.number}
        port.release()
        run = threading.Thread(target=generate, args=(asked, directory, lambda _line: None))
        run.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port.number}", trust_env=False) as page:
                eventually(lambda: _state(page), lambda state: state == "running")
                yield page
        finally:
            run.join()


def _state(page: httpx.Client) -> str | None:
    try:
        return str(page.get("/stats/requests").json()["state"])
    except httpx.TransportError:
        return None


def test_the_page_counts_what_the_run_asks_and_begins_no_other(tmp_path: Path) -> None:
    with shown(tmp_path) as page:
        assert "Locust" in page.get("/").text
        refused = page.post("/swarm", data={"user_count": 1, "spawn_rate": 1})
        assert (refused.status_code, "python -m load run --ui" in refused.text) == (409, True)
        counted = eventually(lambda: page.get("/stats/requests").json(), lambda told: _asked(told) >= 20)
        names = {row["name"] for row in counted["stats"]}
    asked = sum(line["type"] == "invoke" for line in read(tmp_path / folder.HISTORY))
    assert names == {requests.PRICING_PAGE, requests.CATALOGUE, "Aggregated"}
    assert counted["fail_ratio"] == 0
    assert 20 <= _asked(counted) <= asked
    assert not folder.read(tmp_path / folder.GENERATOR)["interrupted"]


def test_its_button_interrupts_the_run(tmp_path: Path) -> None:
    with shown(tmp_path) as page:
        page.post("/stop")
    outcome = folder.read(tmp_path / folder.GENERATOR)
    assert outcome["interrupted"]
    assert sum(outcome["planned"].values()) < 90


def _asked(told: dict[str, Any]) -> int:
    return int(told["stats"][-1]["num_requests"])
