"""Callbacks: each writes its own outputs, and does no more than ask a plan or tell the map."""

from datetime import date
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, html

from dashboard.api.plan import summary
from dashboard.cards import look_at, make_card
from dashboard.errors import Refused, describe
from dashboard.ids import Id
from dashboard.layout import empty_card
from dashboard.parts import text, words
from dashboard.plain import plain
from dashboard.plans import Plans, Question
from zoning.errors import ZoningError


def question_of(asked: dict[str, Any]) -> Question:
    """Return which plan a store names: `day` is a local date, or None for the clock's moment."""
    day, outbreak, then = (asked.get(key) for key in ("day", "outbreak", "then"))
    return Question(date.fromisoformat(day[:10]) if day else None, outbreak=outbreak or "", then=bool(then))


def install_callbacks(app: Dash, plans: Plans) -> None:
    """Register every callback of the page on one app."""
    _plan(app, plans)
    _bar(app)
    _card(app, plans)
    _view(app)


def _plan(app: Dash, plans: Plans) -> None:
    @app.callback(
        Output(Id.PLAN, "data"),
        Input(Id.ASKED, "data"),
        running=[(Output(Id.BUSY, "hidden"), False, True)],
    )
    def show_plan(asked: dict[str, Any]) -> dict[str, Any]:
        """Derive the plan that is asked for and keep its keys; an error takes its place, in words."""
        question = question_of(asked)
        try:
            return summary(plans.get(question), question)
        except ZoningError as error:
            return {"error": describe(error, str(question.day or "now"))[1]}
        except Refused as error:
            return {"error": error.body}


def _bar(app: Dash) -> None:
    @app.callback(
        Output(Id.OUTBREAK, "children"),
        Output(Id.REVISION, "children"),
        Output(Id.ERROR, "children"),
        Output(Id.ERROR, "hidden"),
        Input(Id.PLAN, "data"),
        prevent_initial_call=True,
    )
    def say(plan: dict[str, Any]) -> tuple[Any, str, list[Any], bool]:
        """Write pack and revision into the bar, or the error across the page."""
        if error := plan.get("error"):
            said = [text("error_what", what=error["what"]), html.Br(), text("error_fix", fix=error["fix"])]
            return "–", "–", said, False
        pack = html.Span([words(plan["title"]), " ", html.Span(plan["pack"]["version"], className="mut")])
        return pack, f"r {plan['log']}", [], True


def _card(app: Dash, plans: Plans) -> None:
    @app.callback(
        Output(Id.CARD_DATA, "data"),
        Input(Id.CHOICE, "data"),
        Input(Id.PLAN, "data"),
        prevent_initial_call=True,
    )
    def explain(choice: dict[str, Any] | None, plan: dict[str, Any] | None) -> list[Any]:
        """Show what was chosen, on the day that is shown."""
        if not plan or "error" in plan:
            return plain(empty_card())
        try:
            shown = plans.get(question_of({**plan, "day": plan["asked_day"]}))
            if not choice or not choice.get("id"):
                return plain([*empty_card(), *look_at(shown.plan)])
            return plain(make_card(shown, choice, plans.engine))
        except (ZoningError, Refused) as error:
            return plain([html.P(text("error_what", what=str(error)), className="empty")])


def _view(app: Dash) -> None:
    """What the browser does by itself; the functions are in assets/bridge.js."""

    def told(name: str) -> ClientsideFunction:
        return ClientsideFunction("cordon", name)

    app.clientside_callback(
        told("language"),
        Output(Id.LANG, "data"),
        Input(Id.LANG_ZH, "n_clicks"),
        Input(Id.LANG_EN, "n_clicks"),
        State(Id.LANG, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        told("theme"),
        Output(Id.THEME, "data"),
        Input(Id.THEME_SWITCH, "n_clicks"),
        State(Id.THEME, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        told("view"),
        Output(Id.TOLD_VIEW, "data"),
        Input(Id.PLAN, "data"),
        Input(Id.LANG, "data"),
        Input(Id.THEME, "data"),
    )
    app.clientside_callback(told("choose"), Output(Id.TOLD_CHOICE, "data"), Input(Id.CHOICE, "data"))
    app.clientside_callback(told("card"), Output(Id.TOLD_CARD, "data"), Input(Id.CARD_DATA, "data"))
