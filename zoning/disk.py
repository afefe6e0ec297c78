"""Files on disk: written whole or not at all; tables as Parquet, their geometry as WKB."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import shapely

# Arrow's own pool keeps much of what reading a table freed: of a city, a tenth of all that it takes.
if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ and "jemalloc" in pa.supported_memory_backends():
    pa.set_memory_pool(pa.jemalloc_memory_pool())


def write_synced(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, even after a power cut.

    Parameters
    ----------
    path : where; an existing file is replaced in one step.
    data : its bytes.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    with _synced(path.parent) as handle:
        os.fsync(handle)


@contextmanager
def _synced(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


def is_whole(path: Path) -> bool:
    """Return whether a Parquet file is there from its first byte to its last.

    Parameters
    ----------
    path : of the file.

    Returns
    -------
    Boolean.
    """
    with path.open("rb") as file:
        head, tail = file.read(4), file.seek(-min(4, path.stat().st_size), os.SEEK_END)
        return head == file.read(4) == b"PAR1" and tail > 0


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return an Arrow table as pandas, whole numbers and booleans with their gaps: a cell is no float.

    Parameters
    ----------
    table : any columns.

    Returns
    -------
    DataFrame with UInt64, Int64 and boolean columns where Arrow has such.
    """
    kinds = {pa.uint64(): pd.UInt64Dtype(), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=kinds.get)
    return frame


def from_wkb(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its WKB geometry as shapely objects.

    Parameters
    ----------
    table : as read from Parquet; `geometry` is WKB or missing.

    Returns
    -------
    A GeoDataFrame (WGS84) where there is geometry, else the table itself.
    """
    if "geometry" not in table:
        return table
    shapes = shapely.from_wkb(table["geometry"].to_numpy(object))
    return gpd.GeoDataFrame(table.assign(geometry=shapes), crs="EPSG:4326")


def to_arrow(table: pd.DataFrame) -> pa.Table:
    """Return a table as it is stored.

    Parameters
    ----------
    table : any columns; shapely geometries become WKB.

    Returns
    -------
    Arrow table.
    """
    plain = pd.DataFrame(table)
    if "geometry" in plain:
        plain = plain.assign(geometry=shapely.to_wkb(plain["geometry"].to_numpy(object)))
    return pa.table({str(name): _to_array(plain[name]) for name in plain})


def _to_array(column: pd.Series) -> pa.Array:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        moments = column.dt.tz_convert(None).to_numpy("datetime64[us]")
        return pa.array(moments, pa.timestamp("us", "UTC"), from_pandas=True)
    return pa.array(column, from_pandas=True)
