"""Which column of a file is which of ours: by name, by the names that real files use, or as the caller says."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from zoning.errors import InputError
from zoning.tables import Column, Contract

_NOISE = re.compile(r"[\s_.:-]|\(.*?\)|\[.*?\]")


def plain(name: str) -> str:
    """Return a header as it is compared: half width, lower case, without blanks, _ - . : and bracketed units.

    Parameters
    ----------
    name : header of a file.

    Returns
    -------
    Comparable text.
    """
    return _NOISE.sub("", unicodedata.normalize("NFKC", name).strip().casefold())


def match_headers(
    headers: Sequence[str], terms: Contract, mapping: Mapping[str, str], constants: Mapping[str, str]
) -> dict[str, str]:
    """Find the file's column for each of ours; our own name wins, then the synonyms in the contract's order.

    Parameters
    ----------
    headers : column names of the file.
    terms : the contract of the kind.
    mapping : our column -> file column, as the caller says; an empty one leaves our column without any.
    constants : our column -> one value for all rows; such a column need not be in the file.

    Returns
    -------
    Our column -> file column, each file column used once.

    Raises
    ------
    InputError : a mapped column does not exist, no column is known, or a required one is missing.
    """
    by_plain = {plain(header): header for header in reversed(headers)}
    found: dict[str, str] = {}
    for name, header in mapping.items():
        terms_name = _known(name, terms)
        if not header:
            continue
        if plain(header) not in by_plain:
            raise InputError(f"no column '{header}' for {name}; the file has {_listed(headers)}")
        found[terms_name] = by_plain.pop(plain(header))
    for name in constants:
        _known(name, terms)
    open_columns = [c for c in terms.columns if c.name not in {**mapping, **constants}]
    for rank in range(1 + max(len(column.synonyms) for column in terms.columns)):
        for column in open_columns:
            names = (column.name, *column.synonyms)
            if column.name not in found and rank < len(names) and plain(names[rank]) in by_plain:
                found[column.name] = by_plain.pop(plain(names[rank]))
    return found


def _known(name: str, terms: Contract) -> str:
    if name not in terms.names:
        raise InputError(f"{terms.kind} has no column '{name}'; its columns are {', '.join(terms.names)}")
    return name


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:30]) or "no columns"


def require(found: Mapping[str, str], headers: Sequence[str], terms: Contract, given: Sequence[str]) -> None:
    """Refuse a file that has none of our columns, or lacks one that is required.

    Parameters
    ----------
    found : our column -> file column.
    headers : column names of the file.
    terms : the contract of the kind.
    given : our columns that come from elsewhere: constants, shapes of the file.

    Raises
    ------
    InputError : says what was looked for and what was found.
    """
    there = {*found, *given}
    if not there:
        looked = ", ".join(f"{c.name} ({', '.join(c.synonyms[:2])})" for c in terms.columns[:8])
        raise InputError(f"no column of {terms.kind} found: looked for {looked} ..., found {_listed(headers)}")
    missing = [c for c in terms.columns if c.required and c.name not in there and not _stood_in(c, there)]
    if missing:
        looked = "; ".join(f"{c.name} (or {', '.join(c.synonyms[:5])})" for c in missing)
        hint = f"name its column with --map {missing[0].name}=COLUMN or its value with --set {missing[0].name}=VALUE"
        raise InputError(f"{terms.kind} needs {looked}; found {_listed(headers)}; {hint}")


def _stood_in(column: Column, there: set[str]) -> bool:
    """Tell whether other columns can fill this one: name by name_en, a point's geometry by lng and lat."""
    stand_ins = {"name": {"name_en"}, "geometry": {"lng", "lat"}}
    return column.name in stand_ins and stand_ins[column.name] <= there


def fits(headers: Sequence[str], terms: Contract) -> bool:
    """Tell whether a header alone can be that of a kind.

    Parameters
    ----------
    headers : column names of a file.
    terms : the contract of the kind.

    Returns
    -------
    True if every required column is there under a known name.
    """
    try:
        require(match_headers(headers, terms, {}, {}), headers, terms, ())
    except InputError:
        return False
    return True
