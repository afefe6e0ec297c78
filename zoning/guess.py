"""What a file holds, as far as it can be told: kind, encoding, delimiter, system and columns, each with its evidence.

A guess changes nothing: it ends in the `load` command that a person then gives, or does not.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from zoning.errors import InputError
from zoning.evidence import MOST, columns_by_values, day_of_zero, system_of, value_of_all
from zoning.intake.headers import match_headers, plain
from zoning.intake.raw import RawTable, check_file
from zoning.intake.readers import parts_of, read_chunks
from zoning.intake.readers_text import read_layout
from zoning.intake.rows import type_rows
from zoning.options import SOME_DAY, SOME_VALUE, Options, as_arguments
from zoning.tables import KINDS, Column, Contract, contract

COLUMNS = ("part", "item", "guess", "evidence")
_SAMPLE = 500
# What a kind's score is worth where one value must stand for a column that it needs: told by a name, or by nobody yet.
_TOLD, _UNTOLD = 0.9, 0.6
CLEARLY = 1.5  # a kind is clear whose score is so many times that of the next
BY_NAME = "its name"
Told = tuple[str, str]


@dataclass(frozen=True)
class _Fit:
    """How well a kind fits a table: its score, our column -> theirs, why, which of them were told by values, what one
    value for all rows is, and from which day plain numbers count; with the reason of each.
    """

    kind: str
    score: float
    columns: dict[str, str]
    evidence: str
    by_value: dict[str, str]
    constants: Mapping[str, Told] = field(default_factory=dict)
    origin: Told | None = None


@dataclass(frozen=True)
class Guess:
    """What a table is: its kind and why, whether no other comes near; its system and why; our column -> theirs and why;
    our column -> one value for all rows and why; the day from which plain numbers count and why; and what of all that
    has to be declared, by the names of the options.
    """

    kind: str
    evidence: str
    clearly: bool = False
    crs: Told = ("", "")
    columns: Mapping[str, Told] = field(default_factory=dict)
    constants: Mapping[str, Told] = field(default_factory=dict)
    origin: Told | None = None
    declared: Mapping[str, Any] = field(default_factory=dict)


def guess_file(path: Path, references: Any = None, max_mb: int = 2048, now: pd.Timestamp | None = None) -> pd.DataFrame:
    """Guess what a file holds.

    Parameters
    ----------
    path : the file.
    references : shapely shapes (WGS84) of the loaded map, to tell GCJ-02 from WGS84; None leaves that open.
    max_mb : a larger file is refused, in MiB.
    now : the time of the guess, tz-aware; default the clock. Plain numbers of days do not mean a time far ahead of it.

    Returns
    -------
    DataFrame part (sheet or layer, empty where the file has only one), item (format, encoding, delimiter, kind, crs,
    column, value, origin, command), guess, evidence. A part that fits no kind has an empty kind and no command. VALUE
    and DATE stand for what only the file's maker can tell.

    Raises
    ------
    InputError : the file cannot be read at all.
    """
    form, lines = check_file(path, max_mb), []
    lines.append(("", "format", form, f"the ending {path.suffix.lower()}"))
    if form == "OSM":
        lines.append(("", "kind", "osm", "an extract holds several kinds, by the tags of its features"))
        lines.append(("", "command", _command(path, "osm", {}), ""))
        return pd.DataFrame(lines, columns=list(COLUMNS))
    if form == "CSV":
        encoding, delimiter, above = read_layout(path)
        lines.append(("", "encoding", encoding[0], encoding[1]))
        told = f"most frequent in the first lines; {above} lines above the header"
        lines.append(("", "delimiter", {"\t": "tab"}.get(delimiter, delimiter), told))
    for part in parts_of(path, form, max_mb):
        lines += _part_lines(path, part, references, max_mb, (now or pd.Timestamp.now(tz="UTC")).tz_localize(None))
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _part_lines(
    path: Path, part: str, references: Any, max_mb: int, today: pd.Timestamp
) -> Iterator[tuple[str, str, str, str]]:
    try:
        raw = head_of(next(read_chunks(path, "", part, "", max_mb)))
    except InputError as error:
        if not part:
            raise
        yield part, "kind", "", f"no table: {error}"
        return
    best = guess_table(raw, path.stem, part, references, today)
    yield part, "kind", best.kind, best.evidence
    if not best.kind:
        return
    yield part, "crs", *best.crs
    for ours, (theirs, why) in best.columns.items():
        yield part, "column", f"{ours} = {theirs}", why
    for ours, (value, why) in best.constants.items():
        yield part, "value", f"{ours} = {value}", why
    if best.origin:
        yield part, "origin", *best.origin
    yield part, "command", _command(path, best.kind, best.declared), _CLOSING


def guess_table(raw: RawTable, stem: str, part: str, references: Any, today: pd.Timestamp, kind: str = "") -> Guess:
    """Guess what the rows of a table are.

    Parameters
    ----------
    raw : its first rows.
    stem : name of the file without its ending.
    part : name of the sheet or layer, empty where the file has only one.
    references : shapely shapes (WGS84) of the loaded map, or None.
    today : no time lies far ahead of it; without a zone.
    kind : what the rows are, where that is known; empty tries all kinds.

    Returns
    -------
    Guess; its kind is empty where none fits.

    Raises
    ------
    InputError : no such kind.
    """
    found = [_fit(raw, contract(name), f"{stem} {part}", today) for name in ([kind] if kind else KINDS)]
    fits = sorted(found, key=lambda fit: -fit.score)
    best, second = fits[0], fits[min(1, len(fits) - 1)]
    if best.score <= 0 and not kind:
        heads = ", ".join(raw.values.columns[:12])
        return Guess("", f"no kind knows these columns: {heads}; see `python -m zoning schema`")
    runner = f"; next: {second.kind} ({second.score:.2f})" if second.score > 0 and second != best else ""
    crs = system_of(raw, best.columns, stem, references)
    return Guess(
        best.kind,
        f"{best.evidence} (score {best.score:.2f}{runner})",
        bool(kind) or best.score >= CLEARLY * second.score,
        crs,
        {ours: (theirs, best.by_value.get(ours, BY_NAME)) for ours, theirs in best.columns.items()},
        best.constants,
        best.origin,
        _declared(best, part, "" if raw.crs else crs[0]),
    )


_CLOSING = "what follows from all this"


def _declared(fit: _Fit, part: str, crs: str) -> dict[str, Any]:
    """Return what has to be declared, by the names of the options."""
    declared = {
        "layer": part,
        "crs": crs if crs != "wgs84" else "",
        "origin": fit.origin[0] if fit.origin else "",
        "mapping": {ours: fit.columns[ours] for ours in fit.by_value},
        "constants": {ours: value for ours, (value, _) in fit.constants.items()},
    }
    return {name: value for name, value in declared.items() if value}


def _command(path: Path, kind: str, kept: Mapping[str, Any]) -> str:
    return shlex.join(["python", "-m", "zoning", "load", "WORKSPACE", str(path), "--kind", kind, *as_arguments(kept)])


def head_of(raw: RawTable) -> RawTable:
    """Return the first rows of a table.

    Parameters
    ----------
    raw : rows.

    Returns
    -------
    RawTable of as many rows as a guess looks at.
    """
    shapes = None if raw.shapes is None else raw.shapes[:_SAMPLE]
    return replace(raw, values=raw.values.head(_SAMPLE), rows=raw.rows[:_SAMPLE], shapes=shapes)


def _fit(raw: RawTable, terms: Contract, name: str, today: pd.Timestamp) -> _Fit:
    """Score a kind: how telling the columns are that it knows, how many rows it reads, and what the name says."""
    headers = list(raw.values.columns)
    columns = match_headers(headers, terms, {}, {})
    by_value = columns_by_values(raw, terms, columns)
    columns = columns | {ours: why[0] for ours, why in by_value.items()}
    lacking, drawn = _lacking(raw, terms, columns)
    told = {ours: why[1] for ours, why in by_value.items()}
    crs, why_crs = system_of(raw, columns, name, None)
    if "swapped" in why_crs:
        columns["lng"], columns["lat"] = columns["lat"], columns["lng"]
        told |= dict.fromkeys(("lng", "lat"), "its numbers: longitude and latitude are swapped")
    constants = {column.name: value for column in lacking if (value := value_of_all(column, name))}
    if len(constants) < len(lacking) or not (columns or drawn):
        return _Fit(terms.kind, 0.0, columns, f"lacks {', '.join(c.name for c in lacking)}", told)
    fit = _Fit(terms.kind, 0.0, columns, "", told, constants, day_of_zero(raw, terms, columns, name, today))
    good, evidence = _readable(raw, terms, fit, crs)
    telling = sum(1 / _known_by(header) for header in columns.values())
    needed = sum(column.required for column in terms.columns) - len(lacking)
    words = plain(name)
    named = terms.kind in words or terms.kind.removesuffix("s") in words
    worth = [_UNTOLD if value == SOME_VALUE else _TOLD for value, _ in constants.values()]
    known = [value != SOME_VALUE for column, (value, _) in constants.items() if terms.column(column).choices]
    score = (0.1 + 0.9 * good) * (telling + 0.3 * needed + 2.0 * named + sum(known)) * min(worth, default=1.0)
    evidence = f"{len(columns)} of {len(headers)} columns known, {evidence}"
    return replace(fit, score=score, evidence=evidence + (", and the name says so" if named else ""))


def _lacking(raw: RawTable, terms: Contract, columns: Mapping[str, str]) -> tuple[list[Column], set[str]]:
    """Return the required columns that nothing in the file fills, and those that its shapes fill."""
    drawn = {"geometry", "lng", "lat"} if raw.shapes is not None else set()
    drawn |= {"geometry"} if {"lng", "lat"} <= set(columns) else set()
    there = {*columns, *drawn, *(("name",) if "name_en" in columns else ())}
    return [column for column in terms.columns if column.required and column.name not in there], drawn


def _readable(raw: RawTable, terms: Contract, fit: _Fit, crs: str) -> tuple[float, str]:
    """Return the share of the rows that can be read as this kind, and that in words, with what ails the others."""
    readable = {ours: theirs for ours, theirs in fit.columns.items() if crs or ours not in ("lng", "lat")}
    # Any value will do to see whether the rows can be read: the first that is allowed, and any day.
    constants = {
        ours: terms.column(ours).choices[0][0] if value == SOME_VALUE else value
        for ours, (value, _) in fit.constants.items()
    }
    origin = {SOME_DAY: "2020-01-01"}.get(fit.origin[0], fit.origin[0]) if fit.origin else None
    typed = type_rows(raw, terms, Options(crs="" if raw.crs else crs, origin=origin, constants=constants), readable)
    good = 1 - float(typed.faults.mask.mean()) if len(raw.values) else 0.0
    told = f"{good:.0%} of the first {len(raw.values)} rows read"
    if good < MOST:
        reasons = typed.faults.table("", raw.rows)["reason"]
        told += f"; most of the others: {reasons.mode().iloc[0]}"
    return good, told


def _known_by(header: str) -> int:
    """Return how many kinds know a column of this name: the fewer, the more it tells."""
    return max(1, sum(header in match_headers([header], contract(kind), {}, {}).values() for kind in KINDS))


def guess_lines(table: pd.DataFrame) -> Sequence[str]:
    """Return a guess as lines for a terminal.

    Parameters
    ----------
    table : of `guess_file`.

    Returns
    -------
    One line a guess: what, the guess, and why; a heading for each sheet or layer.
    """
    lines, part = [], ""
    for row in table.itertuples(index=False):
        if row.part != part:
            part = row.part
            lines.append(f"[{part}]")
        why = f"   ({row.evidence})" if row.evidence else ""
        lines.append(f"{row.item:<10} {row.guess or 'unknown'}{why}")
    return lines
