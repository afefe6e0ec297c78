"""Part of the demo city: who infected whom, where and when, and how each case came to be known.

Times are days after the first report's midnight (floats); `demo_facts` writes them as files.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoning.demo.plan import District
from zoning.geometry import Floats, Ints

DAYS = 21
# Generation interval: gamma, mean 3.0 days, sd 1.5; incubation: lognormal, mean 3.4, sd 1.5 (Omicron BA.1/BA.2 as
# estimated in 2022, rounded; an own choice, grade O). Few infect many: gamma with shape 0.5.
GENERATION, INCUBATION, DISPERSION = (4.0, 0.75), (1.13, 0.42), 0.5
ASYMPTOMATIC, UNKNOWN_SOURCE = 0.36, 0.02
# Where one person infects another, and how far people live from where they meet (m).
SETTINGS = {"home": 0.32, "building": 0.14, "place": 0.54}
REACH_M = 600.0
FEW, CASES_A_SEED = 120, 50  # with more cases than FEW the outbreak began in more places and reaches farther
SCREENING_DAYS, FIRST_SCREENING = 2.0, 2.0
KIND_PULL = {
    "market": 3.0, "restaurant": 1.6, "teahouse": 3.0, "mall": 1.2, "school": 0.5, "office": 1.6, "works": 2.2,
    "gym": 0.8, "bar": 1.6, "hotel": 0.3, "metro": 0.6,
}  # fmt: skip
WORKPLACES = ("school", "office", "works", "mall", "market")


@dataclass(frozen=True)
class _Ground:
    """What the outbreak runs on: homes (people, x, y, building group), places (x, y, pull) and their nearest homes."""

    people: Floats
    at: Floats
    building: Ints
    place_at: Floats
    pull: Floats
    reach: float


def make_outbreak(district: District, homes: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Let an infection run through a district for three weeks.

    Parameters
    ----------
    district : which; `cases` is how many come to be known.
    homes : of the register: unit_id, building, people, x, y.
    places : of `make_places`.

    Returns
    -------
    One row a case in order of infection: infector (row or -1), setting (seed, home, building, place), home (row),
    place (row where it was infected, or -1), work (row of a place), infected, onset (NaN: no symptoms), sampled,
    reported, recorded, isolated (days), found_in, quarantined (transferred as a contact; NaN if not).
    """
    rng = district.rng(91)
    ground = _Ground(
        homes["people"].to_numpy(float), homes[["x", "y"]].to_numpy(), pd.factorize(homes["building"])[0],
        places[["x", "y"]].to_numpy(), places["kind"].map(KIND_PULL).to_numpy(float),
        REACH_M * float(np.clip(district.cases / FEW, 1.0, 16.0)) ** 0.5,
    )  # fmt: skip
    cases = _Cases(_infection_days(district.cases, rng), rng)
    for row in range(district.cases):
        source = cases.source(row)
        cases.settle(row, source, ground)
        cases.detect(row, source)
    return cases.table()


def _infection_days(count: int, rng: np.random.Generator) -> Floats:
    """Days of infection: growth by half every other day, then decline as measures bite; none too late to be found."""
    grid = np.arange(-4.5, DAYS - 3.0, 0.05)
    density = np.exp(0.24 * np.minimum(grid - 7, 0) - 0.16 * np.maximum(grid - 9, 0))
    return np.sort(rng.choice(grid, count, p=density / density.sum()) + rng.uniform(0, 0.05, count))


class _Cases:
    """The cases so far, column by column."""

    def __init__(self, infected: Floats, rng: np.random.Generator) -> None:
        count = len(infected)
        self.rng, self.infected = rng, infected
        self.heat = rng.gamma(DISPERSION, 1 / DISPERSION, count) + 0.05
        self.numbers = {k: np.full(count, -1) for k in ("infector", "home", "place", "work")}
        self.times = {
            k: np.full(count, np.nan) for k in ("onset", "sampled", "reported", "recorded", "isolated", "quarantined")
        }
        self.setting, self.found_in = np.full(count, "seed", object), np.full(count, "community", object)

    def source(self, row: int) -> int:
        """Choose who infected a case: by generation interval, by heat, and not from isolation; -1 if nobody could."""
        if row < max(2, len(self.infected) / CASES_A_SEED) or self.rng.random() < UNKNOWN_SOURCE:
            return -1
        lag = self.infected[row] - self.infected[:row]
        shape, scale = GENERATION
        weight = np.where(lag > 0.3, lag ** (shape - 1) * np.exp(-lag / scale), 0.0) * self.heat[:row]
        weight[self.times["isolated"][:row] < self.infected[row]] = 0.0
        total = weight.sum()
        return int(self.rng.choice(row, p=weight / total)) if total > 1e-9 else -1

    def settle(self, row: int, source: int, ground: _Ground) -> None:
        """Say where it happened, where the case lives and works."""
        rng, numbers = self.rng, self.numbers
        if source < 0:
            place = int(rng.choice(len(ground.pull), p=ground.pull / ground.pull.sum()))
            home = self._home_near(ground.place_at[place], ground)
        else:
            setting = str(rng.choice(list(SETTINGS), p=list(SETTINGS.values())))
            self.setting[row], numbers["infector"][row] = setting, source
            home, place = int(numbers["home"][source]), -1
            if setting == "building":
                same = np.flatnonzero(ground.building == ground.building[home])
                near = np.argsort(((ground.at - ground.at[home]) ** 2).sum(axis=1))[1:5]
                home = int(rng.choice(same[same != home] if len(same) > 1 else near))
            if setting == "place":
                place = int(numbers["work"][source])
                if rng.random() > 0.35:
                    place = self._place_near(ground.at[home], ground)
                home = self._home_near(ground.place_at[place], ground)
        numbers["home"][row], numbers["place"][row] = home, place
        numbers["work"][row] = place if place >= 0 and rng.random() < 0.3 else self._place_near(ground.at[home], ground)

    def _home_near(self, at: Floats, ground: _Ground) -> int:
        weight = ground.people * np.exp(-np.hypot(*(ground.at - at).T) / ground.reach)
        return int(self.rng.choice(len(weight), p=weight / weight.sum()))

    def _place_near(self, at: Floats, ground: _Ground) -> int:
        weight = ground.pull * np.exp(-np.hypot(*(ground.place_at - at).T) / ground.reach)
        return int(self.rng.choice(len(weight), p=weight / weight.sum()))

    def detect(self, row: int, source: int) -> None:
        """Find the case: by its symptoms, in a round of screening, or in quarantine as a contact."""
        rng, times, start = self.rng, self.times, self.infected[row]
        late = 0.25 if start > 2 else 1.0  # once the outbreak is known people come sooner
        well = rng.random() < ASYMPTOMATIC
        onset = np.nan if well else start + rng.lognormal(*INCUBATION)
        shows = start + max(1.2, rng.gamma(6.0, 0.4))  # a sample is positive from here on
        sampled = np.inf if well else max(onset, shows) + late * rng.uniform(0.6, 3.2)
        rounds = FIRST_SCREENING + SCREENING_DAYS * np.arange(DAYS) + rng.uniform(0.35, 0.8)
        sampled = min(sampled, float(rounds[rounds > max(shows, 0.0)][0]))
        if source >= 0 and (self.setting[row] != "place" or rng.random() < 0.6):
            moved = max(times["reported"][source] + rng.uniform(0.25, 1.3), start + 0.4)
            if moved < sampled:
                times["quarantined"][row] = moved
                sampled = max(moved + rng.uniform(0.1, 0.6), shows + rng.uniform(0.0, 0.9))
                self.found_in[row] = "quarantine"
        reported = sampled + rng.uniform(0.3, 0.75)
        # The first report is day 0 and the register closes after three weeks.
        early, over = max(0.0, 0.3 - reported), max(0.0, reported - DAYS + 0.02)
        sampled, reported = sampled + early - over, reported + early - over
        times["onset"][row] = onset if onset < reported + 2 else np.nan
        times["sampled"][row], times["reported"][row] = sampled, reported
        times["recorded"][row] = reported + rng.uniform(0.02, 0.35)
        known = times["quarantined"][row]
        times["isolated"][row] = known if known < reported else reported + rng.uniform(0.03, 0.2)

    def table(self) -> pd.DataFrame:
        """Return all columns as one table."""
        return pd.DataFrame(
            {
                **self.numbers,
                "setting": self.setting,
                "infected": self.infected,
                **self.times,
                "found_in": self.found_in,
            }
        )
