"""Part of the demo city: the outbreak as an office records it: cases, stays, contacts, samples, corrections."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoning.demo.outbreak import DAYS, KIND_PULL, WORKPLACES
from zoning.demo.plan import District
from zoning.geometry import Floats, Ints

START = np.datetime64("2022-03-01T00:00:00", "s")
# Cases that are none, or not of the city's own spread, as shares of all.
OTHER = (("excluded", 0.04), ("imported", 0.03), ("re_positive", 0.02))
PRELIMINARY_DAYS = 0.7  # who was reported this late is not yet confirmed
NO_UNIT, ONLY_ADDRESS, NOWHERE = 0.10, 0.20, 0.012
STAYS_A_DAY, DAYS_BACK = 1.5, 4.0
CONTACTS, SAMPLES, POOL = 11, 40, 10
TRACEABLE = {"school", "office", "works", "gym", "hotel"}


@dataclass(frozen=True)
class Facts:
    """Tables with the contract's columns; times are local text, points metres (x, y) until they are written."""

    cases: pd.DataFrame
    corrections: pd.DataFrame
    visits: pd.DataFrame
    contacts: pd.DataFrame
    tests: pd.DataFrame


def clock(days: Floats, form: str = "minute") -> pd.Series:
    """Write days after the start as local times.

    Parameters
    ----------
    days : (n,) NaN becomes empty.
    form : minute (2022-03-05 14:20), day (2022-03-05) or slash (2022/3/5 14:20).

    Returns
    -------
    (n,) text.
    """
    known = np.isfinite(days)
    moments = START + (np.where(known, days, 0.0) * 86400).astype("timedelta64[s]")
    times = pd.Series(pd.to_datetime(moments))
    if form == "slash":
        date = times.dt.year.astype(str) + "/" + times.dt.month.astype(str) + "/" + times.dt.day.astype(str)
        text = date + " " + times.dt.strftime("%H:%M").str.removeprefix("0")
    else:
        text = times.dt.strftime("%Y-%m-%d" if form == "day" else "%Y-%m-%d %H:%M")
    return text.where(known, "")


def make_facts(district: District, spread: pd.DataFrame, homes: pd.DataFrame, places: pd.DataFrame) -> Facts:
    """Write down an outbreak.

    Parameters
    ----------
    district : which.
    spread : of `make_outbreak`.
    homes, places : as it took them.

    Returns
    -------
    Facts.
    """
    person = np.array([f"{district.tag}P{i + 1:05d}" for i in range(len(spread))], object)
    cases = _cases(district, spread, homes, person)
    visits = _visits(district, spread, homes, places, person)
    contacts, met = _contacts(district, spread, homes, person)
    well = set(cases.loc[cases["status"].isin([word for word, _ in OTHER]), "person_id"])
    tests = _tests(district, spread, homes, person, contacts, met, well)
    return Facts(cases, _corrections(district, cases, homes), visits, contacts, tests)


def _cases(district: District, spread: pd.DataFrame, homes: pd.DataFrame, person: np.ndarray) -> pd.DataFrame:
    rng, count = district.rng(95), len(spread)
    home = homes.iloc[spread["home"]].reset_index(drop=True)
    status = np.where(spread["onset"].isna(), "asymptomatic", "confirmed").astype(object)
    status[spread["reported"].to_numpy() > DAYS - PRELIMINARY_DAYS] = "preliminary"
    # Only who infected nobody can turn out to be no case.
    leaf = np.setdiff1d(np.arange(2, count), spread["infector"])
    odd = rng.permutation(leaf)
    found_in, at = spread["found_in"].to_numpy(object).copy(), 0
    for word, share in OTHER:
        rows = odd[at : at + max(1, round(share * count))]
        status[rows], at = word, at + len(rows)
        found_in[rows] = "closed_loop" if word == "imported" else found_in[rows]
    moved = spread["quarantined"].to_numpy()
    draw = rng.random(count)
    only_point, only_text = draw < NO_UNIT, (draw >= NO_UNIT) & (draw < NO_UNIT + ONLY_ADDRESS)
    nowhere = (draw > 1 - NOWHERE) | (status == "imported")
    blur = rng.choice([0.0, 8.0, 20.0], count)
    shift = rng.normal(0, 0.5, (count, 2)) * blur[:, None]
    table = pd.DataFrame(
        {
            "case_id": [f"{district.tag}C{i + 1:05d}" for i in range(count)], "person_id": person, "status": status,
            "onset_at": clock(spread["onset"].to_numpy(), "day"),
            "first_positive_at": clock(spread["sampled"].to_numpy(), "slash"),
            "reported_at": clock(spread["reported"].to_numpy()), "recorded_at": clock(spread["recorded"].to_numpy()),
            "isolated_at": clock(spread["isolated"].to_numpy()), "found_in": found_in,
            "unit_id": home["unit_id"].where(~(only_point | only_text | nowhere), ""),
            "address": home["address"].where(~(only_point | nowhere), ""),
            "x": (home["x"] + shift[:, 0]).where(only_point & ~nowhere),
            "y": (home["y"] + shift[:, 1]).where(only_point & ~nowhere),
            "location_radius_m": np.where(only_point & ~nowhere & (blur > 0), blur, np.nan),
            "home_until": clock(np.where(np.isfinite(moved), np.floor(moved), np.nan), "day"),
        }
    )  # fmt: skip
    order = np.argsort(spread["reported"].to_numpy(), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def _corrections(district: District, cases: pd.DataFrame, homes: pd.DataFrame) -> pd.DataFrame:
    """What a later file says otherwise: a wrong home, a case that is none, one confirmed, an onset remembered."""
    rng, count = district.rng(96), max(4, round(0.05 * len(cases)))
    known = np.flatnonzero((cases["unit_id"] != "") & cases["status"].isin(("confirmed", "asymptomatic")))
    rows = np.sort(rng.choice(known, min(count, len(known)), replace=False))
    table = cases.iloc[rows].reset_index(drop=True)
    what = np.arange(len(table)) % 4
    spot = pd.Index(homes["unit_id"]).get_indexer(table["unit_id"])
    other = homes.iloc[np.where(spot + 1 < len(homes), spot + 1, spot - 1)].reset_index(drop=True)
    for column in ("unit_id", "address"):
        table[column] = table[column].where(what != 0, other[column])
    table["status"] = table["status"].where(what != 1, "excluded").where(what != 2, "confirmed")
    sampled = pd.to_datetime(table["first_positive_at"])
    day, other_day = ((sampled - pd.Timedelta(days=n)).dt.strftime("%Y-%m-%d") for n in (1, 3))
    told = day.where(day != table["onset_at"], other_day)
    table["onset_at"] = table["onset_at"].where(what < 2, told)
    later = pd.to_datetime(table["recorded_at"]) + pd.to_timedelta(rng.uniform(20, 44, len(table)), unit="h")
    return table.assign(recorded_at=later.dt.strftime("%Y-%m-%d %H:%M"))


def _visits(
    district: District, spread: pd.DataFrame, homes: pd.DataFrame, places: pd.DataFrame, person: np.ndarray
) -> pd.DataFrame:
    """Stays in the days before isolation: where it was passed on, at work, near home; every place is named once."""
    rng = district.rng(97)
    begin = np.maximum(spread["sampled"].to_numpy() - DAYS_BACK, spread["infected"].to_numpy())
    until = spread[["isolated", "reported"]].min(axis=1).to_numpy()
    parts = [_caught(spread, rng)]
    for number, each in ((0, 0.7), (1, STAYS_A_DAY)):
        count = rng.poisson(np.clip(until - begin, 0.5, 14) * each)
        case = np.repeat(np.arange(len(spread)), count)
        place = spread["work"].to_numpy()[case] if number == 0 else _near(homes, spread, places, case, rng)
        hour = rng.uniform(8.0, 10.0, len(case)) if number == 0 else rng.choice([7.5, 12.0, 18.5, 20.0], len(case))
        day = np.floor(begin[case] + rng.random(len(case)) * np.maximum(until - begin, 0.1)[case])
        start = day + (hour + rng.normal(0, 0.4, len(case))) / 24
        stay = rng.uniform(4, 9, len(case)) if number == 0 else rng.gamma(2.0, 0.5, len(case)) + 0.15
        parts.append(pd.DataFrame({"case": case, "place": place, "start": start, "end": start + stay / 24, "risk": 0}))
    table = pd.concat(parts, ignore_index=True)
    table = table[table["end"] < until[table["case"]]]
    unseen = np.setdiff1d(np.arange(len(places)), table["place"])[: 4 * len(spread)]
    gap = places.iloc[unseen][["x", "y"]].to_numpy()[:, None] - homes[["x", "y"]].to_numpy()[spread["home"]][None]
    case = np.argsort((gap**2).sum(axis=2), axis=1)[
        np.arange(len(unseen)), rng.integers(0, min(3, len(spread)), len(unseen))
    ]
    start = np.floor(until[case]) - 1 + rng.uniform(9, 19, len(unseen)) / 24
    more = pd.DataFrame({"case": case, "place": unseen, "start": start, "end": start + 0.03, "risk": 0})
    table = pd.concat([table, more], ignore_index=True)
    return _visit_rows(district, table, spread, places, person, rng)


def _caught(spread: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The stays of both at the place where one infected the other, an hour or two in common."""
    rows = np.flatnonzero((spread["setting"] == "place") & (spread["place"] >= 0))
    when, place = spread["infected"].to_numpy()[rows], spread["place"].to_numpy()[rows]
    both = np.concatenate([rows, spread["infector"].to_numpy()[rows]])
    start = np.concatenate([when - rng.uniform(0.02, 0.06, len(rows)), when - rng.uniform(0.02, 0.1, len(rows))])
    stay = np.tile(when, 2) - start + rng.uniform(0.01, 0.05, len(both))
    return pd.DataFrame({"case": both, "place": np.tile(place, 2), "start": start, "end": start + stay, "risk": 1})


def _near(
    homes: pd.DataFrame, spread: pd.DataFrame, places: pd.DataFrame, case: Ints, rng: np.random.Generator
) -> Ints:
    at, pull = places[["x", "y"]].to_numpy(), places["kind"].map(KIND_PULL).to_numpy(float)
    home = homes[["x", "y"]].to_numpy()[spread["home"].to_numpy()]
    weight = pull * np.exp(-np.hypot(*(at[None] - home[:, None]).transpose(2, 0, 1)) / 1100.0) + 1e-12
    edges = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    found: Ints = (edges[case] < rng.random(len(case))[:, None]).sum(axis=1)
    return np.minimum(found, len(places) - 1)


def _visit_rows(
    district: District, table: pd.DataFrame, spread: pd.DataFrame, places: pd.DataFrame, person: np.ndarray,
    rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    table = table.sort_values(["case", "start"], kind="stable", ignore_index=True)
    case, kind = table["case"].to_numpy(), places["kind"].to_numpy(object)[table["place"]]
    draw, open_air = rng.random(len(table)), ~np.isin(kind, list(WORKPLACES))
    plain = np.where(draw < 0.94, "none", np.where((draw < 0.985) | ~open_air, "some", "likely"))
    risk = np.where(table["risk"] == 1, np.where(draw < 0.6, "likely", "some"), plain)
    traced = np.isin(kind, list(TRACEABLE)) ^ (rng.random(len(table)) < 0.08)
    known = spread["recorded"].to_numpy()[case] + rng.uniform(0.1, 0.9, len(table))
    return pd.DataFrame(
        {
            "visit_id": [f"{district.tag}V{i + 1:06d}" for i in range(len(table))], "person_id": person[case],
            "place_id": places["id"].to_numpy()[table["place"]], "arrive_at": clock(table["start"].to_numpy()),
            "leave_at": clock(np.where(rng.random(len(table)) < 0.03, np.nan, table["end"])), "place_risk": risk,
            "contacts_traceable": np.where(traced, "true", "false"), "recorded_at": clock(known),
        }
    )  # fmt: skip


def _contacts(
    district: District, spread: pd.DataFrame, homes: pd.DataFrame, person: np.ndarray
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contacts of each case, those that fell ill among them; and who they are: home (row) and when they were found."""
    rng = district.rng(98)
    count = rng.poisson(CONTACTS, len(spread))
    case = np.repeat(np.arange(len(spread)), count)
    home = spread["home"].to_numpy()[case]
    share = rng.random(len(case))
    home = np.where(share < 0.3, home, np.clip(home + rng.integers(-6, 7, len(case)), 0, len(homes) - 1))
    who = np.array([f"{district.tag}K{i + 1:06d}" for i in range(len(case))], object)
    ill = np.flatnonzero(spread["infector"].to_numpy() >= 0)
    case = np.concatenate([case, spread["infector"].to_numpy()[ill]])
    home, who = np.concatenate([home, spread["home"].to_numpy()[ill]]), np.concatenate([who, person[ill]])
    last = spread["isolated"].to_numpy()[case] - rng.gamma(1.5, 0.7, len(case))
    last[-len(ill) :] = np.minimum(spread["infected"].to_numpy()[ill] + 0.1, last[-len(ill) :]) if len(ill) else last
    found = spread["recorded"].to_numpy()[case] + rng.uniform(0.05, 1.2, len(case))
    state = rng.choice(["transferred", "home", "pending"], len(case), p=[0.72, 0.16, 0.12])
    named = rng.random(len(case)) < 0.9
    met = pd.DataFrame({"person_id": who, "home": home, "found": found})
    table = pd.DataFrame(
        {
            "contact_id": [f"{district.tag}K{i + 1:06d}" for i in range(len(case))], "person_id": who,
            "case_id": [f"{district.tag}C{i + 1:05d}" for i in case], "last_exposure_at": clock(last), "state": state,
            "unit_id": homes["unit_id"].where(homes["unit_id"].notna(), "").to_numpy()[home],
            "address": homes["address"].to_numpy()[home], "recorded_at": clock(found),
        }
    )  # fmt: skip
    table["unit_id"] = table["unit_id"].where(named, "")
    return table, met


def _tests(
    district: District, spread: pd.DataFrame, homes: pd.DataFrame, person: np.ndarray, contacts: pd.DataFrame,
    met: pd.DataFrame, cleared: set[str],
) -> pd.DataFrame:  # fmt: skip
    """Samples: of cases (the last one positive, but of who is cleared), of contacts once found, of neighbours."""
    rng = district.rng(99)
    parts = [pd.DataFrame({"person_id": person, "home": spread["home"], "at": spread["sampled"], "result": "positive"})]
    before = spread["sampled"].to_numpy() - 2.1
    parts.append(parts[0].assign(at=before, result="negative")[before > spread["infected"].to_numpy() - 6])
    again, clear = spread["sampled"].to_numpy() + 3.4, {"result": "negative", "told": True}
    parts.append(parts[0].assign(at=again, **clear)[np.isin(person, list(cleared))])
    well = met[met["person_id"].isin(set(contacts["person_id"]) - set(person))]
    for day in (1, 4, 7):
        parts.append(well.assign(at=np.floor(well["found"]) + day + rng.uniform(0.35, 0.7, len(well)), **clear))
    case = np.repeat(np.arange(len(spread)), SAMPLES)
    home = np.clip(spread["home"].to_numpy()[case] + rng.integers(-9, 10, len(case)), 0, len(homes) - 1)
    start = np.floor(spread["reported"].to_numpy()[case]) + rng.integers(1, 5, len(case))
    near = [f"{district.tag}R{i + 1:06d}" for i in range(len(case))]
    parts.append(pd.DataFrame({"person_id": near, "home": home, "at": start + rng.uniform(0.35, 0.8, len(case))}))
    table = pd.concat(parts, ignore_index=True).drop(columns="found", errors="ignore")
    followed = table["told"].notna()
    table = table[followed | (table["at"] < DAYS + 2)].sort_values("at", kind="stable", ignore_index=True)
    late = (table["at"] > DAYS + 1.5).to_numpy() & table["told"].isna().to_numpy()
    round_no = np.floor(table["at"]).clip(-9).astype(int)
    number = pd.Series(round_no).astype(str).str.zfill(2)
    pool = (table.groupby(round_no).cumcount() // POOL).astype(str).str.zfill(4)
    result = table["result"].fillna("negative").where(~late, "pending")
    done = np.where(late, np.nan, table["at"] + rng.uniform(0.2, 0.5, len(table)))
    return pd.DataFrame(
        {
            "test_id": [f"{district.tag}T{i + 1:06d}" for i in range(len(table))], "person_id": table["person_id"],
            "unit_id": homes["unit_id"].to_numpy()[table["home"]], "sampled_at": clock(table["at"].to_numpy(), "slash"),
            "resulted_at": clock(done, "slash"), "result": result,
            "round_id": ("R" + number).where(round_no > 0, ""),
            "pool_id": ("M" + number + "-" + pool).where((result == "negative") & (round_no > 0), ""),
            "recorded_at": clock(np.where(late, table["at"], done) + 0.05),
        }
    )  # fmt: skip
