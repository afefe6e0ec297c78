"""Run the benchmarks in turn, `python -m bench`, or some of them, `python -m bench grid`; then their ratios again.

A benchmark is a module of this package with a `main()` that prints what it compared, checks that both sides gave the
same answer, and fails with SystemExit or a code other than 0 where they did not.
"""

import importlib
import pkgutil
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

PARTS = {"__main__", "city", "hour", "plain", "screen", "visits", "watch"}


class _Tee(StringIO):
    """Show what is printed at once, and keep it."""

    def write(self, text: str) -> int:
        sys.__stdout__.write(text)
        sys.__stdout__.flush()
        return super().write(text)


def run(name: str) -> tuple[list[str], bool]:
    """Run one benchmark; its lines that tell a ratio, and whether both sides agreed."""
    said = _Tee()
    with redirect_stdout(said):
        try:
            code = importlib.import_module(f"bench.{name}").main()
        except SystemExit as stop:
            code = stop.code
            print(code)
    return [line.strip() for line in said.getvalue().splitlines() if "ratio" in line], code in (None, 0)


def main(asked: list[str]) -> int:
    """Run the benchmarks asked for, or all; 1 if the two sides of one did not agree, 2 if there is none of a name."""
    known = [m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name not in PARTS]
    if unknown := sorted(set(asked) - set(known)):
        print(f"no benchmark '{unknown[0]}'; these are {', '.join(known)}", file=sys.stderr)
        return 2
    found = {name: run(name) for name in asked or known}
    print("\nall ratios (how many times as long the other side took; same answers on both sides, unless it says so):")
    for name, (lines, agreed) in found.items():
        for line in lines if agreed else ["FAILED: the two sides differ"]:
            print(f"  {name:<8} {line}")
    return 0 if all(agreed for _, agreed in found.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
