"""Every kind of dirt: no crash, no row lost without a word, nothing half loaded, and the message."""

from pathlib import Path

import pytest

from tests.zoo import TEXTS, Dirt
from tests.zoo_files import FILES
from zoning.errors import InputError
from zoning.loading import load_file
from zoning.rejects import read_rejects
from zoning.store import Workspace

ZOO = (*TEXTS, *FILES)


def test_the_zoo_is_large_and_its_names_differ() -> None:
    assert len({dirt.name for dirt in ZOO}) == len(ZOO) >= 100
    assert {dirt.fate for dirt in ZOO} == {"error", "reject", "notice", "fine"}
    assert all(dirt.says for dirt in ZOO if dirt.fate != "fine")


@pytest.mark.parametrize("dirt", ZOO, ids=lambda dirt: dirt.name)
def test_dirt(dirt: Dirt, tmp_path: Path) -> None:
    path = tmp_path / dirt.file
    dirt.make(path)
    workspace = Workspace(tmp_path / "w", create=True)
    if dirt.fate == "error":
        with pytest.raises(InputError) as caught:
            load_file(workspace, path, dirt.kind)
        assert dirt.says in str(caught.value)
        assert dirt.file in str(caught.value)
        assert workspace.revision() == 0
        assert not list((tmp_path / "w" / "tables").iterdir())
        return
    done = load_file(workspace, path, dirt.kind)
    read, accepted, rejected = done.rows[dirt.kind]
    assert read == accepted + rejected
    revision = workspace.revision()
    assert not load_file(workspace, path, dirt.kind).changed
    assert workspace.revision() == revision == 1
    assert accepted == dirt.accepted
    rejects = read_rejects(workspace)
    assert len(rejects) == rejected
    assert bool(rejected) == (dirt.fate == "reject")
    assert (rejects["fix"] != "").all()
    said = rejects["reason"] if dirt.fate == "reject" else done.notices
    assert dirt.says in " | ".join(said)
