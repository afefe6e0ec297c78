"""Part of the demo city: its tables as the files that offices send, in their formats, encodings and datums."""

import io
import json
import re
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import shapely

from zoning.datum import from_wgs84
from zoning.demo.plan import District, to_degrees

# Headers and words of the Chinese files.
CASES_ZH = {
    "case_id": "病例编号", "person_id": "人员编号", "status": "状态", "onset_at": "发病时间",
    "first_positive_at": "首次阳性采样时间", "reported_at": "报告时间", "recorded_at": "登记时间",
    "isolated_at": "隔离时间", "found_in": "发现途径", "unit_id": "单元编号", "address": "地址", "lng": "经度",
    "lat": "纬度", "location_radius_m": "定位误差", "home_until": "居住截止",
}  # fmt: skip
WORDS_ZH = {
    "confirmed": "确诊", "asymptomatic": "无症状", "preliminary": "初筛阳性", "imported": "境外输入",
    "excluded": "排除", "re_positive": "复阳", "community": "社区筛查", "quarantine": "集中隔离", "closed_loop": "闭环",
}  # fmt: skip
CONTACTS_ZH = {
    "contact_id": "密接编号", "person_id": "人员编号", "case_id": "关联病例", "last_exposure_at": "末次接触时间",
    "state": "管控状态", "unit_id": "单元编号", "address": "居住地址", "recorded_at": "登记时间",
}  # fmt: skip
ROUNDS_ZH = {
    "round_id": "轮次", "unit_id": "楼栋编号", "started_at": "采样开始时间", "ended_at": "采样结束时间",
    "due": "应检人数", "tested": "实检人数", "excused": "免检人数", "refused": "拒检人数", "absent": "缺检人数",
    "pools_open": "未出结果混管数", "positive": "阳性人数", "recorded_at": "登记时间",
}  # fmt: skip
# Rows that no intake can take as they are: what stands in which column, and what is wrong with it.
BAD_CASES = (
    ({"reported_at": "2022-02-30 10:00"}, "a day that does not exist"),
    ({"reported_at": ""}, "no time of the report"),
    ({"lng": "114.35", "lat": ""}, "half a pair of coordinates"),
    ({"lng": "22.15", "lat": "114.41"}, "longitude and latitude swapped"),
    ({"status": "观察中"}, "a status that nobody knows"),
)
BAD_VISITS = (
    ({"arrive_at": "昨天下午"}, "a time in words"),
    ({"person_id": ""}, "nobody"),
    ({"place_risk": "??"}, "a judgement that is none"),
)
_ZIP_TIME = (2022, 3, 22, 0, 0, 0)
Dirt = list[tuple[str, int, str]]


def placed(table: pd.DataFrame) -> pd.DataFrame:
    """Bring a table from metres to degrees.

    Parameters
    ----------
    table : with `geometry` in metres, or x and y (NaN where there is no point).

    Returns
    -------
    The table with `geometry`, or lng and lat with seven digits, in WGS84.
    """
    if "x" not in table:
        return table.assign(geometry=to_degrees(table["geometry"].to_numpy(object)))
    known = table["x"].notna().to_numpy()
    at = np.full((len(table), 2), np.nan)
    at[known] = shapely.get_coordinates(to_degrees(shapely.points(table.loc[known, ["x", "y"]].to_numpy())))
    return table.drop(columns=["x", "y"]).assign(lng=at[:, 0], lat=at[:, 1])


def write_geojson(path: Path, table: pd.DataFrame, columns: list[str]) -> None:
    """Write features, one a line.

    Parameters
    ----------
    path : where.
    table : with `geometry` in degrees.
    columns : the properties, in order.
    """
    shapes = shapely.to_geojson(table["geometry"].to_numpy(object))
    rows = table[columns].astype(object).where(table[columns].notna(), None).to_dict("records")
    lines = [
        f'{{"type":"Feature","properties":{json.dumps(row, ensure_ascii=False)},"geometry":{shape}}}'
        for row, shape in zip(rows, shapes, strict=True)
    ]
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8")


def write_geoparquet(path: Path, table: pd.DataFrame, columns: list[str]) -> None:
    """Write GeoParquet.

    Parameters
    ----------
    path : where.
    table : with `geometry` in degrees.
    columns : the other columns, in order.
    """
    frame = gpd.GeoDataFrame(
        table[columns].reset_index(drop=True), geometry=table["geometry"].to_numpy(), crs="EPSG:4326"
    )
    frame.to_parquet(path, index=False, compression="zstd")


def write_csv(path: Path, table: pd.DataFrame, encoding: str = "utf-8", datum: str = "") -> None:
    """Write a CSV.

    Parameters
    ----------
    path : where.
    table : columns in order; lng and lat in WGS84.
    encoding : of the file; utf-8-sig has a byte order mark.
    datum : gcj02 moves lng and lat.
    """
    if datum:
        lng, lat = from_wgs84(table["lng"].to_numpy(), table["lat"].to_numpy(), datum)
        table = table.assign(lng=np.round(lng, 7), lat=np.round(lat, 7))
    path.write_bytes(table.to_csv(index=False, lineterminator="\n").encode(encoding))


def write_xlsx(path: Path, table: pd.DataFrame, title: str, dates: tuple[str, ...]) -> None:
    """Write one sheet, the same bytes each time.

    Parameters
    ----------
    path : where.
    table : columns in order.
    title : name of the sheet.
    dates : columns whose text becomes dates of Excel; all else stays text.
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.append(list(table.columns))
    moments = {c: pd.to_datetime(table[c], errors="coerce").dt.to_pydatetime().tolist() for c in dates}
    for row in zip(*[moments.get(c, table[c]) for c in table.columns], strict=True):
        sheet.append(row)
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            # The moment of writing would differ from run to run.
            body = re.sub(rb"(<dcterms:\w+[^>]*>)[^<]*", rb"\g<1>2022-03-22T00:00:00Z", old.read(name))
            new.writestr(zipfile.ZipInfo(name, _ZIP_TIME), body, zipfile.ZIP_DEFLATED)


def spoil(
    table: pd.DataFrame, bad: tuple[tuple[dict[str, str], str], ...], file: str, tag: str
) -> tuple[pd.DataFrame, Dirt]:
    """Add rows at the end that cannot be read.

    Parameters
    ----------
    table : the good rows, all columns text.
    bad : values by column, and what is wrong with them.
    file : its name, for the list.
    tag : of the district, for the ids.

    Returns
    -------
    The table with one more row for each, and two more that share an id and differ; the list of (file, row, what).
    """
    key = str(table.columns[0])
    model = table.iloc[0].to_dict()
    rows = [model | {key: f"{tag}X{i + 1:03d}"} | values for i, (values, _) in enumerate(bad)]
    rows += [model | {key: f"{tag}X900", "recorded_at": when} for when in ("2022-03-03 10:00", "2022-03-03 11:00")]
    told = [what for _, what in bad] + ["one id, two different rows"] * 2
    dirt = [(file, len(table) + 2 + i, what) for i, what in enumerate(told)]
    return pd.concat([table, pd.DataFrame(rows)], ignore_index=True), dirt


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with all values as text, empty where missing, coordinates with seven digits.

    Parameters
    ----------
    table : any columns.

    Returns
    -------
    The same columns as objects.
    """
    found = {}
    for name in table:
        column = table[name]
        form = "{:.7f}" if name in ("lng", "lat") else "{:g}"
        whole = column.dtype.kind == "f"
        found[name] = [
            ("" if pd.isna(v) else form.format(v)) if whole else ("" if pd.isna(v) else str(v)) for v in column
        ]
    return pd.DataFrame(found)


def chinese_cases(cases: pd.DataFrame) -> pd.DataFrame:
    """Return cases under the headers and words of a Chinese register; some midnights written as 24时.

    Parameters
    ----------
    cases : text, with the contract's columns.

    Returns
    -------
    The same rows.
    """
    words = cases.assign(**{c: cases[c].replace(WORDS_ZH) for c in ("status", "found_in")})
    moment = pd.to_datetime(cases["reported_at"], errors="coerce")
    late = (moment.dt.hour >= 22).to_numpy() & (np.arange(len(cases)) % 2 == 0)
    text = moment.dt.year.astype("Int64").astype(str) + "年" + moment.dt.month.astype("Int64").astype(str) + "月"
    words["reported_at"] = words["reported_at"].mask(late, text + moment.dt.day.astype("Int64").astype(str) + "日24时")
    return words[list(CASES_ZH)].rename(columns=CASES_ZH)


def stem(kind: str, district: District) -> str:
    """Return the name of a file without its ending.

    Parameters
    ----------
    kind : what it holds.
    district : which; the files of a city of several carry its number.

    Returns
    -------
    Text.
    """
    return f"{kind}-{district.tag[:-1]}" if district.tag else kind
