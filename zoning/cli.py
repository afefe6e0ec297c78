"""The command line: what each command is called, what it takes, and how it fails.

Results go to standard output, errors to standard error. Exit codes: 0 done, 1 the data or a name is wrong, 2 the
command itself is wrong.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from zoning import commands, comparing, queries, redrawing
from zoning.errors import ZoningError
from zoning.export import FORMATS
from zoning.saving import CHOICES
from zoning.standing import ACTIONS
from zoning.tables import KINDS

_TIME = "a time: ISO, 2022/3/6 8:05 or 3月6日24时; local unless it carries an offset"
_SCOPE = "whose clocks an extension starts again (default: the pack's scope of a reset)"
_TOWN = Path(__file__).parent.parent / "data" / "town" / "town.toml"
Parser = argparse.ArgumentParser
Add = Callable[..., Parser]


def build_parser() -> Parser:
    """Return the parser of the whole command line.

    Returns
    -------
    ArgumentParser; each command sets `run` to the function that does it.
    """
    parser = Parser(
        prog="python -m zoning",
        description="From case registers to cited, explained zones. A workspace is a folder: load files, then derive.",
        epilog="First steps: python -m zoning town build/town; python -m zoning derive build/town --out zones.geojson",
    )
    group = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], text: str, example: str) -> Parser:
        said = text[0].upper() + text[1:] + "."
        made = group.add_parser(name, help=text, description=said, epilog=f"Example: python -m zoning {example}")
        made.set_defaults(run=run)
        return made

    parts = (_add_load, _add_guess, _add_facts, _add_derive, _add_decide, _add_edit, _add_ask, _add_compare, _add_rest)
    for part in parts:
        part(add)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : arguments; None takes those of the process.

    Returns
    -------
    Exit code.
    """
    given = build_parser().parse_args(argv)
    try:
        return int(given.run(given))
    except ZoningError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {error.filename2 or error.filename}: {error.strerror}; give another path", file=sys.stderr)
        return 1


def _workspace(parser: Parser) -> None:
    parser.add_argument("workspace", type=Path, help="folder of the workspace")


def _recorded(parser: Parser) -> None:
    parser.add_argument("--recorded-at", metavar="T", help="when it was known, now if left out; " + _TIME)
    parser.add_argument("--author", default="", help="who says so")


def _times(parser: Parser) -> None:
    _as_of(parser)
    parser.add_argument("--known-at", metavar="T", help="when we knew it, now if left out")
    parser.add_argument("--policy", metavar="ID", help="id or .toml file of a pack, instead of the workspace's")


def _add_load(add: Add) -> None:
    parser = add(
        "load",
        commands.load,
        "read files of one kind into a workspace; bad rows go to rejects.csv with their reason",
        "load build/futian places.csv --kind places --crs gcj02",
    )
    _workspace(parser)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CSV, XLSX, GeoJSON, (Geo)Parquet ...")
    parser.add_argument("--kind", required=True, choices=[*KINDS, "osm"], help="what the rows are; osm takes all kinds")
    parser.add_argument("--source", help="name that a later version replaces (default: the file's name)")
    parser.add_argument("--crs", default="", help="wgs84 (default), gcj02, bd09 or EPSG:n")
    parser.add_argument("--encoding", default="", help="utf-8, gb18030 ... (default: found out)")
    parser.add_argument("--scale", type=float, default=1.0, help="factor from the file's numbers to metres or degrees")
    parser.add_argument("--origin", metavar="DATE", help="date that plain numbers of days count from")
    parser.add_argument("--year", type=int, help="year of dates that carry none")
    parser.add_argument("--layer", default="", help="sheet of a workbook, layer of a GeoPackage or KML")
    parser.add_argument("--map", action="append", default=[], metavar="OURS=THEIRS", help="our column = the file's")
    parser.add_argument("--set", action="append", default=[], metavar="OURS=VALUE", help="one value for all rows")
    parser.add_argument("--forget", action="store_true", help="take nothing from the last load of this source")
    _recorded(parser)


def _add_guess(add: Add) -> None:
    parser = add(
        "guess",
        queries.guess,
        "say what a file holds (kind, encoding, system, columns), why, and the load command that follows",
        "guess places.xlsx --workspace build/futian",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--workspace", type=Path, help="its map tells GCJ-02 from WGS84")


def _add_facts(add: Add) -> None:
    parser = add(
        "withdraw", commands.withdraw, "take one fact back", "withdraw build/town cases:C3 --reason 'wrong person'"
    )
    _workspace(parser)
    parser.add_argument("fact", metavar="FACT", help="kind:id, such as cases:C3")
    parser.add_argument("--reason", default="", help="why")
    _recorded(parser)


def _add_derive(add: Add) -> None:
    parser = add(
        "derive",
        commands.derive,
        "derive the zones as of a time, as it was known at a time, and write them in the format of --out",
        "derive build/town --as-of 2022-03-18 --out zones.geojson",
    )
    _workspace(parser)
    _times(parser)
    parser.add_argument("--decide", choices=["auto"], help="auto: put every proposed zone in force (demos, replays)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=f"ends in {', '.join(FORMATS)}")


def _add_decide(add: Add) -> None:
    parser = add(
        "decide",
        commands.decide,
        "record a person's decision on a zone",
        "decide build/town 0a1b2c3d4e5f6071 --in-force-from 3月17日24时 --notice '第48号' --by 'Li Wei'",
    )
    _workspace(parser)
    parser.add_argument("zone", metavar="ZONE", help="zone id or alias")
    parser.add_argument("--action", choices=ACTIONS, default="delineate", help=f"one of {', '.join(ACTIONS)}")
    parser.add_argument("--in-force-from", metavar="T", help="default of a new zone: the next local midnight")
    parser.add_argument("--to", default="", metavar="CLASS", help="class that the zone steps to")
    parser.add_argument("--until", default="", metavar="T", help="when a temporary hold expires")
    parser.add_argument("--gate", default="", metavar="NAME", help="what was assessed: the gate of a phase, or release")
    parser.add_argument("--scope", default="", choices=["", "zone", "building", "unit", "none"], help=_SCOPE)
    parser.add_argument("--delineated-at", metavar="T", help="default: now")
    parser.add_argument("--notice", default="", help="number of the notice")
    parser.add_argument("--by", required=True, help="name of who decides")
    parser.add_argument("--grounds", default="", help="why")
    parser.add_argument("--recorded-at", metavar="T", help="when it was known, now if left out")
    _times(parser)


def _add_edit(add: Add) -> None:
    parser = add(
        "edit",
        redrawing.edit,
        "put atoms into a class by hand, with what that changes; refused where others changed them since --base",
        "edit build/town --atoms houses.txt --class none --reason 'wrong address' --by 'Li Wei'",
    )
    _workspace(parser)
    parser.add_argument(
        "--atoms", type=Path, metavar="FILE", help="ids of units, estates or cells, one a line, or a table"
    )
    parser.add_argument("--class", dest="target", metavar="C", help="a class of the pack, or none to take them out")
    parser.add_argument("--reason", metavar="TEXT", help="why")
    parser.add_argument("--by", required=True, help="name of who edits")
    parser.add_argument("--zone", metavar="ID", help="zone that the atoms join; found by itself if left out")
    parser.add_argument("--effective-at", metavar="T", help="from when it counts; default: the time of the plan")
    parser.add_argument("--until", metavar="T", help="until when; default: without end")
    parser.add_argument("--base", type=int, metavar="R", help="revision that it was drawn on; default: the newest")
    parser.add_argument(
        "--on-conflict", choices=CHOICES, default="refuse", help="what to do if others changed its atoms"
    )
    parser.add_argument("--draft", metavar="ID", help="take up this draft, instead of --atoms, --class and --reason")
    parser.add_argument("--recorded-at", metavar="T", help="when it was known, now if left out")
    _as_of(parser)
    parser = add("undo", redrawing.undo, "undo an edit, or an undo", "undo build/town 0a1b2c3d4e5f6071 --by 'Li Wei'")
    _workspace(parser)
    parser.add_argument("stroke", metavar="STROKE", help="id of the edit, from the ledger")
    parser.add_argument("--by", required=True, help="name of who undoes it")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why")
    _as_of(parser)
    said = "list every edit, what waits for a person first"
    parser = add("ledger", redrawing.ledger, said, "ledger build/town --out edits.csv")
    _workspace(parser)
    parser.add_argument("--out", type=Path, metavar="FILE.csv", help="write it there instead")
    _as_of(parser)


def _as_of(parser: Parser) -> None:
    parser.add_argument("--as-of", metavar="T", help="when it was true; " + _TIME)


def _add_ask(add: Add) -> None:
    parser = add(
        "explain",
        queries.explain,
        "say why a unit or a place has its class, what would put it into another, and what its zone waits for",
        "explain build/town --unit E1-B4-U5",
    )
    _workspace(parser)
    subject = parser.add_mutually_exclusive_group(required=True)
    subject.add_argument("--unit", metavar="ID", help="estate, building, unit, <unit>/rest or H3 cell")
    subject.add_argument("--at", metavar="LNG,LAT", help="a point, WGS84")
    parser.add_argument("--json", action="store_true", help="as JSON, instead of words in both languages")
    _times(parser)
    parser = add(
        "find",
        queries.find,
        "search names by Chinese, pinyin, initials or English, and resolve an address in words",
        "find build/town 临水花园6栋2单元",
    )
    _workspace(parser)
    parser.add_argument("text", metavar="TEXT", help="a name or part of one, or an address such as 临水花园除1-5栋")
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="most names (default 10)")
    _times(parser)
    parser = add(
        "schedule",
        queries.schedule,
        "write the testing calendar as CSV or ICS",
        "schedule build/town --out calendar.ics --language en",
    )
    _workspace(parser)
    _times(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.csv|FILE.ics")
    parser.add_argument("--language", choices=["zh", "en"], default="zh")


def _add_compare(add: Add) -> None:
    parser = add(
        "diff",
        comparing.diff,
        "list what changed between two dates, times of knowing or packs, with the facts and decisions behind it",
        "diff build/town --from 3月14日 --to 3月15日 --out changes.geojson",
    )
    _workspace(parser)
    parser.add_argument("--from", dest="from_", metavar="T", help="the earlier date; " + _TIME)
    parser.add_argument("--to", metavar="T", help="the later date (default: the workspace's as_of, else now)")
    parser.add_argument("--known-from", metavar="T", help="known by then, on the earlier side (default: as later)")
    parser.add_argument("--known-to", metavar="T", help="known by then, on the later side (default: now)")
    parser.add_argument("--policy", metavar="ID", help="id or .toml file of a pack, instead of the workspace's")
    parser.add_argument("--policy-from", metavar="ID", help="the pack of the earlier side, where it is another")
    parser.add_argument("--out", type=Path, metavar="FILE.geojson|FILE.csv", help="names no fact, case or person")
    parser = add(
        "compare",
        comparing.compare,
        "put what packs do on the same facts side by side: zones, people, person-days, tests, and their maps",
        "compare build/town --policies cn-sz-2022,my-pack.toml --out plans.html",
    )
    _workspace(parser)
    parser.add_argument("--policies", required=True, metavar="A,B", help="ids or .toml files, each with :key=value;...")
    parser.add_argument("--as-of", metavar="T", help="when it was true; " + _TIME)
    parser.add_argument("--known-at", metavar="T", help="when we knew it, now if left out")
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"ends in {', '.join(comparing.PICTURES)}")
    parser.add_argument("--language", choices=["zh", "en"], default="zh", help="of the page or picture")


def _add_rest(add: Add) -> None:
    parser = add("schema", queries.schema, "print what columns each kind of table has", "schema cases")
    parser.add_argument(
        "kind", nargs="?", default="", choices=["", *KINDS], metavar="KIND", help="one kind; all if left out"
    )
    parser = add("policy", queries.policy, "list, show, check or compare policy packs", "policy check my-pack.toml")
    parser.add_argument("action", choices=["list", "show", "check", "diff", "schema"])
    parser.add_argument("pack", nargs="*", help="id or .toml file; two for diff")
    parser = add("set", commands.change, "change one setting of a workspace", "set build/town as_of 2022-03-18")
    _workspace(parser)
    parser.add_argument("key")
    parser.add_argument("value")
    parser = add("town", commands.town, "make the workspace of the demonstration town", "town build/town")
    _workspace(parser)
    parser.add_argument("--manifest", type=Path, default=_TOWN, help=argparse.SUPPRESS)
    parser = add("demo", commands.demo, "write the input files of an invented city", "demo build/city --seed 1")
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the files go, with city.toml and a README")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same number gives the same files")
    parser.add_argument("--people", type=int, default=1_500_000, metavar="N", help="a district for each 1.5 million")
    parser.add_argument("--cases", type=int, default=120, metavar="N", help="over three weeks, at least 8 a district")
