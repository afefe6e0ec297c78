"""What changed between two plans as a file, GeoJSON or CSV: like a zone list, it names no fact, case or person."""

from pathlib import Path
from typing import Any, Literal

import orjson
import pandas as pd

from zoning.errors import InputError
from zoning.export import features_to_geojson
from zoning.export.columns import iso_times, plain
from zoning.export.files import to_csv
from zoning.settings import Settings

Form = Literal[".geojson", ".csv"]
_TEXTS = (
    *("change", "zone_id", "was", "name", "name_en", "class_before", "class_after"),
    *("status_before", "status_after", "stage_before", "stage_after"),
)
_TIMES = ("start_before", "start_after", "lift_before", "lift_after")
_PEOPLE, _ATOMS = ("people_before", "people_after"), ("atoms_added", "atoms_removed")
# All that may leave. Why is said in counts; the ids of facts and of who decided stay.
CHANGE_COLUMNS = (*_TEXTS, *_TIMES, *_PEOPLE, *_ATOMS, "because_zh", "because_en")


def form_of(path: Path) -> Form:
    """Return the format of a list of changes by its file's ending.

    Parameters
    ----------
    path : of the file; it need not exist.

    Returns
    -------
    .geojson or .csv.

    Raises
    ------
    InputError : another ending.
    """
    for form in (".geojson", ".csv"):
        if path.suffix.lower() == form:
            return form
    raise InputError(f"--out {path.name} ends in neither .geojson nor .csv; give one of them")


def write_changes(form: Form, changes: pd.DataFrame, settings: Settings) -> bytes:
    """Return a list of changes as a file.

    Parameters
    ----------
    form : .geojson or .csv.
    changes : of `compare_plans`; times in UTC, geometry in WGS84.
    settings : `zone` is the IANA zone in which times are written.

    Returns
    -------
    Bytes of the file: exactly CHANGE_COLUMNS, in the order of the table; CSV holds no outline, and lists are JSON.

    Source
    ------
    RFC 7946; RFC 4180.
    """
    found: dict[str, list[Any]] = {name: plain(changes[name]) for name in CHANGE_COLUMNS if name not in _TIMES}
    found |= {name: iso_times(changes[name], settings.zone) for name in _TIMES}
    found |= {name: plain(changes[name].astype(float).round(1)) for name in _PEOPLE}
    found |= {name: changes[name].tolist() for name in _ATOMS}
    columns = {name: found[name] for name in CHANGE_COLUMNS}
    if form == ".geojson":
        return features_to_geojson(changes["geometry"].to_numpy(object), columns)
    return to_csv(columns | {name: [orjson.dumps(atoms).decode() for atoms in found[name]] for name in _ATOMS})
