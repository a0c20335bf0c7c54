"""Routes that a plan opens: they can be listed, and none asks for a feature that does not exist."""

from collections.abc import Iterator, Mapping

import psycopg
import pytest

from contract.command import COMPLETE, run_system
from fixtures.client import Visitor
from fixtures.databases import shared_server

OFFLINE = "/api/learning/courses/{item_id}/offline"
READ = "/api/learning/courses/{item_id}"


@pytest.fixture
def without_offline() -> Iterator[Mapping[str, str]]:
    """Settings of a system whose data does not know the feature of one route."""
    server = shared_server()
    name = f"assay_{server.run}_without_a_feature"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = server.url.rpartition("/")[0] + f"/{name}"
    settings = {**COMPLETE, "ASSAY_DATABASE_URL": url}
    migrated = run_system("migrate", settings=settings)
    assert migrated.code == 0, migrated.output
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM tier_features WHERE feature = 'offline_access'")
        connection.execute("DELETE FROM features WHERE feature = 'offline_access'")
    yield settings
    server.drop(url)


@pytest.mark.proves("A3.3")
def test_a_route_with_an_unknown_feature_stops_the_start_and_is_named(without_offline: Mapping[str, str]) -> None:
    ran = run_system("serve", settings=without_offline)

    assert ran.code == 1, ran.output
    assert f"GET {OFFLINE} (offline_access)" in ran.output
    assert "python -m system migrate" in ran.output


@pytest.mark.proves("A3.2")
def test_the_guarded_routes_can_be_listed_without_a_database() -> None:
    ran = run_system("features", settings=COMPLETE)

    guards = {tuple(line.split()[:2]): " ".join(line.split()[2:]) for line in ran.output.splitlines()}
    assert ran.code == 0, ran.output
    assert guards["GET", OFFLINE].startswith("offline_access and the course")
    assert guards["GET", READ].startswith("the course")


@pytest.mark.proves("A3.2")
def test_the_document_tells_what_has_to_be_open(visitor: Visitor) -> None:
    paths = visitor.openapi().value["paths"]

    guards = {
        path: {name: value for name, value in paths[path]["get"].items() if name in {"x-feature", "x-course"}}
        for path in (OFFLINE, READ)
    }
    assert guards == {OFFLINE: {"x-feature": "offline_access", "x-course": True}, READ: {"x-course": True}}
