"""What a page says, as lines of text: blocks are lines, cells of a row are parted by bars, pictures say nothing."""

import re
from html.parser import HTMLParser

_BLOCKS = {"p", "li", "h1", "h2", "h3", "tr", "div", "section", "header", "body", "title"}
_SILENT = {"svg", "style", "title", "head"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines, self.silent = [""], list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        elif tag in _BLOCKS or tag == "br":
            self.lines.append("")
        elif tag == "span" and "blank" in (dict(attrs).get("class") or ""):
            self.lines[-1] += "____"

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        elif tag in _BLOCKS:
            self.lines.append("")
        elif tag in ("td", "th"):
            self.lines[-1] += " | "

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.lines[-1] += data


def text_of(html: str) -> list[str]:
    """The lines that a page says, without empty ones."""
    reader = _Reader()
    reader.feed(html)
    told = (re.sub(r"\s+", " ", line).strip(" |") for line in reader.lines)
    return [line for line in told if line]
