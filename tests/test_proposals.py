"""Proposals, followed: as if all had been listed anew, and only grounds with another claim than before are named."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tests.small_town import POLICY
from zoning.proposals import Proposals, list_proposals

Claim = tuple[str, int, str, str, str, bool]
CLAIMS = st.lists(
    st.tuples(
        st.sampled_from(["cases:C1", "cases:C2", "cases:C3", "visits:V1"]),
        st.integers(0, 2),
        st.sampled_from(["unit:E1", "unit:E2", "area:A1"]),
        st.sampled_from(["sealed", "controlled"]),
        st.sampled_from(["propose", "derive"]),
        st.booleans(),
    ),
    max_size=12,
)


def claims(rows: list[Claim]) -> pd.DataFrame:
    names = ["fact_id", "rule", "ground", "class", "act", "live"]
    dtypes = {**dict.fromkeys(names, "str"), "rule": "int64", "live": "bool"}
    return pd.DataFrame(rows, columns=names).astype(dtypes)


def listed(before: Proposals | None, rows: list[Claim]) -> tuple[Proposals, set[str]]:
    """The proposals, and the grounds of which the names were asked."""
    asked = set[str]()

    def name(table: pd.DataFrame) -> pd.DataFrame:
        asked.update(table["ground"])
        return table.assign(name=("at " + table["ground"]).astype("str"))

    return list_proposals(before, claims(rows), POLICY, name), asked


@given(CLAIMS, CLAIMS)
def test_what_is_followed_is_what_is_listed_anew(first: list[Claim], more: list[Claim]) -> None:
    then, _ = listed(None, first)
    rows = [*first[1:], *more]
    now, asked = listed(then, rows)
    fresh, _ = listed(None, rows)
    pd.testing.assert_frame_equal(now.table, fresh.table)
    pd.testing.assert_frame_equal(now.claims, fresh.claims)
    moved = {fact for fact, *_, act, live in (*first[:1], *more) if act == "propose" and live}
    assert asked <= {ground for fact, _, ground, *_ in (*first, *rows) if fact in moved}


def test_a_ground_lists_each_fact_once_in_order() -> None:
    told = [
        ("cases:C2", 1, "unit:E1", "sealed", "propose", True),
        ("cases:C1", 1, "unit:E1", "sealed", "propose", True),
    ]
    found, _ = listed(None, [*told, told[0]])
    wanted = [[POLICY.rules[1].id, "unit:E1", "sealed", ["cases:C1", "cases:C2"], "at unit:E1"]]
    assert found.table.values.tolist() == wanted
