"""About how high a sheet's text is, so that its map takes the room that is left on one page."""

import math
from html.parser import HTMLParser

from zoning.paper.labels import CHINESE
from zoning.picture import Language

PAGE = 1024.0  # pixels of height that a page has for a sheet, a little less than there are
WIDTH = 688.0
HEAD = 79.0  # of the line above the title, and the line below it
_HALF = 330.0
_BULLET = 14.0
_SAFE = 1.05  # lines break before they are full
_LATIN = 0.49  # of the font's size, that a letter is wide
_NOTE = 12.0  # the frame of a note
SIZE: dict[Language, float] = {"zh": 13.0, "en": 12.5}  # pixels of the font; half as much again is a line
_LINE = 1.45
# Font size and line height of heads, and the room above and below any text.
_HEADS = {"h1": (25.0, 31.5), "h2": (14.5, 20.0)}
_ROOM = {"p": 2.0, "li": 0.0, "h1": 0.0, "h2": 11.0}
_ROW = 22.5
_FOOT = (11.5, 17.0)


class _Meter(HTMLParser):
    """Adds up the height of a sheet's parts; two columns count by the higher one."""

    def __init__(self, size: float) -> None:
        super().__init__()
        self.size = (size, size * _LINE)
        self.height, self.stack, self.text = 0.0, list[str](), list[str]()
        self.columns: list[float] | None = None
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        self.height += _NOTE if "note" in classes else 0.0
        if "two" in classes:
            self.columns, self.depth = [], 0
        elif self.columns is not None and tag in ("div", "ul"):
            self.columns += [0.0] if not self.depth else []
            self.depth += 1
        if tag in _ROOM:
            self.text = []
        if tag == "br":
            self._add(self.size[1])
        if tag == "tr":
            self._add(_ROW)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in _ROOM:
            size, line = _HEADS.get(tag, self.size)
            across = WIDTH if self.columns is None else _HALF
            across -= _BULLET if tag == "li" else 72.0 if tag == "h1" else 0.0
            self._add(lines("".join(self.text), size, across) * line + _ROOM[tag])
            self.text = []
        if self.columns is not None and tag in ("div", "ul"):
            self.depth -= 1
            if self.depth < 0:
                self.height += max(self.columns, default=0.0)
                self.columns = None

    def _add(self, height: float) -> None:
        if self.columns:
            self.columns[-1] += height
        else:
            self.height += height


def lines(text: str, size: float, across: float) -> int:
    """Return over how many lines a text runs, about.

    Parameters
    ----------
    text : plain.
    size : of its font, in pixels.
    across : pixels of a line.

    Returns
    -------
    One at least.
    """
    return max(1, math.ceil(_wide(text, size) * _SAFE / across))


def _wide(text: str, size: float) -> float:
    return sum(size if ord(c) >= CHINESE else size * _LATIN for c in text)


def height_of(html: str, language: Language) -> float:
    """Return about how high parts of a sheet are: paragraphs, lists, heads and tables.

    Parameters
    ----------
    html : of our own parts.
    language : of the sheet, whose font differs in size.

    Returns
    -------
    Pixels.
    """
    meter = _Meter(SIZE[language])
    meter.feed(html)
    meter.close()
    return meter.height


def foot_height(html: str) -> float:
    """Return about how high a foot is, with the line to sign on.

    Parameters
    ----------
    html : of it.

    Returns
    -------
    Pixels.
    """
    plain = "".join(piece.partition(">")[2] for piece in html.split("<"))
    return 22.0 + max(3, lines(plain, _FOOT[0], 0.6 * WIDTH)) * _FOOT[1] + 14.0


def legend_height(labels: list[str]) -> float:
    """Return about how high a legend is.

    Parameters
    ----------
    labels : its texts, each after a sign.

    Returns
    -------
    Pixels.
    """
    across = sum(_wide(label, 11.5) + 44.0 for label in labels) + 110.0
    return 5.0 + math.ceil(across / WIDTH) * 19.0
