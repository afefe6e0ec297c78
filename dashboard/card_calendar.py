"""The card's testing calendar: days as cells under the phases of the zone, what was tested, what is due, today."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd
from dash import html

from dashboard.parts import number, section, text, words
from dashboard.plans import Shown
from dashboard.rows import Round
from dashboard.texts import day_text

DAYS_SHOWN, ACROSS = 42, 14
Spans = list[tuple[int, int, int, dict[str, str]]]  # first and last day, number of the phase (1 = first), its name


def calendar_section(shown: Shown, zone: Mapping[str, Any], rounds: list[Round], time: Mapping[str, Any]) -> Any:
    """Return the calendar of a zone.

    Parameters
    ----------
    shown : a plan on its day.
    zone : its row of `plan.zones`.
    rounds : its rows of the calendar, by day.
    time : its clock on that day, of `dashboard.rows.clock`.

    Returns
    -------
    A section: one row of cells for fourteen days, the phases above it, and what the phases are in words.
    """
    if not rounds:
        return section(text("calendar"), [html.P(text("no_calendar"), className="mut")])
    last = min(max(time["days"], time["tests"][-1]), DAYS_SHOWN)
    spans = phase_spans(shown, zone, time, last)
    tested = days_of_tests(shown, str(zone["zone_id"]))
    strips = []
    for first in range(1, last + 1, ACROSS):
        cells = html.Ol(_boxes(shown, rounds, tested, time, first, last), className="cal")
        strips.append(html.Div([_bars(spans, first, time), cells], className="calstrip"))
    assumed = [html.P(text("calendar_assumed"), className="mut")] if time["assumed"] else []
    return section(
        text("calendar"), [*strips, *_phases(spans, time), *assumed], _next(shown, rounds, tested), "calendar"
    )


def phase_spans(shown: Shown, zone: Mapping[str, Any], time: Mapping[str, Any], last: int) -> Spans:
    """Return which days each phase takes; one that waits for an assessment begins no earlier than tomorrow.

    Parameters
    ----------
    shown : a plan on its day.
    zone : its row of `plan.zones`; `stage` is phase_<number> of the phase that it is in.
    time : its clock on that day.
    last : day that is shown last.

    Returns
    -------
    First day, last day, number and name of each phase that has days, in order.
    """
    phases = shown.plan.policy.classes[zone["class"]].phases
    stage = str(zone["stage"])
    reached = int(stage.removeprefix("phase_")) if stage.startswith("phase_") else 0
    begins: list[int] = []
    for number_, phase in enumerate(phases, 1):
        waits = phase.gate is not None and time["day"] is not None and 0 < reached < number_
        begins.append(max(phase.from_day, time["day"] + 1) if waits else phase.from_day)
    ends = [min(begin - 1, last) for begin in [*begins[1:], last + 1]]
    rows = zip(begins, ends, phases, strict=True)
    return [(a, b, k, p.names.model_dump()) for k, (a, b, p) in enumerate(rows, 1) if a <= b]


def days_of_tests(shown: Shown, zone_id: str) -> set[date] | None:
    """Return the local days on which a round of tests of a zone began or ended; None where no rounds are loaded."""
    rounds = getattr(shown.plan, "rounds", None)
    if rounds is None or rounds.empty:
        return None
    mine = rounds[rounds["zone_id"] == zone_id]
    ends = [mine[name].dropna().dt.tz_convert(shown.zone) for name in ("started_at", "ended_at")]
    return {(at - pd.Timedelta(microseconds=1)).date() for column in ends for at in column}


def _next(shown: Shown, rounds: list[Round], tested: set[date] | None) -> Any:
    """Say which round comes next; one of today that was held already is not next."""
    ahead = next((r for r in rounds if r["date"] >= shown.day and r["date"] not in (tested or ())), None)
    if ahead is None:
        return text("calendar_done")
    tubes = "–" if pd.isna(ahead["tubes"]) else number(int(ahead["tubes"]))
    return text("calendar_next", day=int(ahead["day"]), date=day_text(ahead["date"]), tubes=tubes)


def _bars(spans: Spans, first: int, time: Mapping[str, Any]) -> html.Div:
    """Return the phases over one row of cells, the one of today in ink."""
    bars = []
    for a, b, _, name in spans:
        start, end = max(a, first), min(b, first + ACROSS - 1)
        if start <= end:
            now = time["day"] is not None and a <= time["day"] <= b
            place = {"gridColumn": f"{start - first + 1} / {end - first + 2}"}
            bars.append(html.Span(words(name), className="on" if now else "", style=place))
    return html.Div(bars, className="phases", **{"aria-hidden": "true"})


def _boxes(
    shown: Shown, rounds: list[Round], tested: set[date] | None, time: Mapping[str, Any], first: int, last: int
) -> list[html.Li]:
    due = {int(r["day"]): r for r in rounds}
    return [_box(shown, day, due.get(day), tested, time) for day in range(first, min(first + ACROSS, last + 1))]


def _box(shown: Shown, day: int, due: Round | None, tested: set[date] | None, time: Mapping[str, Any]) -> html.Li:
    on = time["start"] + timedelta(days=day - 1)
    state = "past" if on < shown.day else "now" if on == shown.day else "ahead"
    mark = _mark(due is not None, on, state, tested)
    label = f"{on.month}/{on.day}" if day == 1 or on.day == 1 else str(on.day)
    told = [html.Span([" ", text(f"cal_{mark}")], className="vh")] if mark else []
    current = {"aria-current": "date"} if state == "now" else {}
    parts = [html.I(className=mark), html.Span(str(day)), html.Span(label, className="mut"), *told]
    return html.Li(parts, className="" if state == "ahead" else f"cal-{state}", **current)


def _mark(due: bool, on: date, state: str, tested: set[date] | None) -> str:
    """Return what a day says of tests: done, missed (due, and no round is recorded), due; nothing where none is due."""
    if state == "ahead" or not due:
        return "due" if due else ""
    if tested is None:
        return "past" if state == "past" else "due"
    return "done" if on in tested else "due" if state == "now" else "missed"


def _phases(spans: Spans, time: Mapping[str, Any]) -> list[Any]:
    """Return the phases in words, where there are several: days, rule of stay; the one of today is marked."""
    if len(spans) < 2:
        return []
    lines = []
    for a, b, _, name in spans:
        now = time["day"] is not None and a <= time["day"] <= b
        days = text("phase_days", a=a, b=b) if a != b else text("phase_day", a=a)
        here = [" ", html.Span(text("phase_now"), className="tag")] if now else []
        lines.append(html.Li([html.Span(days, className="mut"), html.Span([words(name), *here])]))
    return [html.Ul(lines, className="phlist")]
