"""What may import what, how long a file or function may be, and that classes and rules come from the packs.

The table: a new module of `zoning/` is added to the row that says what it is.
"""

import ast
import graphlib
import re
import sys
import tokenize
import tomllib
from pathlib import Path

import pytest

from tests.house import PACKAGES, ROOT, functions, imports, module_name, python_files

BASE = (
    *("errors", "settings", "tables", "forms", "times", "options", "geometry", "pieces", "datum", "breaches"),
    *("graded", "choices", "rules", "classes", "contradictions", "policy", "lookup", "clocks", "hashes", "ics", "once"),
    *("ordered", "register", "spelling", "nearby", "typed"),
)
# A stage and the parts that only it imports, in the order of the way of the data.
STAGES: dict[str, tuple[str, ...]] = {
    "intake": (
        *("intake.readers", "intake.readers_text", "intake.readers_json", "intake.readers_geo", "intake.readers_sheet"),
        *("intake.raw", "intake.transcode", "intake.osm", "intake.headers", "intake.rows", "intake.values"),
        *("intake.faults", "intake.location", "intake.coverage", "intake.rowids", "intake.stream"),
    ),
    "units": (),
    "people": (),
    "locate": (),
    "far": (),
    "exposure": (),
    "triggers": (),
    "grounds": ("grounds.scene", "grounds.units", "grounds.outlines", "grounds.border"),
    "standing": (),
    "settling": (),
    "clusters": (),
    "membership": ("membership.zones",),
    "shapes": (),
    "names": (),
    "risk": (),
    "problems": (),
    "edits": ("edits.ledger", "edits.later"),
    "decisions": (),
    "rounds": (),
    "lifting": ("lifting.evidence", "lifting.conditions", "lifting.findings", "lifting.words"),
    "schedule": (),
    "gates": (),
    "services": (),
    "export": ("export.columns", "export.files", "export.read", "export.calendars", "export.changes"),
}
STORE = {"store": ("disk", "log", "state", "facts", "strokes")}
# The generator of the demo city: part of no stage, it only writes files.
DEMO: dict[str, tuple[str, ...]] = {
    "demo": (
        *("demo.plan", "demo.streets", "demo.land", "demo.lanes", "demo.layout", "demo.buildings", "demo.areas"),
        *("demo.units", "demo.names", "demo.places", "demo.ground", "demo.outbreak", "demo.facts", "demo.files"),
        *("demo.readme", "demo.rounds"),
    ),
}
# What the layers share; every other module of layers/ is a layer.
LAYER_PARTS = ("_base", "mvt", "ragged", "tiles", "style")
PAPER = (
    *("words", "texts", "texts_lists", "ground", "sides", "boundary", "entrances", "stay", "subject", "parts"),
    *("testdays", "labels", "map", "fit", "page", "notice", "certificate", "crews", "crew_sheet", "daily"),
    *("daily_sheet", "tables", "pdf"),
)
DESK = ("acts", "ground", "files", "contact", "weighing", "telling", "keeping", "submitting", "foreign", "printing")
CLI = ("shared", "files", "facts", "zones", "paper", "edits", "drafts", "asking", "comparing", "packs", "progress")
TOP = {
    "pipeline": "pipeline",
    "plan": "pipeline",
    "parts": "pipeline",
    **dict.fromkeys(("causes", "firing", "partition", "proposals", "kept"), "pipeline"),
    "redress": "pipeline",
    "follow": "pipeline",
    "explain": "pipeline",
    **dict.fromkeys(("whatif", "coming", "whynot", "possible", "answers", "telling"), "pipeline"),
    "gazetteer": "pipeline",
    "typos": "pipeline",
    "addresses": "pipeline",
    **dict.fromkeys(
        [f"addresses.{part}" for part in ("words", "names", "town", "index", "tree", "ground", "unclear")], "pipeline"
    ),
    **dict.fromkeys(("loading", "corrections", "rejects", "guess", "evidence", "preview"), "pipeline"),
    **dict.fromkeys(("packs", "vectors", "vector_ground", "measures"), "pipeline"),
    **dict.fromkeys(("news", "matching", "differences", "bare", "burden", "demand", "picture", "board"), "pipeline"),
    **dict.fromkeys(("paper", *(f"paper.{part}" for part in PAPER)), "pipeline"),
    "editing": "pipeline",
    "saving": "pipeline",
    **dict.fromkeys(("parting", "deciding", "entering"), "pipeline"),
    **dict.fromkeys(("selecting", "selecting.names", "selecting.lines"), "pipeline"),
    **dict.fromkeys(("desk", *(f"desk.{part}" for part in DESK)), "pipeline"),
    "cli": "cli",
    **dict.fromkeys([f"cli.{part}" for part in CLI], "cli"),
    "__main__": "cli",
}

# The row of a module -> the rows that it may import. A stage, and the store, may also import their own parts.
MAY_IMPORT = {
    "package": set(),
    "base": {"base"},
    "stage": {"base"},
    "store": {"base"},
    "pipeline": {"base", "stage", "store", "pipeline"},
    "demo": {"base"},
    "cli": {"base", "stage", "store", "pipeline", "demo", "cli"},
    "layer base": {"base", "pipeline", "layer base"},
    "layer": {"base", "pipeline", "layer base"},
    "layers": {"layer base", "layer"},
    "dashboard": {"base", "store", "pipeline", "layers", "layer base", "layer", "dashboard"},
    "live": {"base", "stage", "store", "pipeline", "layers", "layer base", "layer", "live"},
    "app": {"base", "store", "pipeline", "layers", "layer base", "layer", "dashboard", "live"},
}
MAX_FILE, MAX_FUNCTION = 300, 40
NO_SCREEN = {"dash", "plotly"}
NOT_IMPORTED = {"plotly", "tzdata"}  # what requirements.in says that others load


def owner(name: str) -> tuple[str, str]:
    """The row of a module of `zoning/`, and the stage, store or generator that it belongs to."""
    for row, table in (("stage", STAGES), ("store", STORE), ("demo", DEMO)):
        for main, parts in table.items():
            if name == main or name in parts:
                return row, main
    if name in BASE:
        return "base", name
    return TOP.get(name, "unlisted"), name


def row_of(module: str) -> tuple[str, str]:
    """The row of any module of the project, and its owner within the row."""
    package, _, rest = module.partition(".")
    if package == "zoning":
        return owner(rest) if rest else ("package", "")
    if package == "layers" and rest:
        return ("layer base" if rest in LAYER_PARTS else "layer"), rest
    return package, rest


def breaches(module: str, imported: set[str]) -> list[str]:
    """What a module imports against the table."""
    row, mine = row_of(module)
    wrong = []
    for name in imported:
        package = name.partition(".")[0]
        if package in NO_SCREEN and module.startswith(("zoning", "layers")):
            wrong.append(f"{module} imports {name}: only dashboard/ and live/ know the screen")
        if package not in (*PACKAGES, "app"):
            continue
        its_row, its = row_of(name)
        if "unlisted" in (row, its_row) or (row, mine) == (its_row, its):
            continue
        if its_row not in MAY_IMPORT[row]:
            wrong.append(f"{module} ({row}) imports {name} ({its_row}); it may import {sorted(MAY_IMPORT[row])}")
    return wrong


def lengths(source: str) -> list[tuple[str, int]]:
    """Each function and its lines; its docstring is not counted, for it is not what makes a function hard to read."""
    found = []
    for node in functions(ast.parse(source)):
        doc = node.body[0] if ast.get_docstring(node) is not None else None
        text = doc.end_lineno - doc.lineno + 1 if doc else 0
        found.append((node.name, node.end_lineno - node.lineno + 1 - text))
    return found


def pack_names() -> set[str]:
    """Every class name and rule id of every pack."""
    names: set[str] = set()
    for path in (ROOT / "zoning" / "policies").glob("*.toml"):
        if not path.name.endswith(".vectors.toml"):
            pack = tomllib.loads(path.read_text("utf-8"))
            names |= {*pack.get("classes", {}), *(rule["id"] for rule in pack.get("rules", []))}
    return names


def named(source: str, names: set[str]) -> set[str]:
    """The names that occur in a source as words, in code, docstrings or comments."""
    return names & set(re.findall(r"\w+", source))


def project_imports() -> dict[str, set[str]]:
    paths = python_files(*PACKAGES, "app.py")
    known = {module_name(path) for path in paths}
    return {module_name(path): imports(path.read_text("utf-8"), known) for path in paths}


def test_every_module_has_a_row() -> None:
    unlisted = [path.name for path in python_files("zoning") if row_of(module_name(path))[0] == "unlisted"]
    assert not unlisted, (
        f"{unlisted}: in no row of the table at the top of tests/test_architecture.py; "
        "add each to BASE, to STAGES (a stage, or a part of one), to STORE or to TOP"
    )
    assert row_of("zoning.nowhere")[0] == "unlisted"


def test_every_row_has_its_module() -> None:
    listed = [
        *BASE,
        *TOP,
        *(name for table in (STAGES, STORE, DEMO) for main, parts in table.items() for name in (main, *parts)),
    ]
    there = {module_name(path).removeprefix("zoning.") for path in python_files("zoning")}
    assert [name for name in listed if name not in there] == []


def test_imports_go_one_way() -> None:
    wrong = [line for module, imported in project_imports().items() for line in breaches(module, imported)]
    assert not wrong, "\n".join(wrong)


def test_no_import_cycle() -> None:
    graph = project_imports()
    own = {module: {name for name in imported if name in graph} for module, imported in graph.items()}
    assert list(graphlib.TopologicalSorter(own).static_order())


def test_packages_are_declared_and_used() -> None:
    names = re.findall(r"^([\w-]+)", (ROOT / "requirements.in").read_text("utf-8"), re.MULTILINE)
    declared = {name.replace("-", "_") for name in names}
    used = {name.partition(".")[0] for imported in project_imports().values() for name in imported}
    outside = used - sys.stdlib_module_names - {*PACKAGES, "app"}
    assert outside == declared - NOT_IMPORTED, "requirements.in and the imports differ"


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("zoning.tables", "zoning.store"),
        ("zoning.gates", "zoning.schedule"),
        ("zoning.gates", "zoning.intake.readers"),
        ("zoning.store", "zoning.intake"),
        ("zoning.units", "zoning.pipeline"),
        ("zoning.pipeline", "layers"),
        ("zoning.export", "plotly.express"),
        ("layers.roads", "layers.zones"),
        ("layers.roads", "zoning.gates"),
        ("layers.roads", "dash"),
        ("dashboard.ids", "app"),
        ("dashboard.ids", "live"),
        ("live.view", "dashboard"),
    ],
)
def test_a_wrong_import_is_seen(module: str, imported: str) -> None:
    assert breaches(module, {imported})


def files_of_limited_size() -> list[Path]:
    scripts = [path for path in (ROOT / "assets").rglob("*.*js") if "vendor" not in path.parts]
    return [*python_files(*PACKAGES, "app.py", "tests", "bench"), *scripts]


@pytest.mark.parametrize("path", files_of_limited_size(), ids=lambda path: str(path.relative_to(ROOT)))
def test_file_is_short(path: Path) -> None:
    count = len(path.read_text("utf-8").splitlines())
    assert count <= MAX_FILE, f"{path.relative_to(ROOT)} has {count} lines, {MAX_FILE} are allowed: split it by subject"


@pytest.mark.parametrize(
    "path", python_files(*PACKAGES, "app.py", "bench"), ids=lambda path: str(path.relative_to(ROOT))
)
def test_functions_are_short(path: Path) -> None:
    long = [(name, count) for name, count in lengths(path.read_text("utf-8")) if count > MAX_FUNCTION]
    assert not long, f"{path.relative_to(ROOT)}: more than {MAX_FUNCTION} lines without the docstring: {long}"


def test_a_function_is_measured_without_its_docstring() -> None:
    body = "    x = 1\n" * MAX_FUNCTION
    assert lengths(f"def f():\n{body}") == [("f", MAX_FUNCTION + 1)]
    assert lengths(f'def f():\n    """One.\n\n    Two.\n    """\n{body}') == [("f", MAX_FUNCTION + 1)]


def test_classes_and_rules_come_from_the_packs() -> None:
    names = pack_names()
    assert names
    wrong = {str(p.relative_to(ROOT)): named(p.read_text("utf-8"), names) for p in python_files("zoning")}
    wrong = {path: found for path, found in wrong.items() if found}
    assert not wrong, f"names of a policy pack in the engine; read them from the pack: {wrong}"


def test_a_class_name_is_seen_wherever_it_stands() -> None:
    assert named('"""The sealed ground."""', {"sealed", "R1"}) == {"sealed"}
    assert named("rule == 'R1'  # unsealed", {"sealed", "R1"}) == {"R1"}


def test_no_tool_is_silenced() -> None:
    silencer = re.compile(r"#\s*(noqa|type:\s*ignore|ruff:\s*noqa|mypy:|pragma)")
    for path in python_files(*PACKAGES, "app.py", "tests", "bench"):
        with path.open("rb") as file:
            comments = [t for t in tokenize.tokenize(file.readline) if t.type == tokenize.COMMENT]
        silenced = [t.start[0] for t in comments if silencer.search(t.string)]
        assert not silenced, f"{path.relative_to(ROOT)}: lines {silenced} silence a tool; cure what it says instead"
