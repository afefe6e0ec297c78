"""The live page as files: complete, the same each time, in both languages, written only where they differ."""

import re
from pathlib import Path

import orjson
import pytest

from layers.style import LANGS, THEMES
from live import site, words
from tests.house import ROOT

MODULES = sorted((ROOT / "assets" / "live").glob("*.mjs"))


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return site.page_files()


def test_all_that_the_page_asks_for_is_there(files: dict[str, bytes]) -> None:
    html = files["index.html"].decode()
    asked = re.findall(r'(?:src|href)="([^"#]+)(?:#[^"]*)?"', html)
    assert len(asked) > 20
    assert [path for path in asked if path not in files] == []
    place = next(path for path in asked if path.endswith("main.mjs")).removesuffix("main.mjs")
    for module in MODULES:
        for name in re.findall(r'from "\./([\w.]+)"|import\("\./([\w.]+)"\)', module.read_text("utf-8")):
            assert place + "".join(name) in files, f"{module.name} imports what is not there"
    icons = set(re.findall(r'symbol id="([\w-]+)"', files[f"{place}icons.svg"].decode()))
    used = {name for path in MODULES for name in re.findall(r'icon\("(\w+)"', path.read_text("utf-8"))}
    assert used | set(re.findall(r"icons\.svg#(\w+)", html)) <= icons


def test_what_changes_gets_another_address(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    assert site.page_files() == files
    told = {**words.TEXTS, "en": {**words.TEXTS["en"], "live": "now"}}
    monkeypatch.setattr(site, "TEXTS", told)
    other = site.page_files()
    assert other["index.html"] != files["index.html"]
    monkeypatch.setattr(site, "_STYLES", site._STYLES[:-1])
    assert {p.split("/")[1] for p in site.page_files() if p.startswith("page/")} != {
        p.split("/")[1] for p in files if p.startswith("page/")
    }


def test_every_word_is_in_both_languages_and_used(files: dict[str, bytes]) -> None:
    assert [key for key, (zh, en) in words.WORDS.items() if not zh.strip() or not en.strip()] == []
    fields = {key: [set(re.findall(r"\{(\w+)[ }]", text)) for text in pair] for key, pair in words.WORDS.items()}
    assert [key for key, (zh, en) in fields.items() if zh != en] == []
    code = "".join(path.read_text("utf-8") for path in MODULES) + files["index.html"].decode().split("<body")[1]
    said = set(re.findall(r'say\("(\w+)"', code)) | set(re.findall(r'data-(?:say|label|hint)="(\w+)"', code))
    assert sorted(said - set(words.WORDS)) == []
    made = ("trouble_", "span_", "site_", "change_", "state_", "mode_", "mark_", "gate_", "near_")
    unused = [key for key in words.WORDS if key not in said and f'"{key}"' not in code and not key.startswith(made)]
    assert unused == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("lang", LANGS)
def test_the_map_shows_only_what_is_told(theme: str, lang: str) -> None:
    style = site.map_style(theme, lang)
    zones = [layer for layer in style["layers"] if layer.get("source") == "zones"]
    assert len(zones) > 10
    shown = ["has", site._KEY, ["global-state", "shown"]]
    assert all(shown in (layer["filter"], *layer["filter"]) for layer in zones)
    text = orjson.dumps(style).decode()
    assert '"status"' not in text
    assert '"asked"' not in text
    assert {layer["source"] for layer in style["layers"] if "source" in layer} == {
        *("ground", "zones", "gates", "sites", "near", "marks")
    }
    images = set(style["metadata"]["images"])
    used = set(re.findall(rf'"([\w-]+@{theme}@{lang})"', orjson.dumps(style["layers"]).decode()))
    assert used <= images


def test_a_folder_is_written_once(tmp_path: Path) -> None:
    first = site.write_site(tmp_path)
    assert first == len(site.page_files())
    assert site.write_site(tmp_path) == 0
    (tmp_path / "index.html").write_text("damaged")
    assert site.write_site(tmp_path) == 1


def test_modules_are_short() -> None:
    assert [path.name for path in MODULES if len(path.read_text("utf-8").splitlines()) > 300] == []
