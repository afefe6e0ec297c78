"""The folder of publications: old or new after a kill, nothing damaged is believed, withdrawals, history."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from live.__main__ import main
from live.folder import CURRENT, HISTORY, MANIFEST, Folder
from live.publishing import prepare, publish, published, withdraw
from tests.living import when
from zoning.errors import ConflictError, InputError, StoreError
from zoning.hashes import public_id
from zoning.state import change_setting
from zoning.store import Workspace

City = tuple[Path, Path]


@pytest.fixture
def folder(published_city: City, tmp_path: Path) -> Folder:
    """A copy of the folder that a test may change."""
    return Folder(shutil.copytree(published_city[1], tmp_path / "live"))


@pytest.fixture
def workspace(published_city: City, tmp_path: Path) -> Workspace:
    """A copy of the workspace behind it."""
    return Workspace(shutil.copytree(published_city[0], tmp_path / "workspace"))


def now(folder: Folder) -> str:
    return str(folder.current()["snapshot"])


def test_what_was_published_is_whole_and_told(
    folder: Folder, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    history = folder.history()
    assert [entry["note"] for entry in history] == ["state of 2022-03-10", "state of 2022-03-13"]
    for entry in history:
        manifest = folder.check(entry["snapshot"])
        on_disk = {
            p.relative_to(folder.snapshot_path(entry["snapshot"])).as_posix()
            for p in folder.snapshot_path(entry["snapshot"]).rglob("*")
            if p.is_file()
        }
        assert {told["name"] for told in manifest["files"]} | {MANIFEST} == on_disk
    assert now(folder) == history[-1]["snapshot"]
    events = published(workspace)
    assert [(e.author, e.payload["snapshot"]) for e in events] == [("Li Wei", e["snapshot"]) for e in history]
    assert main(["history", str(workspace.path)]) == 0
    assert capsys.readouterr().out.count("by Li Wei") == 2
    assert main(["check", str(folder.path)]) == 0


def test_the_first_view_is_small(published_city: City) -> None:
    folder = Folder(published_city[1])
    told = {file["name"]: file["bytes"] for file in folder.check(now(folder))["files"]}
    for lang in ("zh", "en"):
        assert told["list.json.gz"] + told[f"overview-{lang}.svg.gz"] < 300_000


@pytest.mark.slow
def test_what_is_the_same_is_not_written_again(folder: Folder, workspace: Workspace) -> None:
    at = when("03-13 00:00").to_pydatetime()
    first, second = (publish(workspace, folder.path, "Wang Fang", as_of=at, confirmed=["all"]) for _ in range(2))
    assert first.changes == second.changes == []
    paths = [folder.snapshot_path(told.snapshot) for told in (first, second)]
    names = {told["name"] for told in folder.check(second.snapshot)["files"]}
    assert all((paths[1] / name).samefile(paths[0] / name) for name in names - {"changes.json", "changes.json.gz"})
    assert folder.current()["seq"] == 4
    dry = publish(workspace, folder.path, "", as_of=at, confirmed=["all"], dry=True)
    assert (dry.snapshot, folder.current()["seq"]) == ("", 4)


def test_zones_that_moved_are_confirmed(
    folder: Folder, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    view, plan, resolution = prepare(workspace)
    moved, before = tuple(plan.zones.loc[plan.zones["status"] == "in_force", "zone_id"][:2]), now(folder)
    monkeypatch.setattr("live.publishing.prepare", lambda *_: (replace(view, redrawn=moved), plan, resolution))
    with pytest.raises(ConflictError, match="2 zones in force have other ground") as error:
        publish(workspace, folder.path, "Li Wei")
    assert all(name in str(error.value) for name in moved)
    with pytest.raises(ConflictError, match="1 zones in force"):
        publish(workspace, folder.path, "Li Wei", confirmed=moved[:1])
    assert main(["publish", str(workspace.path), str(folder.path), "--by", "Li Wei"]) == 1
    assert "--confirm" in capsys.readouterr().err
    assert now(folder) == before
    assert len(published(workspace)) == 2
    publish(workspace, folder.path, "Li Wei", confirmed=[moved[0], public_id(plan.salt, moved[1])])
    assert published(workspace)[-1].payload["confirmed"]


def test_a_withdrawal_brings_back_what_stood_before(folder: Folder, workspace: Workspace) -> None:
    first, second = (entry["snapshot"] for entry in folder.history())
    told = withdraw(workspace, folder.path, "Li Wei", "wrong block")
    assert told["snapshot"] == now(folder) == first
    assert not folder.snapshot_path(second).exists()
    assert [bool(entry["withdrawn_at"]) for entry in folder.history()] == [False, True]
    assert published(workspace)[-1].payload["note"] == "wrong block"
    assert "wrong block" not in (folder.path / HISTORY).read_text()
    assert withdraw(workspace, folder.path, "Li Wei")["snapshot"] is None
    with pytest.raises(InputError, match="nothing to withdraw"):
        withdraw(workspace, folder.path, "Li Wei")
    assert main(["check", str(folder.path)]) == 0
    publish(workspace, folder.path, "Li Wei", confirmed=["all"])
    folder.check(now(folder))


def test_names_notes_and_resolutions_are_held_to(folder: Folder, workspace: Workspace) -> None:
    for act in (publish, withdraw):
        with pytest.raises(InputError, match="--by"):
            act(workspace, folder.path, " ")
    with pytest.raises(InputError, match="500"):
        publish(workspace, folder.path, "Li", "x" * 501)
    change_setting(workspace, "count_resolution", "9")
    with pytest.raises(InputError, match="resolution 8"):
        publish(workspace, folder.path, "Li", confirmed=["all"])


def test_a_folder_is_of_one_outbreak(folder: Folder, workspace: Workspace) -> None:
    for act in (publish, withdraw):
        with pytest.raises(StoreError, match="another outbreak"):
            act(workspace.of("second"), folder.path, "Li Wei")


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing is published here"):
        Folder(tmp_path).current()
    assert Folder(tmp_path).history() == []
    assert main(["check", str(tmp_path)]) == 1


def damage(folder: Folder, kind: str) -> None:
    snapshot = folder.snapshot_path(now(folder))
    if kind == "half-copied":
        (snapshot / MANIFEST).unlink()
    if kind == "missing":
        (snapshot / "zones.geojson").unlink()
    if kind == "damaged":
        data = bytearray((snapshot / "zones.pmtiles").read_bytes())
        data[len(data) // 2] ^= 1
        (snapshot / "zones.pmtiles").write_bytes(data)
    if kind == "cut":
        data = (snapshot / "list.json").read_bytes()
        (snapshot / "list.json").write_bytes(data[: len(data) // 2])
    if kind == "changed":
        (snapshot / MANIFEST).write_bytes((snapshot / MANIFEST).read_bytes().replace(b"Asia", b"Asea"))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("half-copied", "half-copied"),
        ("missing", "copied in part"),
        ("damaged", "is damaged"),
        ("cut", "is damaged"),
        ("changed", "was changed after"),
    ],
)
def test_what_is_damaged_is_refused(folder: Folder, kind: str, said: str) -> None:
    first, second = (entry["snapshot"] for entry in folder.history())
    damage(folder, kind)
    with pytest.raises(StoreError, match=said):
        folder.check(second)
    folder.check(first)


@pytest.mark.parametrize("name", [CURRENT, HISTORY])
@pytest.mark.parametrize(("data", "said"), [(b'{"format": 2}', "format 2"), (b"{", "damaged"), (b"[]", "damaged")])
def test_a_newer_or_broken_index_is_refused(
    folder: Folder, workspace: Workspace, name: str, data: bytes, said: str
) -> None:
    (folder.path / name).write_bytes(data)
    with pytest.raises(StoreError, match=said):
        folder.current() if name == CURRENT else folder.history()
    with pytest.raises(StoreError, match=said):
        publish(workspace, folder.path, "Li Wei", confirmed=["all"])
    assert (folder.path / name).read_bytes() == data


def test_a_folder_that_cannot_be_written(tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        publish(workspace, tmp_path / "file", "Li Wei", confirmed=["all"])

    def read_only(*_given: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("zoning.disk.write_synced", read_only)
    with pytest.raises(StoreError, match="Read-only file system"):
        publish(workspace, tmp_path / "live", "Li Wei", confirmed=["all"])
    assert not (tmp_path / "live" / CURRENT).exists()


def test_a_full_or_locked_disk_leaves_the_old(
    folder: Folder, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, seen = now(folder), len(published(workspace))

    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("live.folder._put", full)
    with pytest.raises(StoreError, match="No space left"):
        publish(workspace, folder.path, "Li Wei", confirmed=["all"])
    assert now(folder) == before
    assert len(published(workspace)) == seen
    assert [p.name for p in (folder.path / "snapshots").iterdir() if p.name.startswith(".")] == []


@pytest.mark.slow
def test_the_command_line_publishes_and_takes_back(
    folder: Folder, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(workspace.path), str(folder.path), "--by", "Li Wei"]
    assert main(["publish", *given[:2]]) == 1
    assert "--by" in capsys.readouterr().err
    assert main(["publish", *given, "--confirm", "all", "--dry-run"]) == 0
    assert "would publish" in capsys.readouterr().out
    assert main(["publish", *given, "--confirm", "all", "--as-of", "2022-03-13 10:00", "--note", "noon"]) == 0
    assert "published" in capsys.readouterr().out
    assert json.loads((folder.path / CURRENT).read_text())["note"] == "noon"
    assert main(["withdraw", *given, "--note", "no"]) == 0
    assert "withdrawn; current is" in capsys.readouterr().out
