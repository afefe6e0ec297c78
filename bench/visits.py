"""Files of many visits, made by DuckDB: the same bytes for the same number."""

from pathlib import Path

import duckdb


def write_visits(path: Path, rows: int) -> None:
    """Write a CSV of visits: ids, places of Shenzhen, times of three weeks, risk and traceability."""
    form = "%Y-%m-%d %H:%M:%S"
    query = f"""
        SELECT 'V' || i AS visit_id, 'P' || (hash(i) % 1500000) AS person_id, 'G' || (hash(i + 1) % 400) AS place_id,
            round(114.0 + (hash(i * 3) % 100000) / 1e6, 6) AS lng, round(22.5 + (hash(i * 5) % 100000) / 1e6, 6) AS lat,
            strftime(epoch_ms(1645315200000 + (hash(i * 7) % 1814400)::BIGINT * 1000), '{form}') AS arrive_at,
            strftime(epoch_ms(1645315200000 + (hash(i * 7) % 1814400 + hash(i * 11) % 14400)::BIGINT * 1000), '{form}')
                AS leave_at,
            ['likely', 'some', 'none'][1 + (hash(i * 13) % 3)::INT] AS place_risk,
            CASE WHEN hash(i * 17) % 2 = 0 THEN 'yes' ELSE 'no' END AS contacts_traceable
        FROM range({rows}) t(i)"""
    duckdb.connect().execute(f"COPY ({query}) TO '{path}' (FORMAT csv, HEADER)")
