"""An enclosure under watch inside a new precaution zone: its entrances and its white list are still listed."""

from datetime import date

import pytest
import shapely

from tests.small_town import at, degrees, derive_town, home, house
from tests.test_standing import ESTATE, FIRST, act, held, opened, plan
from zoning.paper.entrances import entrances_of
from zoning.paper.stay import after_rules

FAR = home("C9", "B9", onset_at="26", reported_at="28", isolated_at="28", recorded_at="28")
TOWN = {
    **ESTATE,
    "buildings": [*ESTATE["buildings"], house("B9", 500, 10)],
    "cases": [*FIRST, FAR],
    "gates": [
        {"id": name, "name": name, "parent_id": "E1", "kind": "vehicle", "open": x > 0}
        | {"geometry": degrees(shapely.Point(x, 50))}
        for name, x in (("东门", 200), ("西门", 0))
    ],
}
DAY = date(2022, 3, 29)


@pytest.mark.slow
def test_gates_and_white_list_of_a_released_enclosure_are_listed_inside_a_new_precaution_zone() -> None:
    decided = opened("sealed", "controlled", "precaution")
    ends = [act(plan("27", *decided), c, "release", "27", in_force_from=at("27")) for c in ("sealed", "controlled")]
    before, found = (
        derive_town(**TOWN, decided=rows, as_of=at(day).to_pydatetime())
        for rows, day in ((decided, "26"), ([*decided, *ends], "29"))
    )
    assert {held(found)[name] for name in ("B1", "B2", "E1/rest")} == {"precaution"}
    ids = {z["class"]: z for z in found.zones[found.zones["stage"] == "post_release"].to_dict("records")}
    assert set(ids) == {"sealed", "controlled"}
    estate = ids["controlled"]
    assert [(e.name, e.act) for e in entrances_of(found, estate, DAY)] == [("东门", "keep"), ("西门", "close")]
    gates = [p.gate_points.set_index("zone_id").loc[estate["zone_id"], "gate_id"].tolist() for p in (before, found)]
    assert len(gates[0]) == 2
    assert gates[0] == gates[1]
    for zone in ids.values():
        assert after_rules(found, zone, DAY, "zh")[0] == "保留围合、卡口、电子哨兵和白名单"
