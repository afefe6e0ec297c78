"""What stops the reading of an address: a question in both languages, with what could be meant."""

import pandas as pd

SHOWN = 8


class UnclearError(Exception):
    """Carries a question out of the depth of an address; `candidates`: (id, name)."""

    def __init__(self, question: str, question_zh: str, candidates: pd.DataFrame | None = None) -> None:
        """Ask.

        Parameters
        ----------
        question, question_zh : in English and Chinese.
        candidates : id, name of what could be meant; None leaves it to a search.
        """
        super().__init__(question)
        self.question, self.question_zh = question, question_zh
        found = [] if candidates is None else zip(candidates["id"], candidates["name"], strict=True)
        self.candidates = tuple(found)[:SHOWN]


def rows_of(units: pd.DataFrame, rows: list[int]) -> pd.DataFrame:
    """Return candidates out of the units table.

    Parameters
    ----------
    units : of `make_units`.
    rows : of it.

    Returns
    -------
    id, name.
    """
    return units.iloc[rows[:SHOWN]][["id", "name"]]
