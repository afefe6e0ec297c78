"""Names on a small map: written once, never over each other, along their road where they name one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from zoning.geometry import Floats, Frame
from zoning.paper.words import safe
from zoning.picture import Box, Language

CHINESE = 0x2E80  # from here on characters are as wide as they are high
_SHIFTS = (0, 18, -18, 34, -34)  # pixels down that a name may move to be free
_STEEP = 45.0  # degrees from which Chinese is written downwards
_LONG = 14  # Chinese characters of a name on the map, or twice as many letters


def wide(text: str, size: float) -> float:
    """Return about how wide a text is.

    Parameters
    ----------
    text : of one line.
    size : of its font, in pixels.

    Returns
    -------
    Pixels.
    """
    return sum(size if ord(c) >= CHINESE else size * 0.56 for c in text)


@dataclass
class Labels:
    """The ground of a map in pixels, and what of it is taken."""

    frame: Frame
    box: Box
    scale: float
    width: int
    height: int
    language: Language
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def at(self, shapes: Any) -> Floats:
        """Return the pixels of the coordinates of shapes.

        Parameters
        ----------
        shapes : WGS84.

        Returns
        -------
        (n, 2), y down.
        """
        return self._pixels(self.frame.to_metres(shapes))

    def _pixels(self, metres: Any) -> Floats:
        at = (shapely.get_coordinates(metres) - [self.box[0], self.box[3]]) * [self.scale, -self.scale]
        return np.asarray(at, np.float64)

    def path(self, shape: shapely.Geometry) -> str:
        """Return the outer edge of polygons as SVG path data.

        Parameters
        ----------
        shape : WGS84.

        Returns
        -------
        Path data, to a tenth of a pixel.
        """
        plane = shapely.simplify(self.frame.to_metres(shape), 0.3 / self.scale)
        parts = shapely.get_parts(plane)
        rings = shapely.get_exterior_ring(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])
        found = list[str]()
        for ring in rings:
            found.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in self._pixels(ring).tolist()) + "Z")
        return "".join(found)

    def take(self, x: float, y: float, width: float, height: float) -> bool:
        """Take room for something around a point.

        Parameters
        ----------
        x, y : its middle, in pixels.
        width, height : in pixels.

        Returns
        -------
        Whether it is on the map and nothing was there; only then it is taken.
        """
        box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        if box[0] < 2 or box[1] < 2 or box[2] > self.width - 2 or box[3] > self.height - 2:
            return False
        if any(box[0] < o[2] and o[0] < box[2] and box[1] < o[3] and o[1] < box[3] for o in self.taken):
            return False
        self.taken.append(box)
        return True

    def write(self, name: str, shape: shapely.Geometry, size: int, weight: int) -> Iterator[str]:
        """Write a name in the middle of a shape, or a little above or below it.

        Parameters
        ----------
        name : any.
        shape : in metres.
        size, weight : of the font.

        Returns
        -------
        SVG text; nothing where there is no room.
        """
        seen = shapely.clip_by_rect(shape, *self.box)
        if seen.is_empty:
            return
        x, y = self._pixels(shapely.point_on_surface(seen))[0].tolist()
        text = _short(name)
        for down in _SHIFTS:
            if self.take(x, y + down, wide(text, size) + 4, size + 3):
                yield self._text(text, x, y + down + size * 0.36, size, weight)
                return

    def number(self, name: str, shape: shapely.Geometry, size: int) -> Iterator[str]:
        """Write the number of a building on it, if it is large enough.

        Parameters
        ----------
        name : of the building, short.
        shape : its footprint, in metres.
        size : of the font.

        Returns
        -------
        SVG text; nothing where there is no room.
        """
        at = self._pixels(shape)
        (west, north), (east, south) = at.min(axis=0), at.max(axis=0)
        room = max(east - west, south - north)
        if name and wide(name, size) <= room and self.take((west + east) / 2, (north + south) / 2, room, size):
            yield self._text(name, (west + east) / 2, (north + south) / 2 + size * 0.36, size, 400)

    def along(self, name: str, line: shapely.Geometry, size: int) -> Iterator[str]:
        """Write the name of a road along it; Chinese on a steep road from top to bottom.

        Parameters
        ----------
        name : of the road.
        line : its middle, in metres.
        size : of the font.

        Returns
        -------
        SVG text; nothing where the road is too short on the map, or there is no room.
        """
        seen = shapely.clip_by_rect(line, *self.box)
        parts = [part for part in shapely.get_parts(seen) if part.geom_type == "LineString"]
        text = _short(name)
        need = wide(text, size) + 8
        for part in sorted(parts, key=lambda p: -p.length)[:1]:
            if part.length * self.scale < need:
                return
            for share in (0.5, 0.3, 0.7):
                found = self._along(text, part, share, need, size)
                if found:
                    yield found
                    return

    def _along(self, text: str, line: shapely.LineString, share: float, need: float, size: int) -> str:
        middle, half = line.length * share, need / self.scale / 2
        ends = [shapely.line_interpolate_point(line, min(max(middle + d, 0), line.length)) for d in (-half, half)]
        at = self._pixels(ends)
        (x, y), (dx, dy) = at.mean(axis=0).tolist(), (at[1] - at[0]).tolist()
        turn = float(np.degrees(np.arctan2(dy, dx)))
        turn = (turn + 90) % 180 - 90
        down = ord(text[0]) >= CHINESE and abs(turn) > _STEEP
        flat = abs(np.cos(np.radians(turn)))
        room = (need * flat + size, need * abs(np.sin(np.radians(turn))) + size)
        if np.hypot(dx, dy) < 0.8 * need or not self.take(x, y, *room):
            return ""
        if not down:
            return self._text(text, x, y + size * 0.36, size, 400, f' transform="rotate({turn:.1f} {x:.1f} {y:.1f})"')
        lean = turn - 90 if turn > 0 else turn + 90
        top = y - (len(text) - 1) * size / 2 + size * 0.36
        return "".join(
            self._text(c, x, top + k * size, size, 400, f' transform="rotate({lean:.1f} {x:.1f} {y:.1f})"')
            for k, c in enumerate(text)
        )

    def _text(self, text: str, x: float, y: float, size: int, weight: int, more: str = "") -> str:
        lang = ' lang="zh-CN"' if ord(text[0]) >= CHINESE else ' lang="en"'
        return (
            f'<text class="name"{lang} x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}"{more}>'
            f"{safe(text, 'zh')}</text>"
        )


def _short(name: str) -> str:
    most = _LONG if ord(name[0]) >= CHINESE else 2 * _LONG
    return name if len(name) <= most else f"{name[: most - 1]}…"
