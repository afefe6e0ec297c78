"""Published ids: a secret of the workspace stands between them and the ids inside."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard.searching import find_all
from zoning import paper
from zoning.errors import UnknownError
from zoning.hashes import digest, public_id
from zoning.log import Log, new_salt
from zoning.paper.boundary import number_of_zone
from zoning.pipeline import Plan

SALT = "5a" * 32
RANDOM = new_salt  # read before the tests fix it


def test_the_salt_is_made_once_and_differs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoning.log.new_salt", RANDOM)
    first, second = (Log(tmp_path / name, create=True) for name in ("a.sqlite", "b.sqlite"))
    assert first.salt() == first.salt() == Log(tmp_path / "a.sqlite", create=False).salt()
    assert first.salt() != second.salt()


def test_a_log_of_before_gets_its_salt(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.sqlite", create=True)
    with log._connect() as connection:
        connection.exec_driver_sql("drop table keys")
    assert log.salt() == ""
    with log._connect() as connection:
        assert connection.exec_driver_sql("select count(*) from keys").scalar() == 1


def test_a_published_id_says_nothing_of_the_fact() -> None:
    inside = digest("cases:C1", "core")
    assert public_id("", inside) == inside
    assert public_id(SALT, inside) not in (inside, digest(SALT, inside), public_id("5b" * 32, inside))
    assert public_id(SALT, inside) == public_id(SALT, inside)


def test_paper_and_search_use_public_ids(town_plan: Plan) -> None:
    salted = replace(town_plan, salt=SALT)
    for zone in salted.zones.to_dict("records"):
        number, inside = number_of_zone(salted, zone), zone["zone_id"]
        public = public_id(SALT, inside)
        assert number.partition("-")[2] == public[: len(number) - 2]
        for name in (number, number.lower(), public, inside):
            assert paper.find_zone(salted, name)["zone_id"] == inside
        for alias in zone["aliases"]:
            assert paper.find_zone(salted, public_id(SALT, alias))["zone_id"] == inside
        if zone["status"] == "in_force":
            hits = find_all(SimpleNamespace(plan=salted), number)
            assert inside in [hit["id"] for hit in hits]
            assert inside not in paper.make_notice(salted, number, "both")
            assert inside[:8] not in paper.make_notice(salted, number, "both")
    with pytest.raises(UnknownError):
        paper.find_zone(salted, "C-")
