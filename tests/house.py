"""Where the project's own code is, for the tests that read it instead of running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("zoning", "layers", "dashboard", "live")


def python_files(*folders: str) -> list[Path]:
    """Every Python file below the folders, and `app.py` where it is asked for by name."""
    named = [ROOT / folder for folder in folders]
    return sorted(p for n in named for p in ([n] if n.suffix == ".py" else n.rglob("*.py")) if p.exists())


def module_name(path: Path) -> str:
    """`zoning/rules.py` -> `zoning.rules`; a package's `__init__.py` is the package."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: str, known: set[str]) -> set[str]:
    """The modules that a source imports, absolute; `from a import b` is `a.b` where that is a known module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import of {node.module or '.'}: write it absolute"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in known else str(node.module))
    return found


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a tree, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
