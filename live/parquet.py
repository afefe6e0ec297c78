"""The versions of zones as GeoParquet."""

import io
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from live.lists import Columns, arrow_columns
from live.view import View
from zoning.export import round_shapes


def zones_parquet(view: View, columns: Columns) -> bytes:
    """Return the versions of zones as GeoParquet.

    Parameters
    ----------
    view : of `see`.
    columns : of `zone_columns`.

    Returns
    -------
    Bytes of a Parquet file; no `crs` in its header means WGS84 lng,lat.

    Source
    ------
    GeoParquet 1.1.0.
    """
    shapes = round_shapes(view.versions["geometry"].to_numpy(object))
    multi = [shapely.multipolygons(shapely.get_parts(shape)) for shape in shapes]
    about: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["MultiPolygon"], "orientation": "counterclockwise"}
    if multi:
        about["bbox"] = shapely.total_bounds(multi).tolist()
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    wkb = pa.array(shapely.to_wkb(multi), pa.binary()) if multi else pa.array([], pa.binary())
    table = pa.table({**arrow_columns(columns), "geometry": wkb})
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({"geo": orjson.dumps(geo)}), out, compression="zstd")
    return out.getvalue()
