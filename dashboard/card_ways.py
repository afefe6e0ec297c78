"""Why not another class: a part of every card that is asked for by a button, since it takes the engine a moment."""

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from dash import html

from dashboard.parts import section, text, words


def ways_section(**of: str) -> html.Section:
    """Return the part of a card that offers the answer; `of`: what it is asked of, as `/api/card/ways` takes it."""
    asked = {"data-why-not": urlencode(of, safe=",")}
    button = html.Button(text("why_not_ask"), className="btn sm quiet", type="button", **asked)
    return section(text("why_not"), [button], class_name="ways")


def called(plan: Any, atom_id: str) -> dict[str, str]:
    """Return what the unit of an atom is called in both languages; a cell by its id."""
    rows = plan.units[plan.units["id"] == atom_id.removesuffix("/rest")]
    zh, en = (rows[column].dropna() for column in ("name", "name_en"))
    chinese = str(zh.iloc[0]) if len(zh) else atom_id
    return {"zh": chinese, "en": str(en.iloc[0]) if len(en) else chinese}


def ways_of(plan: Any, found: dict[str, Any]) -> list[Any]:
    """Return what would put a place into each other class.

    Parameters
    ----------
    plan : as derived.
    found : of `answer`: ways, and asked_of, the atom that they are about.

    Returns
    -------
    Dash components: what was asked of, then a class at a time what would have to be so.
    """
    ways = found.get("ways") or []
    name = called(plan, str(found.get("asked_of") or "–"))
    if not ways:
        return [html.P(text("why_not_none", name=name), className="mut")]
    lines = []
    for _, same in groupby(ways, key=lambda way: way["class"]):
        some = list(same)
        said = [html.Li(words({"zh": way["zh"], "en": way["en"]})) for way in some]
        lines += [html.Dt(words(some[0]["names"])), html.Dd(html.Ul(said))]
    return [html.P(text("why_not_of", name=name), className="mut"), html.Dl(lines)]
