"""The zoo of dirt, second house: encodings, bytes and containers."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import orjson
import pandas as pd
import shapely

from tests.zoo import GOOD, HEAD, Dirt

CSV = f"{HEAD}\n{GOOD}\n".replace(",x\n", ",临水花园\n")
ROW = {"case_id": "C1", "reported_at": "2022-03-06", "lng": 114.05, "lat": 22.54}
PLACE = gpd.GeoDataFrame({"id": ["A"], "name": ["临水花园"]}, geometry=[shapely.Point(114.05, 22.54)], crs="EPSG:4326")


def raw(name: str, fate: str, says: str, file: str, data: bytes, accepted: int = 1, kind: str = "cases") -> Dirt:
    """Return dirt that is a file of these bytes."""
    return Dirt(name, kind, fate, says, file, lambda path: path.write_bytes(data) and None, accepted)


def book(name: str, fate: str, says: str, fill: Callable[[Any], None], accepted: int = 1, kind: str = "cases") -> Dirt:
    """Return dirt in a workbook, whose first sheet is filled by a function."""

    def make(path: Path) -> None:
        workbook = openpyxl.Workbook()
        fill(workbook.active)
        workbook.save(path)

    return Dirt(name, kind, fate, says, "a.xlsx", make, accepted)


def table(*rows: list[Any]) -> Callable[[Any], None]:
    """Return what fills a sheet with rows."""
    return lambda sheet: [sheet.append(row) for row in rows] and None


def packed(*members: tuple[str, bytes], bits: int = 0) -> bytes:
    """Return a zip of named members; `bits` are set in the file attributes of each."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, bits
            archive.writestr(info, data)
    return sink.getvalue()


def shapefile(path: Path, lacking: str = "") -> None:
    """Write a zipped Shapefile of one place, one part left out."""
    PLACE.to_file(path.with_suffix(".shp"), encoding="utf-8")
    parts = [p for p in path.parent.glob(f"{path.stem}.*") if p.suffix not in (".zip", lacking)]
    path.write_bytes(packed(*((p.name, p.read_bytes()) for p in parts)))


def geojson(features: Any) -> bytes:
    """Return a FeatureCollection."""
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def feature(geometry: Any, **more: Any) -> dict[str, Any]:
    """Return a feature of an area."""
    return {"type": "Feature", "properties": {"id": "A", "name": "a", "level": "社区", **more}, "geometry": geometry}


def _merged(sheet: Any) -> None:
    table(["病例表"], ["编号", "位置", None, "报告时间"], [None, "经度", "纬度"], ["C1", 114.05, 22.54, "2022-03-06"])(
        sheet
    )
    for area in ("A1:D1", "A2:A3", "B2:C2", "D2:D3"):
        sheet.merge_cells(area)


def _down(sheet: Any) -> None:
    table(["编号", "报告时间", "地址"], ["C1", "2022-03-06", "x"], ["C2", None, "y"])(sheet)
    sheet.merge_cells("B2:B3")


def _cut(path: Path) -> None:
    pd.DataFrame([ROW]).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])


def _two_sheets(path: Path) -> None:
    workbook = openpyxl.Workbook()
    for sheet in (workbook.active, workbook.create_sheet("more")):
        table(list(ROW), list(ROW.values()))(sheet)
    workbook.save(path)


SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
BOMB = packed(("a.shp", b"\0" * 2**28), ("a.shx", b""), ("a.dbf", b""))
ENCODINGS = (
    raw("UTF-8 with BOM", "fine", "", "a.csv", CSV.encode("utf-8-sig")),
    raw("GB18030", "notice", "read as gb18030", "a.csv", CSV.encode("gb18030")),
    raw("UTF-16 with BOM", "notice", "read as utf-16", "a.csv", CSV.encode("utf-16")),
    raw("UTF-16 without BOM", "notice", "read as utf-16-le", "a.csv", CSV.encode("utf-16-le")),
    raw("UTF-32", "notice", "read as utf-32", "a.csv", CSV.encode("utf-32")),
    raw("two encodings in one file", "notice", "lines of utf-8 and lines of gb18030", "a.csv",
        (CSV + "C1,无症状,,2022-03-06,,,甲\n").encode() + "C2,确诊,,2022-03-06,,,乙\n".encode("gb18030"), 3),
    raw("bytes of no encoding", "reject", "no text in the file's encoding", "a.csv",
        (CSV + "".join(f"D{i},确诊,,2022-03-06,,,住址\n" for i in range(9))).encode() + b"C2,,,2022-03-06,,,\xff\xfe\n",
        10),
    raw("a NUL byte in a row", "reject", "holds NUL bytes", "a.csv",
        CSV.encode() + b"C1,confirmed,,2022-03-06,,,a\0b\n"),
    raw("binary with the ending of a CSV", "error", "binary data", "a.csv", b"\x89PNG\r\n\x1a\n" + bytes(64)),
    raw("workbook with the ending of a CSV", "error", "a zip or an Excel workbook", "a.csv", packed(("x", b"1"))),
    raw("an empty file", "error", "is empty", "a.csv", b""),
    raw("only blank lines", "error", "only blank lines", "a.csv", b"\n \n\r\n"),
    raw("an ending of no format", "error", "ends with '.doc'", "a.doc", b"x"),
    raw("no ending", "error", "ends with ''", "a", b"x"),
)  # fmt: skip
BOOKS = (
    book("dates as Excel numbers", "fine", "", table(["编号", "报告时间"], ["C1", 44626.25])),
    book("dates as text", "fine", "", table(["编号", "报告时间"], ["C1", "2022年3月6日24时"])),
    book("dates as dates", "fine", "", table(["编号", "报告时间"], ["C1", pd.Timestamp("2022-03-06 08:05")])),
    book("ids as numbers", "fine", "", table(["编号", "报告时间"], [1001, "2022-03-06"])),
    book("header of two merged rows below a title", "notice", "lines above the header, passed over: 1", _merged),
    book("cells merged downwards", "fine", "", _down, 2),
    book("error cells", "reject", "an Excel error instead of a value",
         table(["编号", "报告时间", "地址"], ["C1", "2022-03-06", "x"], ["C2", "2022-03-06", "#N/A"])),
    book("a formula that was never calculated", "reject", "a formula instead of its value",
         table(["编号", "报告时间", "地址"], ["C1", "2022-03-06", "x"], ["C2", "2022-03-06", "=1+1"])),
    book("empty rows in between", "notice", "empty rows, passed over: 1",
         table(["编号", "报告时间"], ["C1", "2022-03-06"], [], ["C2", "2022-03-06"]), 2),
    book("an empty sheet", "error", "only empty sheets", lambda sheet: None),
    book("a sheet with only a header", "error", "holds no rows below a header", table(["编号", "报告时间"])),
    Dirt("two sheets that both fit", "cases", "error", "2 of them hold cases; say which with --layer", "a.xlsx",
         _two_sheets),
    raw("text with the ending of a workbook", "error", "not a readable zip", "a.xlsx", CSV.encode()),
    raw("zip with the ending of a workbook", "error", "not a readable workbook", "a.xlsx", packed(("x", b"1"))),
    raw("workbook that is a bomb", "error", "would unpack to", "a.xlsx", packed(("xl/workbook.xml", b" " * 2**28))),
)  # fmt: skip
PACKED = (
    Dirt("zipped Shapefile", "places", "fine", "", "a.zip", shapefile),
    Dirt("Shapefile without its system", "places", "notice", "no .prj", "a.zip", lambda p: shapefile(p, ".prj")),
    Dirt("Shapefile without its table", "places", "error", "lacks its .dbf", "a.zip", lambda p: shapefile(p, ".dbf")),
    raw("zip without a Shapefile", "error", "holds no Shapefile", "a.zip", packed(("a.txt", b"x")), kind="places"),
    raw("zip bomb", "error", "would unpack to 256 MiB, the limit is 64", "a.zip", BOMB, kind="places"),
    raw("path that climbs out", "error", "leads out of it", "a.zip", packed(("../../a.shp", b"x")), kind="places"),
    raw("path of the root", "error", "leads out of it", "a.zip", packed(("/etc/a.shp", b"x")), kind="places"),
    raw("path of a drive", "error", "leads out of it", "a.zip", packed(("C:\\a.shp", b"x")), kind="places"),
    raw("link in a zip", "error", "leads out of it", "a.zip", packed(("a.shp", b"/etc/passwd"), bits=0xA1FF << 16),
        kind="places"),
    raw("zip cut short", "error", "not a readable zip", "a.zip", packed(("a.shp", b"x" * 999))[:-30], kind="places"),
    raw("two Shapefiles in a zip", "error", "say which with --layer", "a.zip", packed(("a.shp", b""), ("b.shp", b"")),
        kind="places"),
    raw("Shapefile of noise", "error", "not a readable Shapefile", "a.zip",
        packed(*((f"a.{e}", struct.pack(">i", 9994) + b"\xff" * 200) for e in ("shp", "shx", "dbf"))), kind="places"),
)  # fmt: skip
OTHERS = (
    Dirt("Parquet cut short", "cases", "error", "not a readable Parquet", "a.parquet", _cut),
    Dirt("plain Parquet", "cases", "notice", "taken as wgs84", "a.parquet",
         lambda p: pd.DataFrame([ROW]).to_parquet(p)),
    Dirt("Parquet without rows", "cases", "error", "holds no rows", "a.parquet",
         lambda p: pd.DataFrame([ROW]).head(0).to_parquet(p)),
    Dirt("GeoParquet in metres", "places", "fine", "", "a.parquet", lambda p: PLACE.to_crs(4547).to_parquet(p)),
    Dirt("KML", "places", "notice", "columns not used", "a.kml", lambda p: PLACE.to_file(p, driver="KML")),
    raw("KML with entities", "error", "declares XML entities", "a.kml",
        b'<!DOCTYPE k [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><kml>&b;</kml>', kind="places"),
    raw("KML of noise", "error", "not a readable KML", "a.kml", b"<kml", kind="places"),
    raw("GeoPackage of noise", "error", "not a readable GeoPackage", "a.gpkg", b"SQLite format 3\0", kind="places"),
    raw("JSON lines with a broken line", "reject", "not a JSON object", "a.jsonl",
        orjson.dumps(ROW) + b"\n\n{broken\n[1]\n"),
    raw("JSON lines of nothing", "error", "no JSON object a line", "a.jsonl", b"x\ny\n"),
    raw("features a line", "fine", "", "a.geojsonl", orjson.dumps(feature(SQUARE)) + b"\n", kind="areas"),
    raw("GeoJSON cut short", "error", "not JSON", "a.geojson", geojson([feature(SQUARE)])[:-9], kind="areas"),
    raw("GeoJSON that is no collection", "error", "no GeoJSON FeatureCollection", "a.geojson", b"[1]", kind="areas"),
    raw("GeoJSON without features", "error", "holds no features", "a.geojson", geojson([]), kind="areas"),
    raw("feature without a geometry", "reject", "empty, but required", "a.geojson",
        geojson([feature(SQUARE), feature(None, id="B")]), kind="areas"),
    raw("ring of two points", "reject", "not a GeoJSON geometry", "a.geojson",
        geojson([feature(SQUARE), feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, id="B")]),
        kind="areas"),
    raw("properties that are lists", "fine", "", "a.geojson", geojson([feature(SQUARE, name_en=["a", 1])]),
        kind="areas"),
)  # fmt: skip
FILES = (*ENCODINGS, *BOOKS, *PACKED, *OTHERS)
