"""Reading the golden files of the town, and the scenarios that they speak of.

The golden files were written by hand from the rule text; nothing here or in the program writes them.
"""

from datetime import datetime
from pathlib import Path

import pandas as pd

from tests.house import ROOT
from zoning import state
from zoning.loading import load_file
from zoning.pipeline import Plan
from zoning.store import Workspace

TOWN, GOLDEN = ROOT / "data" / "town", ROOT / "tests" / "golden"
LATE = datetime.fromisoformat("2022-03-17T23:00:00+08:00")


def golden(name: str) -> pd.DataFrame:
    """One golden file; empty cells are empty text."""
    return pd.read_csv(GOLDEN / f"town_{name}.csv", dtype="str", keep_default_na=False)


def play(scenario: str, folder: Path) -> None:
    """Bring a copy of the town's workspace into the state that a scenario names."""
    workspace = Workspace(folder)
    for fact in ("C3", "C4", "C5"):
        if scenario.startswith("withdraw") and fact in scenario:
            state.withdraw(workspace, f"cases:{fact}", "scenario", LATE)
    if scenario in ("correction", "merge"):
        load_file(workspace, TOWN / f"cases_{scenario}.csv", "cases")
    if scenario == "like":
        state.change_setting(workspace, "options", "rest_of_estate=like_controlled")


def lines_of(plan: Plan) -> pd.DataFrame:
    """A plan as the golden files write it: one line a unit atom and ground cell in a zone."""
    told = plan.membership.sort_values("atom_id")
    lines = pd.DataFrame({"atom_id": told["atom_id"], "class": told["class"]})
    lines["rules"] = [";".join(r) for r in told["rule_ids"]]
    lines["cause"] = [";".join(sorted(f)) for f in told["fact_ids"]]
    units = plan.atoms.loc[~plan.atoms["atom_id"].isin(lines["atom_id"]), ["atom_id"]]
    units = units.assign(**{"class": "none", "rules": "", "cause": ""})
    return pd.concat([lines, units], ignore_index=True).set_index("atom_id").sort_index()
