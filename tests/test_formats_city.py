"""The demo city through every format: the same tables, the same rejects, the same zones.

Each format is given every file that it can hold; the others stay as they are. What a format cannot hold is said here.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from zoning import state
from zoning.demo import write_demo
from zoning.demo.readme import AS_OF, Entry
from zoning.loading import load_file
from zoning.options import Options
from zoning.pipeline import Plan, derive
from zoning.rejects import read_rejects
from zoning.store import Workspace

pytestmark = pytest.mark.slow
NOW = pd.Timestamp("2022-04-01", tz="UTC").to_pydatetime()
CELL_CHARACTERS = 32_767  # the most that a cell of Excel takes


@dataclass(frozen=True)
class Rows:
    """A file's rows as text, and its shapes where a row of it has one."""

    entry: Entry
    text: pd.DataFrame
    shapes: np.ndarray | None

    def as_table(self) -> pd.DataFrame:
        """All of it as text: shapes as WKT."""
        if self.shapes is None:
            return self.text
        drawn = shapely.to_wkt(self.shapes, rounding_precision=-1)
        return self.text.assign(geometry=[one or "" for one in drawn])

    def as_features(self) -> gpd.GeoDataFrame:
        """Points leave lng and lat for a shape; the system stays what the city says of the file."""
        points = self.shapes is None
        shapes = shapely.points(self.text[["lng", "lat"]].astype(float).to_numpy()) if points else self.shapes
        text = self.text.drop(columns=["lng", "lat"]) if points else self.text
        return gpd.GeoDataFrame(text, geometry=shapes, crs="EPSG:4326")

    @property
    def drawn(self) -> bool:
        """Whether the rows have shapes; facts keep lng and lat, for some lack one or have them wrong."""
        return self.shapes is not None or self.entry.kind in ("gates", "places", "sites")


def plain(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def read_rows(folder: Path, entry: Entry) -> Rows:
    """Read a file of the city without the program's own readers."""
    path, shapes = folder / entry.path, None
    if path.suffix == ".csv":
        encoding = entry.encoding or "utf-8-sig"
        return Rows(entry, pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding), None)
    if path.suffix == ".xlsx":
        head, *lines = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)
        table = pd.DataFrame(lines, columns=list(head))
    elif path.suffix == ".geojson":
        features = json.loads(path.read_text("utf-8"))["features"]
        table = pd.DataFrame([one["properties"] for one in features])
        shapes = shapely.from_geojson(np.array([json.dumps(one["geometry"]) for one in features]))
    else:
        frame = gpd.read_parquet(path)
        table, shapes = pd.DataFrame(frame.drop(columns="geometry")), frame.geometry.to_numpy()
    return Rows(entry, table.astype(object).map(plain), shapes)


# Each writer returns the options that its file needs, or None where the format cannot hold it.
Write = Callable[[Rows, Path], Options | None]


def csv(sep: str, encoding: str) -> Write:
    def write(rows: Rows, path: Path) -> Options:
        rows.as_table().to_csv(path, sep=sep, index=False, encoding=encoding)
        return Options(crs=rows.entry.crs)

    return write


def xlsx(rows: Rows, path: Path) -> Options | None:
    table = rows.as_table()
    # An outline of many corners is longer than a cell.
    if "geometry" in table and table["geometry"].str.len().max() > CELL_CHARACTERS:
        return None
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(rows.entry.kind)
    for row in [list(table), *table.to_numpy().tolist()]:
        sheet.append(row)
    book.save(path)
    return Options(crs=rows.entry.crs)


def json_lines(rows: Rows, path: Path) -> Options:
    lines = [json.dumps(row, ensure_ascii=False) for row in rows.as_table().to_dict("records")]
    path.write_text("\n".join(lines), encoding="utf-8")
    return Options(crs=rows.entry.crs)


def features(rows: Rows) -> Iterator[str]:
    frame = rows.as_features() if rows.drawn else rows.text
    shapes = shapely.to_geojson(frame["geometry"].to_numpy()) if rows.drawn else [None] * len(frame)
    told = pd.DataFrame(frame).drop(columns="geometry", errors="ignore").to_dict("records")
    for properties, shape in zip(told, shapes, strict=True):
        yield f'{{"type": "Feature", "properties": {json.dumps(properties)}, "geometry": {shape or "null"}}}'


def geojson(rows: Rows, path: Path) -> Options:
    text = ",\n".join(features(rows))
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{text}\n]}}', encoding="utf-8")
    return Options(crs=rows.entry.crs)


def geojson_lines(rows: Rows, path: Path) -> Options:
    path.write_text("\n".join(features(rows)), encoding="utf-8")
    return Options(crs=rows.entry.crs)


def parquet(rows: Rows, path: Path) -> Options:
    (rows.as_features() if rows.drawn else rows.text).to_parquet(path)
    return Options(crs=rows.entry.crs)


def geopackage(rows: Rows, path: Path) -> Options:
    pyogrio.write_dataframe(rows.as_features() if rows.drawn else rows.text, path, layer=rows.entry.kind, driver="GPKG")
    return Options(crs=rows.entry.crs)


def kml(rows: Rows, path: Path) -> Options | None:
    # A Placemark is a place: rows without one are no KML.
    if not rows.drawn:
        return None
    pyogrio.write_dataframe(rows.as_features().rename(columns={"name": "Name"}), path, driver="LIBKML")
    return Options(crs=rows.entry.crs)


def shapefile(rows: Rows, path: Path) -> Options | None:
    # A Shapefile without shapes is none, and names of its columns have ten characters.
    if not rows.drawn:
        return None
    frame = rows.as_features()
    short = {name: name[:10] for name in frame if name != "geometry"}
    assert len(set(short.values())) == len(short)
    # A text of a Shapefile has 254 bytes at most; those of the city are shorter.
    assert max(len(word.encode()) for name in short for word in frame[name]) <= 254
    folder = path.with_suffix("")
    folder.mkdir()
    pyogrio.write_dataframe(frame.rename(columns=short), folder / "x.shp", encoding="utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in folder.iterdir():
            archive.write(part, part.name)
    return Options(crs=rows.entry.crs, mapping={ours: theirs for ours, theirs in short.items() if ours != theirs})


FORMATS: dict[str, tuple[str, Write]] = {
    "CSV": (".csv", csv(",", "utf-8")),
    "CSV in GB18030": (".csv", csv(";", "gb18030")),
    "TSV in UTF-16": (".tsv", csv("\t", "utf-16")),
    "XLSX": (".xlsx", xlsx),
    "JSON lines": (".jsonl", json_lines),
    "GeoJSON": (".geojson", geojson),
    "GeoJSON lines": (".geojsonl", geojson_lines),
    "GeoParquet": (".parquet", parquet),
    "GeoPackage": (".gpkg", geopackage),
    "KML": (".kml", kml),
    "Shapefile": (".zip", shapefile),
}
FLAT = {"units", "population", "cases", "visits", "contacts", "tests", "rounds", "cases_correction"}
CANNOT_HOLD = {"XLSX": {"water"}, "KML": FLAT, "Shapefile": FLAT}


@dataclass(frozen=True)
class City:
    """The files of the city, their rows, and what comes of them as they are."""

    folder: Path
    rows: list[Rows]
    state: state.State
    rejects: pd.DataFrame
    plan: Plan


def outcome(workspace: Workspace) -> tuple[state.State, pd.DataFrame, Plan]:
    state.change_setting(workspace, "as_of", AS_OF)
    rejects = read_rejects(workspace)[["kind", "column", "value", "reason"]]
    return state.fold(workspace), rejects, derive(workspace.path)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    folder, workspace = tmp_path_factory.mktemp("city"), Workspace(tmp_path_factory.mktemp("plain"), create=True)
    rows = [read_rows(folder, entry) for entry in write_demo(folder)]
    for one in sorted(rows, key=lambda r: bool(r.entry.later)):
        load_as_it_is(workspace, folder, one.entry)
    return City(folder, rows, *outcome(workspace))


def load_as_it_is(workspace: Workspace, folder: Path, entry: Entry) -> None:
    load_file(workspace, folder / entry.path, entry.kind, options=Options(entry.crs, entry.encoding), recorded_at=NOW)


@pytest.mark.parametrize("name", FORMATS)
def test_the_city_is_the_same_through(name: str, city: City, tmp_path: Path) -> None:
    (ending, write), workspace = FORMATS[name], Workspace(tmp_path / "workspace", create=True)
    held = set()
    for rows in sorted(city.rows, key=lambda r: bool(r.entry.later)):
        stem = rows.entry.path.rpartition(".")[0]
        if (options := write(rows, tmp_path / f"{stem}{ending}")) is None:
            load_as_it_is(workspace, city.folder, rows.entry)
            continue
        load_file(workspace, tmp_path / f"{stem}{ending}", rows.entry.kind, options=options, recorded_at=NOW)
        held.add(stem)
    assert held == {rows.entry.path.rpartition(".")[0] for rows in city.rows} - CANNOT_HOLD.get(name, set())
    found, rejects, plan = outcome(workspace)
    for kind in {rows.entry.kind for rows in city.rows}:
        assert_same_table(found.tables[kind], city.state.tables[kind])
    assert sorted(rejects.to_numpy().tolist()) == sorted(city.rejects.to_numpy().tolist())
    assert_same_plan(plan, city.plan)


def assert_same_table(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    assert len(found)
    if "geometry" in wanted:
        drawn = found["geometry"].notna().to_numpy()
        assert (drawn == wanted["geometry"].notna()).all()
        shapes = [shapely.normalize(table["geometry"].to_numpy()[drawn]) for table in (found, wanted)]
        assert shapely.equals_exact(*shapes, tolerance=1e-9).all()  # degrees: a tenth of a millimetre
    columns = [c for c in wanted if c != "geometry"]
    pd.testing.assert_frame_equal(pd.DataFrame(found)[columns], pd.DataFrame(wanted)[columns], rtol=0, atol=1e-9)


def assert_same_plan(found: Plan, wanted: Plan) -> None:
    assert found.revision == wanted.revision
    pd.testing.assert_frame_equal(found.membership, wanted.membership)
    columns = [c for c in wanted.zones if c != "geometry"]
    pd.testing.assert_frame_equal(pd.DataFrame(found.zones)[columns], pd.DataFrame(wanted.zones)[columns])
    assert shapely.hausdorff_distance(found.zones.geometry.to_numpy(), wanted.zones.geometry.to_numpy()).max() < 1e-9
