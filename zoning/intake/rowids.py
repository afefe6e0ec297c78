"""Ids of rows: made from the content where a file has none, and refused where one id names different rows.

The last functions do the same out of core, in the tables that `stream` fills.
"""

from collections.abc import Sequence
from hashlib import blake2b

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely

from zoning.intake.faults import Faults

_SEPARATOR = "\x1f"


def row_hashes(values: pd.DataFrame, shapes: npt.NDArray[np.object_] | None) -> pd.Series:
    """Return a hash of each row's whole content, whatever the order of its columns.

    Parameters
    ----------
    values : text by file column, n rows.
    shapes : (n,) shapely shapes or None.

    Returns
    -------
    (n,) Series of 16 hexadecimal digits.
    """
    joined = pd.Series("", values.index, dtype="object")
    for name in sorted(values.columns):
        text = values[name].fillna("").str.strip().astype("object")
        joined += np.where(text == "", "", f"{name}{_SEPARATOR}" + text + _SEPARATOR)
    if shapes is not None:
        joined += [shape.hex() if shape else "" for shape in shapely.to_wkb(shapes, byte_order=1)]
    digests = [blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() for text in joined]
    return pd.Series(digests, values.index, dtype="str")


def made_ids(hashes: pd.Series) -> pd.Series:
    """Return ids for rows without one: the hash, and from the second identical row on its ordinal.

    Parameters
    ----------
    hashes : (n,) from `row_hashes`.

    Returns
    -------
    (n,) ids, no two alike; the same rows get the same ids in any order and file.
    """
    ordinal = hashes.groupby(hashes).cumcount() + 1
    return hashes.mask(ordinal > 1, hashes + "-" + ordinal.astype("str"))


def find_repeats(ids: pd.Series, hashes: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Tell which rows name with one id what differs, and which are the same row again.

    Parameters
    ----------
    ids : (n,) id of each row, missing where it has none.
    hashes : (n,) content of each row.

    Returns
    -------
    differing, again : (n,) bool; the first of the same rows is in neither.
    """
    known = ids.notna()
    differing = known & (hashes.groupby(ids).transform("nunique") > 1)
    return differing, known & ~differing & ids.duplicated(keep="first")


DIFFERING = ("several different rows have this id; all are refused", "give each its own id")
AGAIN = ("the same row again; kept once", "nothing, or delete the copy")
HELD = ("another row of this source holds this id", "give it its own id, or leave it")


def refuse_repeats(ids: pd.Series, hashes: pd.Series, at: npt.NDArray[np.intp], name: str, faults: Faults) -> None:
    """Keep one of identical rows with one id; refuse all of different rows with one id.

    Parameters
    ----------
    ids : (n,) id of each row, missing where it has none.
    hashes : (n,) content of each row.
    at : (n,) position of each row among those of `faults`.
    name : the id column.
    faults : receives the repeated rows.
    """
    values = np.full(faults.n, "", dtype=object)
    values[at] = ids.to_numpy(dtype=object)
    for mask, (reason, fix) in zip(find_repeats(ids, hashes), (DIFFERING, AGAIN), strict=True):
        hit = np.zeros(faults.n, dtype=bool)
        hit[at[mask.to_numpy(bool)]] = True
        faults.add(hit, name, values, reason, fix)


def count_on(ids: pd.Series, made: pd.Series, taken: set[str]) -> tuple[pd.Series, npt.NDArray[np.bool_]]:
    """Set ids among those that are held: a made one gets the next ordinal that is free.

    Parameters
    ----------
    ids : (n,) ids, no two alike.
    made : (n,) bool, which were made.
    taken : ids that are held.

    Returns
    -------
    ids : (n,) on the same index.
    held : (n,) bool, which are held already.
    """
    found, wrong, known = [], [], set(taken)
    for given, own in zip(ids, made, strict=True):
        name, count = given, 1
        while own and name in known:
            count += 1
            name = f"{given}-{count}"
        wrong.append(name in known)
        known.add(name)
        found.append(name)
    return pd.Series(found, ids.index, dtype="str"), np.array(wrong, dtype=bool)


def find_repeated(connection: duckdb.DuckDBPyConnection, key: str, held: Sequence[str]) -> npt.NDArray[np.int64]:
    """Note in the table `repeated` which rows of `facts` and `refused` share an id, or have one that is held already.

    Parameters
    ----------
    connection : with the tables `facts` and `refused`.
    key : the id column.
    held : Parquet files whose ids are taken.

    Returns
    -------
    Numbers of the rows, ascending.
    """
    both = f"(SELECT {key} AS id, row FROM facts WHERE NOT made UNION ALL FROM refused)"
    connection.execute("CREATE TABLE theirs (id VARCHAR)")
    if held:
        own = f"SELECT {key} FROM facts WHERE NOT made"
        connection.execute(
            f"INSERT INTO theirs SELECT DISTINCT {key} FROM read_parquet(?) WHERE {key} IN ({own})", [list(held)]
        )
    # Numbers are sorted sooner than words are grouped.
    hashes = np.sort(connection.sql(f"SELECT hash(id) AS hash FROM {both}").fetchnumpy()["hash"])
    connection.register("likely", pa.table({"hash": np.unique(hashes[1:][hashes[1:] == hashes[:-1]])}))
    taken = " OR id IN (FROM theirs)" if held else ""
    connection.execute(
        f"CREATE TABLE repeated AS WITH every AS (FROM {both} WHERE hash(id) IN (SELECT hash FROM likely){taken})"
        " SELECT id, row, id IN (FROM theirs) AS held FROM every"
        f" WHERE id IN (SELECT id FROM every GROUP BY id HAVING count(*) > 1){taken}"
    )
    rows: npt.NDArray[np.int64] = connection.sql("SELECT row FROM repeated ORDER BY row").fetchnumpy()["row"]
    return rows


def refuse_repeated(connection: duckdb.DuckDBPyConnection) -> None:
    """Take out of `facts` what `refuse_repeats` refuses, and what has an id that is held; the reasons into `repeats`.

    Parameters
    ----------
    connection : with the tables `repeated`, `facts`, `seen` (row and hash) and `repeats` (row, id, reason, fix).
    """
    connection.execute("CREATE TABLE reasons (why INTEGER, reason VARCHAR, fix VARCHAR)")
    connection.executemany("INSERT INTO reasons VALUES (?, ?, ?)", [(0, *DIFFERING), (1, *AGAIN), (2, *HELD)])
    connection.execute(
        "INSERT INTO repeats WITH marked AS (SELECT row, id, held, min(hash) OVER same <> max(hash) OVER same AS"
        " differing, row_number() OVER (PARTITION BY id ORDER BY row) > 1 AS again FROM repeated JOIN seen USING (row)"
        " WINDOW same AS (PARTITION BY id)), found AS (SELECT row, id, CASE WHEN differing THEN 0 WHEN again THEN 1"
        " WHEN held AND row IN (SELECT row FROM facts) THEN 2 END AS why FROM marked)"
        " SELECT row, id, reason, fix FROM found JOIN reasons USING (why)"
    )
    connection.execute("DELETE FROM facts WHERE row IN (SELECT row FROM repeats)")


def order_made(connection: duckdb.DuckDBPyConnection, key: str, held: Sequence[str]) -> int:
    """Give identical rows without an id their ordinals, counted on from those that are held.

    Parameters
    ----------
    connection : with the table `facts`.
    key : the id column.
    held : Parquet files whose ids are taken.

    Returns
    -------
    How many ids were made.
    """
    made = int(connection.execute("SELECT count(*) FROM facts WHERE made").fetchall()[0][0])
    if not made:
        return 0
    connection.execute("CREATE TABLE counted (id VARCHAR, n INTEGER)")
    if held:
        first, count = f"split_part({key}, '-', 1)", f"coalesce(try_cast(split_part({key}, '-', 2) AS INTEGER), 1)"
        connection.execute(
            f"INSERT INTO counted SELECT {first}, max({count}) FROM read_parquet(?)"
            f" WHERE {first} IN (SELECT {key} FROM facts WHERE made) GROUP BY 1",
            [list(held)],
        )
    connection.execute(
        f"UPDATE facts SET {key} = facts.{key} || '-' || o.n FROM (SELECT row, row_number() OVER (PARTITION BY {key}"
        f" ORDER BY row) + coalesce(c.n, 0) AS n FROM facts LEFT JOIN counted c ON c.id = {key} WHERE made) o"
        " WHERE o.row = facts.row AND o.n > 1"
    )
    return made
