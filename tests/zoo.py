"""The zoo of dirt: what real files hold that no contract foresees; each with the message that it must bring.

An entry is one file of one kind. `says` is what the officer must be told: in an error (`error`), in the reject of a
row (`reject`) or in a notice (`notice`); `fine` is dirt that is read as what it means, without a word.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HEAD = "case_id,status,onset_at,reported_at,lng,lat,address"
GOOD = "C0,confirmed,2022-03-01,2022-03-06,114.05,22.54,x"
CELLS = GOOD.replace("C0", "C1").split(",")


@dataclass(frozen=True)
class Dirt:
    """One kind of dirt: its name, the kind of its rows, what becomes of it, what must be said, and how it is made."""

    name: str
    kind: str
    fate: str
    says: str
    file: str
    make: Callable[[Path], None]
    accepted: int = 1


def _write(data: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(data) and None


def text(
    name: str, fate: str, says: str, body: str, accepted: int = 1, kind: str = "cases", encoding: str = "utf-8"
) -> Dirt:
    """Return dirt that is a CSV as it stands."""
    return Dirt(name, kind, fate, says, "a.csv", _write(body.encode(encoding, "surrogatepass")), accepted)


def cell(name: str, column: str, value: str, fate: str, says: str = "") -> Dirt:
    """Return dirt in one cell of the second of two rows."""
    cells = dict(zip(HEAD.split(","), CELLS, strict=True)) | {column: f'"{value}"'}
    accepted = 1 if fate == "reject" else 2
    return text(name, fate, says, "\n".join([HEAD, GOOD, ",".join(cells.values()), ""]), accepted)


def lines(name: str, fate: str, says: str, *rows: str, accepted: int = 1) -> Dirt:
    """Return dirt that is one row or several below a good one."""
    return text(name, fate, says, "\n".join([HEAD, GOOD, *rows, ""]), accepted)


def shape(name: str, kind: str, wkt: str, fate: str, says: str = "") -> Dirt:
    """Return dirt in a shape written as WKT, below a good one."""
    good = {"roads": "LINESTRING(0 0,1 1)"}.get(kind, "POLYGON((0 0,1 0,1 1,0 1,0 0))")
    body = f'id,name,level,wkt\nA,a,community,"{good}"\nB,b,community,"{wkt}"\n'
    return text(name, fate, says, body, 1 if fate == "reject" else 2, kind)


_C = CELLS
TIMES = (
    cell("date of no calendar", "reported_at", "2022-02-30", "reject", "no such day"),
    cell("hour 25", "reported_at", "2022-03-06 25:00", "reject", "no such time of day"),
    cell("24:30", "reported_at", "2022-03-06 24:30", "reject", "no such time of day"),
    cell("24时", "reported_at", "2022年3月6日24时", "fine"),
    cell("date in words", "reported_at", "yesterday", "reject", "not a time"),
    cell("date without a year", "reported_at", "3/6", "reject", "no year"),
    cell("Excel day as text", "reported_at", "44626.5", "fine"),
    cell("Excel day of another age", "reported_at", "12", "reject", "no Excel day"),
    cell("full-width date", "reported_at", "２０２２－０３－０６", "fine"),
    cell("compact date", "reported_at", "20220306", "fine"),
    cell("slashes and blanks", "reported_at", " 2022/3/6  8:05 ", "fine"),
    cell("offset of no zone", "reported_at", "2022-03-06T08:05+99:00", "reject", "no such offset"),
    cell("two dates in a cell", "reported_at", "2022-03-06、2022-03-07", "reject", "not a time"),
    cell("year 20222", "reported_at", "20222-03-06", "reject", "not a time"),
    cell("month 13", "reported_at", "2022-13-06", "reject", "no such day"),
    cell("unknown date in words", "onset_at", "不详", "fine"),
    cell("dash for no date", "onset_at", "—", "fine"),
    cell("required date is missing", "reported_at", "", "reject", "empty, but required"),
)
NUMBERS = (
    cell("full-width digits", "lng", "１１４．０５", "fine"),
    cell("blank before the number", "lng", " 114.05", "fine"),
    cell("comma as decimal mark", "lng", "114,05", "reject", "a comma as decimal mark"),
    cell("degrees sign", "lng", "114.05°", "reject", "a number with '°' behind it"),
    cell("degrees, minutes, seconds", "lng", "114°03'00", "reject", "not a number"),
    cell("percent", "lng", "11%", "reject", "a number with '%' behind it"),
    cell("unit in the number", "lng", "114.05度", "reject", "a number with '度' behind it"),
    cell("number overflows", "lng", "1e999", "reject", "out of range"),
    cell("infinity", "lng", "inf", "reject", "not a number"),
    cell("hexadecimal", "lng", "0x72", "reject", "not a number"),
    cell("swapped coordinates", "lat", "114.05", "reject", "outside the range"),
    lines("swapped pair", "reject", "are swapped", "C1,confirmed,,2022-03-06,22.54,114.05,x"),
    cell("half a pair", "lat", "", "reject", "one coordinate of the pair is missing"),
    lines("null island", "reject", "0, 0 stands for no coordinates", "C1,confirmed,,2022-03-06,0,0,x"),
    lines("metres as degrees", "reject", "outside the range", "C1,confirmed,,2022-03-06,506000,2494000,x"),
    lines("no location", "notice", "rows without a location: 1", "C1,confirmed,,2022-03-06,,,", accepted=2),
    text("people below zero", "reject", "below 0", "id,name,people\nA,a,5\nB,b,-5\n", kind="estates"),
    text("thousands separators", "fine", "", 'id,name,people\nA,a,"1,234,567"\n', kind="estates"),
    text("people with a unit", "reject", "a number with '人' behind it", "id,name,people\nA,a,5\nB,b,12人\n",
         kind="estates"),
    text("half a floor", "reject", "not a whole number", 'id,floors,wkt\nA,3,"POLYGON((0 0,1 0,1 1,0 0))"\n'
         'B,3.5,"POLYGON((0 0,1 0,1 1,0 0))"\n', kind="buildings"),
)  # fmt: skip
VALUES = (
    cell("Excel error", "reported_at", "#N/A", "reject", "not a time"),
    cell("Excel error in text", "address", "#REF!", "reject", "an Excel error instead of a value"),
    cell("Excel error in a number", "lng", "#DIV/0!", "reject", "an Excel error instead of a value"),
    cell("formula text", "address", "=1+1", "reject", "a formula instead of its value"),
    cell("formula that calls out", "address", "=HYPERLINK(1)", "reject", "a formula instead of its value"),
    lines("Excel's quoted id", "fine", "", 'C1,confirmed,,"=""2022-03-06""",114.05,22.54,x', accepted=2),
    cell("id that Excel has cut", "case_id", "4.40301E+17", "reject", "Excel has cut this number's digits"),
    cell("unknown status", "status", "dead", "reject", "not one of the words allowed"),
    cell("status in other letters", "status", "ＣＯＮＦＩＲＭＥＤ", "fine"),
    cell("status with a blank", "status", "确诊 ", "fine"),
    cell("status is missing", "status", "", "notice", "taken as confirmed"),
    cell("line break in a cell", "address", "a\nb", "fine"),
    cell("delimiter in a cell", "address", "a,b;c\td", "fine"),
    cell("quotes in a cell", "address", 'say ""x""', "fine"),
    cell("markup in a cell", "address", "<script>alert(1)</script>", "fine"),
    cell("a very long cell", "address", "x" * 100_000, "fine"),
    cell("emoji and rare letters", "address", "𠮷🏠", "fine"),
    cell("zero-width and right-to-left marks", "address", "\u200b\u202ex", "fine"),
    cell("null in words", "address", "NULL", "fine"),
    cell("an address that is only blanks", "address", "   ", "fine"),
)
ROWS = (
    lines("the same row again", "reject", "the same row again; kept once", GOOD),
    lines("one id, two rows", "reject", "several different rows have this id", *["C1,confirmed,,2022-03-06,,,a"] * 1,
          "C1,confirmed,,2022-03-07,,,a"),
    lines("id is missing", "notice", "case_id: made from the row's content in 1 rows", ",confirmed,,2022-03-06,,,x",
          accepted=2),
    lines("shifted by one column", "reject", "8 fields where the header has 7", "," + ",".join(_C)),
    lines("short row", "reject", "2 fields where the header has 7", "C1,confirmed"),
    lines("shifted within the width", "reject", "not one of the words", ",".join([_C[-1], *_C[:-1]])),
    lines("empty rows", "notice", "empty rows, passed over: 2", ",,,,,,", "", accepted=1),
    lines("a row of sums", "reject", "empty, but required", "合计,,,,,,2"),
    lines("the header once more", "reject", "not one of the words", HEAD),
    lines("a quote that never closes", "reject", "fields where the header has 7", 'C1,"confirmed,2022-03-06,,,,'),
    text("title above the header", "notice", "lines above the header, passed over: 2",
         f"区疫情病例表,,,,,,\n制表：张三,,,,,,\n{HEAD}\n{GOOD}\n"),
    text("blank lines above the header", "fine", "", f"\n\n{HEAD}\n{GOOD}\n"),
    text("sep= line of Excel", "notice", "lines above", f"sep=;\n{HEAD}\n{GOOD}\n".replace(",", ";")),
    text("semicolons", "fine", "", f"{HEAD}\n{GOOD}\n".replace(",", ";")),
    text("tabs", "fine", "", f"{HEAD}\n{GOOD}\n".replace(",", "\t")),
    text("bars", "fine", "", f"{HEAD}\n{GOOD}\n".replace(",", "|")),
    text("old Mac line ends", "fine", "", f"{HEAD}\r{GOOD}\r"),
    text("mixed line ends", "fine", "", f"{HEAD}\r\n{GOOD}\n{GOOD.replace('C0', 'C1')}\r\n", 2),
    text("no line end at the end", "fine", "", f"{HEAD}\n{GOOD}"),
    text("duplicate header", "notice", "columns not used: status (2)", f"{HEAD},status\n{GOOD},x\n"),
    text("header with a blank name", "notice", "columns not used: column 8", f"{HEAD},\n{GOOD},x\n"),
    text("header in capitals and blanks", "fine", "", f"{HEAD.upper().replace('_', ' ')}\n{GOOD}\n"),
    text("full-width header", "fine", "", f"ｃａｓｅ＿ｉｄ,报告时间（必填）\n{_C[0]},2022-03-06\n"),
    text("columns in another order", "fine", "", "reported_at,case_id\n2022-03-06,C1\n"),
    text("no header", "error", "cases needs reported_at", f"{GOOD}\n{GOOD}\n"),
    text("header of another kind", "error", "cases needs reported_at", "case_id,name\nC1,x\n"),
    text("a header and no rows", "error", "a header but no rows", f"{HEAD}\n"),
    text("full-width commas", "error", "no column of cases found", f"{HEAD}\n{GOOD}\n".replace(",", "，")),
)  # fmt: skip
SHAPES = (
    shape("fence that crosses itself", "areas", "POLYGON((0 0,2 2,2 0,0 2,0 0))", "reject", "outline is not valid"),
    shape("fence with a spike", "areas", "POLYGON((0 0,2 0,2 2,2 3,2 2,0 2,0 0))", "notice", "were repaired"),
    shape("fence that is not closed", "areas", "POLYGON((0 0,1 0,1 1))", "reject", "not a WKT shape"),
    shape("fence of no area", "areas", "POLYGON((0 0,1 1,0 0,0 0))", "reject", "outline is not valid"),
    shape("empty shape", "areas", "POLYGON EMPTY", "reject", "an empty shape"),
    shape("point for an area", "areas", "POINT(0 0)", "reject", "a polygon is needed"),
    shape("road of one point", "roads", "LINESTRING(1 1,1 1)", "reject", "a line without length"),
    shape("road as a polygon", "roads", "POLYGON((0 0,1 0,1 1,0 0))", "reject", "a line is needed"),
    shape("shape out of range", "areas", "POLYGON((300 0,301 0,301 1,300 0))", "reject", "outside the range"),
    shape("shape that is no number", "areas", "POLYGON((nan 0,1 0,1 1,nan 0))", "reject", "not a WKT shape"),
    shape("words for a shape", "areas", "here", "reject", "not a WKT shape"),
    shape("shape with heights", "areas", "POLYGON Z((0 0 5,1 0 5,1 1 5,0 0 5))", "fine"),
    shape(
        "areas that overlap", "areas", "POLYGON((0.5 0,2 0,2 1,0.5 1,0.5 0))", "notice", "overlap in 1 places: a and b"
    ),
    shape(
        "areas with a gap",
        "areas",
        "POLYGON((-1 -1,3 -1,3 2,-1 2,-1 -1),(0 0,0 1,2 1,2 0,0 0))",
        "notice",
        "leave 1 gaps",
    ),
    shape("shape is missing", "areas", "", "reject", "empty, but required"),
)
OTHERS = (text("unit inside itself", "fine", "", "id,parent_id,level\nA,B,stairwell\nB,A,stairwell\n", 2, "units"),)
TEXTS = (*OTHERS, *TIMES, *NUMBERS, *VALUES, *ROWS, *SHAPES)
