"""Zone lists out and back in: GeoJSON (RFC 7946), GeoPackage, GeoParquet, CSV and XLSX; reading gives the memberships.

A zone lists its atoms: `members` are units and their remainders, `cells` are ground cells as hex strings; together
they are exactly the zone's atoms. No fact id and no person is written.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import shapely

from zoning.errors import InputError
from zoning.export.columns import zone_columns
from zoning.export.files import to_csv, to_gpkg, to_parquet, to_xlsx
from zoning.export.read import DAMAGED, Pairs, Rows, from_csv, from_geojson, from_gpkg, from_parquet, from_xlsx
from zoning.geometry import Shapes
from zoning.policy import Policy
from zoning.settings import Settings

DIGITS = 7
PIECE = 200  # features written at a time: they stay in the processor's cache, and out of the garbage collector's way
Format = Literal[".geojson", ".gpkg", ".parquet", ".csv", ".xlsx"]
FORMATS: dict[str, Format] = {form: form for form in get_args(Format)}
_READ: dict[Format, Callable[[bytes], Rows]] = {
    ".geojson": from_geojson,
    ".gpkg": from_gpkg,
    ".parquet": from_parquet,
    ".csv": from_csv,
    ".xlsx": from_xlsx,
}


def format_of(path: Path) -> Format:
    """Return the format of a zone list by its file's ending.

    Parameters
    ----------
    path : of the file; it need not exist.

    Returns
    -------
    One of FORMATS.

    Raises
    ------
    InputError : another ending.
    """
    if found := FORMATS.get(path.suffix.lower()):
        return found
    raise InputError(f"{path.name} ends in none of {', '.join(FORMATS)}; give one of them")


def write_zones(
    form: Format,
    zones: pd.DataFrame,
    membership: pd.DataFrame,
    calendar: pd.DataFrame,
    gate_points: pd.DataFrame,
    site_links: pd.DataFrame,
    policy: Policy,
    settings: Settings,
    now: datetime,
) -> bytes:
    """Return the zone list as a file of any format; the same list gives the same bytes.

    Parameters
    ----------
    form : one of FORMATS.
    zones : the zones table, geometry in WGS84, times in UTC.
    membership : atom_id, zone_id of every atom in a zone; a ground cell's atom_id is its hex string.
    calendar : zone_id, day, date of the test rounds.
    gate_points : gate_id, zone_id, kind, name, open, lng, lat (degrees).
    site_links : zone_id, site_kind, site_id, name, distance_m, by_road.
    policy : the pack that made the zones; gives each rule's citation and grade.
    settings : `zone` is the IANA zone in which times and dates are written.
    now : tz-aware time whose local date gives `day`.

    Returns
    -------
    Bytes of the file; zones by rank, then zone_id. Outlines are WGS84 lng,lat with 7 digits, turned by the right-hand
    rule; CSV and XLSX hold none.

    Raises
    ------
    InputError : a text that the format cannot hold.

    Source
    ------
    RFC 7946, sections 3.1.6 (right-hand rule), 4 (WGS84), 5 (bbox) and 11.2 (precision).
    """
    table = zones.sort_values(["rank", "zone_id"], ignore_index=True)
    columns = zone_columns(table, membership, calendar, gate_points, site_links, policy, settings, now)
    shapes = table["geometry"].to_numpy(object)
    if form == ".geojson":
        return features_to_geojson(shapes, columns)
    if form == ".csv":
        return to_csv(columns)
    if form == ".xlsx":
        return to_xlsx(columns, now)
    outlines = round_shapes(shapes)
    return to_parquet(outlines, columns) if form == ".parquet" else to_gpkg(outlines, columns, now)


def features_to_geojson(shapes: Shapes, properties: dict[str, list[Any]]) -> bytes:
    """Return shapes and their properties as a GeoJSON file.

    Parameters
    ----------
    shapes : (n,) shapely geometries, WGS84.
    properties : name -> n values that JSON can hold.

    Returns
    -------
    UTF-8 bytes of a FeatureCollection, with a bbox unless it is empty.
    """
    pieces, corners = list[bytes](), list[npt.NDArray[np.float64]]()
    for start in range(0, len(shapes), PIECE):
        part = slice(start, start + PIECE)
        written = round_shapes(shapes[part])
        rows = zip(*(values[part] for values in properties.values()), strict=True)
        features = [
            {
                "type": "Feature",
                "geometry": orjson.Fragment(text),
                "properties": dict(zip(properties, row, strict=True)),
            }
            for text, row in zip(shapely.to_geojson(written), rows, strict=True)
        ]
        pieces.append(orjson.dumps(features)[1:-1])
        if len(at := shapely.get_coordinates(written)):
            corners += [at.min(axis=0), at.max(axis=0)]
    box = {"bbox": [*np.min(corners, axis=0).tolist(), *np.max(corners, axis=0).tolist()]} if corners else {}
    head = orjson.dumps({"type": "FeatureCollection", **box})
    return b"".join([head[:-1], b',"features":[', b",".join(pieces), b"]}"])


def round_shapes(shapes: Shapes) -> Shapes:
    """Return shapes with coordinates of 7 digits, turned by the right-hand rule.

    Coordinates are rounded one by one, which keeps neighbours' edges equal; only what that makes invalid is rebuilt.

    Parameters
    ----------
    shapes : (n,) shapely geometries, WGS84.

    Returns
    -------
    (n,) valid geometries; a part smaller than the rounding is dropped.
    """
    found = _rounded(np.asarray(shapes, object))
    if (broken := ~shapely.is_valid(found)).any():
        whole = shapely.make_valid(np.asarray(shapes, object)[broken], method="structure", keep_collapsed=False)
        found[broken] = _rounded(shapely.set_precision(whole, 10.0**-DIGITS))
    at, owner = shapely.get_coordinates(found, return_index=True)
    # Points that rounding made one; most shapes have none, and then need no new copy.
    again = np.unique(owner[1:][(at[1:] == at[:-1]).all(axis=1)])
    found[again] = shapely.remove_repeated_points(found[again])
    return np.asarray(shapely.orient_polygons(found), object)


def read_zones(source: Path | bytes, form: Format | None = None) -> pd.DataFrame:
    """Return the memberships that a written zone list holds; its geometry is not read.

    Parameters
    ----------
    source : a file that `write_zones` made, or its bytes.
    form : one of FORMATS; None takes that of the file's ending, and GeoJSON for bytes.

    Returns
    -------
    atom_id, class, zone_id, by atom_id.

    Raises
    ------
    InputError : damaged, something that it needs is missing or no text, an atom or a zone twice, or an atom of a
        zone that is not in the list.
    """
    if isinstance(source, Path):
        form, data = form or format_of(source), source.read_bytes()
    else:
        form, data = form or ".geojson", source
    try:
        zones, atoms = _READ[form](data)
    except orjson.JSONDecodeError as error:
        raise InputError(f"zone list: not JSON ({error}); give a {form} file that Cordon exported") from error
    except (KeyError, TypeError) as error:
        raise InputError(
            f"zone list: {error} is missing or of another type; each zone needs zone_id, class, members and cells: "
            f"give a {form} file that Cordon exported"
        ) from error
    except DAMAGED as error:
        raise InputError(f"zone list: not a readable {form} file ({error}); export it again") from error
    return _joined(_texts(zones, "zone_id", "class"), _texts(atoms, "zone_id", "atom_id"))


def _texts(pairs: Pairs, *names: str) -> pd.DataFrame:
    for pair in pairs:
        for name, value in zip(names, pair, strict=True):
            if not (isinstance(value, str) and value):
                raise InputError(f"zone list: {name} {value!r} is no text; export the list again, or type it as text")
    return pd.DataFrame(pairs, columns=list(names), dtype="str")


def _joined(zones: pd.DataFrame, atoms: pd.DataFrame) -> pd.DataFrame:
    """The class of each atom's zone; refuses what would make that ambiguous."""
    if (again := zones["zone_id"].duplicated()).any():
        raise InputError(f"zone list: zone '{zones.loc[again, 'zone_id'].iloc[0]}' is listed twice; leave one of them")
    if (twice := atoms["atom_id"].duplicated()).any():
        atom = atoms.loc[twice, "atom_id"].iloc[0]
        held = ", ".join(atoms.loc[atoms["atom_id"] == atom, "zone_id"])
        raise InputError(f"zone list: atom '{atom}' is listed twice (zones {held}); leave it in one of them")
    classes = atoms["zone_id"].map(zones.set_index("zone_id")["class"])
    if (lost := classes.isna()).any():
        atom, zone_id = atoms.loc[lost, ["atom_id", "zone_id"]].iloc[0]
        raise InputError(f"zone list: atom '{atom}' is in zone '{zone_id}', which is not listed; export it again")
    found = pd.DataFrame({"atom_id": atoms["atom_id"], "class": classes.astype("str"), "zone_id": atoms["zone_id"]})
    return found.sort_values("atom_id", ignore_index=True)


def _rounded(shapes: Shapes) -> Any:
    # Adding 0 turns -0.0 into 0.0.
    return shapely.transform(shapes, lambda points: np.round(points, DIGITS) + 0.0)
