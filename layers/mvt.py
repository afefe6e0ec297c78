"""Mapbox vector tiles with NumPy: every number of a layer is laid into one array and written as varints at once.

Source: Mapbox Vector Tile Specification 2.1, sections 4.1 to 4.4.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layers.ragged import POINT, POLYGON, Ints, Ragged, offsets, spans

EXTENT = 4096
Words = npt.NDArray[np.uint64]
Value = str | int | float | bool
_MOVE_ONE, _CLOSE = 9, 15
_SEVEN = np.uint64(7)


@dataclass(frozen=True)
class Column:
    """One attribute of a layer: `values` its distinct values as `encode_value` writes them, `codes` (f,) which one
    each feature has, -1 for none."""

    values: Sequence[bytes]
    codes: Ints


def varint_sizes(words: Words) -> Ints:
    """Return how many bytes each number takes as a varint.

    Parameters
    ----------
    words : numbers, uint64, any shape.

    Returns
    -------
    Sizes of 1 to 10, same shape.
    """
    sizes = np.ones(words.shape, np.int64)
    rest = words >> _SEVEN
    while rest.any():
        sizes += rest > 0
        rest = rest >> _SEVEN
    return sizes


def varints(words: Words) -> bytes:
    """Write numbers as protobuf varints, one after the other.

    Parameters
    ----------
    words : (n,) uint64.

    Returns
    -------
    The bytes.
    """
    sizes = varint_sizes(words)
    starts = np.cumsum(sizes) - sizes
    out = np.empty(int(sizes.sum()), np.uint8)
    for k in range(int(sizes.max(initial=0))):
        here = sizes > k
        low = (words[here] >> np.uint64(7 * k)) & np.uint64(127)
        out[starts[here] + k] = low | np.where(sizes[here] - 1 > k, np.uint64(128), np.uint64(0))
    return out.tobytes()


def _zigzag(numbers: Ints) -> Words:
    return ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)


def _varint(number: int) -> bytes:
    """Write one number; for single ones quicker than an array."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(tag: int, body: bytes) -> bytes:
    return _varint(tag << 3 | 2) + _varint(len(body)) + body


def encode_value(value: Value) -> bytes:
    """Write one value of an attribute as it stands in a layer.

    Parameters
    ----------
    value : str, bool, float, or int of 64 bits.

    Returns
    -------
    The layer's field of this value.
    """
    if isinstance(value, str):
        return _field(4, _field(1, value.encode()))
    if isinstance(value, bool):
        return _field(4, bytes([7 << 3, value]))
    if isinstance(value, int):
        tag, number = (5, value) if value >= 0 else (6, -2 * value - 1)
        return _field(4, bytes([tag << 3]) + _varint(number))
    return _field(4, bytes([3 << 3 | 1]) + struct.pack("<d", value))


def _geometry(shapes: Ragged) -> tuple[Words, Ints]:
    """Return the command words of all features and how many each has."""
    sizes = np.diff(shapes.ring)
    kind = np.repeat(shapes.kind, np.diff(shapes.feature))
    closes = (kind == POLYGON).astype(np.int64)
    runs = (kind != POINT).astype(np.int64)
    words = 2 * sizes + 1 + runs + closes
    start = np.cumsum(words) - words
    out = np.empty(int(words.sum()), np.uint64)
    out[start] = np.where(kind == POINT, (sizes << 3) | 1, _MOVE_ONE)
    line = start[runs == 1]
    out[line + 3] = ((sizes[runs == 1] - 1) << 3) | 2
    out[(start + words - 1)[closes == 1]] = _CLOSE
    # The cursor runs on through a feature and starts at 0,0 in each.
    delta = np.diff(shapes.xy, axis=0, prepend=np.zeros((1, 2), np.int64))
    first = shapes.ring[shapes.feature[:-1]]
    delta[first] = shapes.xy[first]
    within = np.arange(len(shapes.xy)) - np.repeat(shapes.ring[:-1], sizes)
    at = np.repeat(start, sizes) + 1 + 2 * within + (np.repeat(runs, sizes) & (within > 0))
    zigzag = _zigzag(delta)
    out[at], out[at + 1] = zigzag[:, 0], zigzag[:, 1]
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(words)])
    return out, np.diff(ends[shapes.feature])


def _tags(columns: Sequence[Column], n: int) -> tuple[Words, Ints, list[bytes]]:
    """Return the tag words of all features, how many each has, and the layer's values in their order."""
    pairs, bodies = np.zeros((n, len(columns), 2), np.int64), list[bytes]()
    known = np.zeros((n, len(columns)), bool)
    for k, column in enumerate(columns):
        known[:, k] = column.codes >= 0
        used, codes = np.unique(column.codes[known[:, k]], return_inverse=True)
        pairs[known[:, k], k, 0] = k
        pairs[known[:, k], k, 1] = codes + len(bodies)
        bodies += [column.values[code] for code in used.tolist()]
    return pairs[known].ravel().astype(np.uint64), 2 * known.sum(axis=1), bodies


def _features(ids: Words, kind: Ints, tags: tuple[Words, Ints], geometry: tuple[Words, Ints]) -> bytes:
    """Lay all features of a layer into one array: header, tags, type, geometry of each; then write it."""
    n = len(ids)
    parts = (tags, geometry)
    lengths = []
    for words, counts in parts:
        done = np.concatenate([np.zeros(1, np.int64), np.cumsum(varint_sizes(words))])
        lengths.append(np.diff(done[offsets(counts)]))
    one = np.ones(n, np.int64)
    tail = [one * (0x18), kind, one * 0x22, lengths[1]]
    head = [one * 0x08, ids.astype(np.uint64), one * 0x12, lengths[0]]
    body = sum(varint_sizes(np.asarray(w, np.uint64)) for w in head + tail) + lengths[0] + lengths[1]
    head = [one * 0x12, body, *head]
    words_each = len(head) + tags[1] + len(tail) + geometry[1]
    start = np.cumsum(words_each) - words_each
    out = np.empty(int(words_each.sum()), np.uint64)
    for k, word in enumerate(head):
        out[start + k] = word
    at = start + len(head)
    out[spans(at, tags[1])] = tags[0]
    at = at + tags[1]
    for k, word in enumerate(tail):
        out[at + k] = word
    out[spans(at + len(tail), geometry[1])] = geometry[0]
    return varints(out)


def encode_layer(name: str, shapes: Ragged, ids: Words, columns: dict[str, Column]) -> bytes:
    """Write one layer of a tile; the bytes of several layers put together are a tile.

    Parameters
    ----------
    name : name of the layer in the tile.
    shapes : features in tile units (int64), y down; rings closed by their first vertex *left out*, outer rings
        clockwise on the screen; no ring is too short for its kind (see `tiles.snap`).
    ids : (f,) feature ids, uint64.
    columns : attribute name -> Column of f codes.

    Returns
    -------
    The layer as bytes; empty when there is no feature.
    """
    if not len(shapes):
        return b""
    tags, counts, bodies = _tags(list(columns.values()), len(shapes))
    features = _features(ids, shapes.kind, (tags, counts), _geometry(shapes))
    layer = _field(1, name.encode()) + features
    layer += b"".join(_field(3, key.encode()) for key in columns)
    layer += b"".join(bodies)
    layer += _varint(5 << 3) + _varint(EXTENT) + _varint(15 << 3) + _varint(2)
    return _field(3, layer)
