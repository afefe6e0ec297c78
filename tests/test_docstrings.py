"""Every public function of the engine and the layers says what it takes, gives back and raises."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import ROOT, python_files

Function = ast.FunctionDef | ast.AsyncFunctionDef


def error_names() -> set[str]:
    tree = ast.parse((ROOT / "zoning" / "errors.py").read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Public functions and classes of a module, and the public methods of those classes."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{node.name}.")


def sections(doc: str) -> dict[str, str]:
    """The numpydoc sections of a docstring: a title with a line of dashes below it, and the text up to the next."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}$", doc, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def decorators(node: Function) -> set[str]:
    return {name.id for name in ast.walk(ast.Module(node.decorator_list, [])) if isinstance(name, ast.Name)}


def parameters(node: Function) -> list[str]:
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return [arg.arg for arg in named if arg.arg not in ("self", "cls")]


def returns_something(node: Function) -> bool:
    plain = isinstance(node.returns, ast.Constant) and node.returns.value is None
    never = isinstance(node.returns, ast.Name) and node.returns.id in ("Never", "NoReturn")
    return not (plain or never or "property" in decorators(node) or "cached_property" in decorators(node))


def raised(node: Function) -> set[str]:
    calls = [n.exc for n in ast.walk(node) if isinstance(n, ast.Raise) and n.exc]
    targets = [call.func if isinstance(call, ast.Call) else call for call in calls]
    return {
        t.attr if isinstance(t, ast.Attribute) else t.id for t in targets if isinstance(t, ast.Attribute | ast.Name)
    }


def missing(name: str, node: Function | ast.ClassDef, errors: set[str]) -> list[str]:
    """What the docstring of one function or class does not say."""
    doc = ast.get_docstring(node)
    if not doc:
        return [f"{name} has no docstring"]
    if isinstance(node, ast.ClassDef):
        return []
    found = sections(doc)
    items = {
        i
        for line in re.findall(r"^([\w*, ]+?) *:", found.get("Parameters", ""), re.MULTILINE)
        for i in re.split(r", *", line.replace("*", ""))
    }
    wrong = [f"{name}: Parameters says nothing of '{p}'" for p in parameters(node) if p not in items]
    wrong += [f"{name}: Parameters names '{i}', which it does not take" for i in sorted(items - set(parameters(node)))]
    if returns_something(node) and not found.get("Returns", "").strip():
        wrong.append(f"{name}: no Returns section")
    for error in sorted(raised(node) & errors):
        if not re.search(rf"\b{error}\b", found.get("Raises", "")):
            wrong.append(f"{name}: Raises does not name {error}")
    return wrong


@pytest.mark.parametrize("path", python_files("zoning", "layers", "live"), ids=lambda path: str(path.relative_to(ROOT)))
def test_public_names_are_documented(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    wrong = [] if ast.get_docstring(tree) or not tree.body else ["the module has no docstring"]
    wrong += [line for name, node in public(tree.body) for line in missing(name, node, error_names())]
    assert not wrong, f"{path.relative_to(ROOT)}:\n" + "\n".join(wrong)


GOOD = '''
def load(path, *rest, crs="wgs84") -> int:
    """Read a file.

    Parameters
    ----------
    path, rest : files to read.
    crs : the system of its coordinates.

    Returns
    -------
    Rows read.

    Raises
    ------
    InputError : the file is no table.
    """
    raise InputError("x")
'''


def complaints(source: str) -> list[str]:
    return [x for name, node in public(ast.parse(source).body) for x in missing(name, node, {"InputError"})]


def test_a_whole_docstring_passes() -> None:
    assert complaints(GOOD) == []
    assert (
        complaints(
            textwrap.dedent('''
        class Kind:
            """A kind."""

            @property
            def name(self) -> str:
                """Its name."""

            def _inner(self, x): ...
        ''')
        )
        == []
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Read a file.', '"""'),
        ("crs :", "system :"),
        ("path, rest :", "path :"),
        ("Returns\n    -------\n", "Gives back\n"),
        ("    Rows read.\n", ""),
        ("InputError :", "ValueError :"),
        ('crs="wgs84"', 'crs="wgs84", scale=1'),
    ],
)
def test_a_gap_is_seen(old: str, new: str) -> None:
    assert old in GOOD
    broken = GOOD.replace(old, new) if old != '"""Read a file.' else re.sub(r'""".*?"""', "pass", GOOD, flags=re.DOTALL)
    assert complaints(broken)
