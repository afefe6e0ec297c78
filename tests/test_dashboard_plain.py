"""Cards as plain data: what the page draws of a component, in few bytes."""

from dash import html

from dashboard.parts import chip, text, words
from dashboard.plain import plain

SAID = {"zh": "人", "en": "people"}


def test_a_component_is_its_tag_its_classes_and_its_children() -> None:
    button = html.Button(["a", html.B(3)], className="btn sm", type="button", **{"data-act": "assess"})
    assert plain(button) == ["button.btn.sm", {"type": "button", "data-act": "assess"}, "a", ["b", "3"]]
    assert plain([html.Hr(), None, html.P()]) == [["hr"], ["p"]]


def test_a_text_comes_in_both_languages_with_the_class_it_has() -> None:
    assert plain(words(SAID)) == ["", "人", "people"]
    assert plain(words(SAID, "mut")) == ["span.mut", ["", "人", "people"]]
    assert plain(chip("sealed", SAID)) == ["span.chip.sealed", {"aria-hidden": "true"}, ["", "人", "people"]]
    assert plain(text("people_unit")) == ["", "人", "people"]


def test_a_style_is_what_an_attribute_holds() -> None:
    assert plain(html.I(style={"gridColumn": "1 / 3", "width": "4%"})) == ["i", {"style": "grid-column:1 / 3;width:4%"}]
