"""Part of the demo city: the manifest and the README that lie beside its files."""

from dataclasses import dataclass, field
from pathlib import Path

from zoning.demo.files import Dirt
from zoning.demo.plan import LAT0, LNG0

AS_OF, POLICY = "2022-03-13T00:00:00+08:00", "cn-sz-2022"
MANIFEST = "city.toml"


@dataclass(frozen=True)
class Entry:
    """One file: its name, kind and rows; what must be declared when it is loaded; `later` says why it comes later."""

    path: str
    kind: str
    rows: int
    crs: str = ""
    encoding: str = ""
    odd: str = ""
    later: str = ""


@dataclass
class Summary:
    """What was written: people, cases, seed, files in load order, spoiled rows, counts of things."""

    seed: int
    people: int
    cases: int
    files: list[Entry] = field(default_factory=list)
    dirt: Dirt = field(default_factory=list)
    counts: dict[str, float] = field(default_factory=dict)

    def add(self, counts: dict[str, float]) -> None:
        """Add a district's counts.

        Parameters
        ----------
        counts : by name.
        """
        for name, value in counts.items():
            self.counts[name] = self.counts.get(name, 0) + value


def write_manifest(folder: Path, summary: Summary) -> Path:
    """Write city.toml, the files in the order in which they are loaded.

    Parameters
    ----------
    folder : of the files.
    summary : what was written.

    Returns
    -------
    Its path.
    """
    lines = ["# The city's files in the order in which they are loaded. Paths are relative to this file.", "[town]"]
    lines += ['name = "澄湾市（虚构）"', 'name_en = "Chengwan, an invented city"', 'zone = "Asia/Shanghai"']
    lines += [f'policy = "{POLICY}"', f'as_of = "{AS_OF}"', ""]
    for entry in sorted(summary.files, key=lambda e: bool(e.later)):
        lines += ["[[later]]" if entry.later else "[[file]]", f'path = "{entry.path}"', f'kind = "{entry.kind}"']
        lines += [f'{key} = "{value}"' for key, value in (("crs", entry.crs), ("encoding", entry.encoding)) if value]
        lines += [f'why = "{entry.later}"', ""] if entry.later else [""]
    path = folder / MANIFEST
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_readme(folder: Path, summary: Summary) -> None:
    """Write README.md: what the city is, each file with its rows and peculiarities, and each spoiled row.

    Parameters
    ----------
    folder : of the files.
    summary : what was written.
    """
    counts = ", ".join(f"{value:,.0f} {name}" for name, value in summary.counts.items())
    command = f"python -m zoning demo DIR --seed {summary.seed} --people {summary.people} --cases {summary.cases}"
    lines = [
        "# An invented city", "",
        f"Written by `{command}`; the same command writes the same bytes.",
        f"Nothing here is real: the ground is drawn in open sea from {LNG0:g} E, {LAT0:g} N, and all names are put",
        "together from syllables.", "",
        f"{summary.people:,} people and {summary.cases:,} cases between 1 and 21 March 2022: {counts}.",
        f"`{MANIFEST}` lists the files in load order and sets the plan to {AS_OF[:10]} 00:00, in mid-outbreak:",
        f"`python -m zoning town WORKSPACE --manifest {MANIFEST}`. `python -m zoning derive WORKSPACE --as-of DAY",
        "--decide auto --out zones.geojson` then decides all that was reported or became due before a day; rounds",
        "of tests go on to 8 April, when most zones are released and watched.", "",
        "## Files", "", "| file | kind | rows | peculiar |", "|---|---|---|---|",
    ]  # fmt: skip
    for entry in summary.files:
        told = [
            t for t in (entry.crs and f"**{entry.crs}**", entry.encoding and f"**{entry.encoding}**", entry.odd) if t
        ]
        told += [f"not loaded at first: {entry.later}"] if entry.later else []
        lines.append(f"| `{entry.path}` | {entry.kind} | {entry.rows:,} | {'; '.join(told)} |")
    lines += [
        "",
        "## Rows that cannot be read",
        "",
        "They are rejected, each with its reason; all others are accepted.",
        "",
    ]
    lines += ["| file | row | what is wrong |", "|---|---|---|"]
    lines += [f"| `{file}` | {row} | {what} |" for file, row, what in summary.dirt]
    (folder / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
