"""Components as plain data that the page draws itself: a fifth of the bytes of what Dash would send."""

import re
from typing import Any

from dash.development.base_component import Component


def plain(node: Any) -> Any:
    """Return a component, or a list of them, as `assets/shared/drawn.mjs` reads it.

    Parameters
    ----------
    node : component, text, number, None, or a list of these.

    Returns
    -------
    A text; or [tag, …] with its classes behind dots ("div.k"), its other attributes where it has any, and its children.
    A text in both languages is ["", zh, en]. A list of components stays a list, beginning with no text.
    """
    if isinstance(node, list | tuple):
        return [plain(child) for child in node if child is not None]
    if not isinstance(node, Component):
        return "" if node is None else str(node)
    props = dict(node.to_plotly_json()["props"])
    children, classes = props.pop("children", None), props.pop("className", "").split()
    children = list(children) if isinstance(children, list | tuple) else [children]
    if classes[:1] == ["t"]:
        said = ["", *(child.children for child in children)]
        return said if len(classes) == 1 else [".".join(["span", *classes[1:]]), said]
    name = ".".join([node.to_plotly_json()["type"].lower(), *classes])
    attributes = {key: _css(value) if key == "style" else value for key, value in props.items()}
    return [name, *([attributes] if attributes else []), *(plain(child) for child in children if child is not None)]


def _css(style: dict[str, str]) -> str:
    """Return a style as an attribute holds it."""
    return ";".join(f"{re.sub('[A-Z]', lambda m: '-' + m[0].lower(), key)}:{value}" for key, value in style.items())
