"""Bytes of any usual encoding to UTF-8, in one pass and a block at a time, with what is no text marked."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zoning.errors import InputError

STRAY = "\N{REPLACEMENT CHARACTER}"
_SAMPLE, _BLOCK = 4 * 2**20, 16 * 2**20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
MIXED = "lines of utf-8 and lines of gb18030"


@dataclass
class Encoding:
    """How a file is written: its encoding, the text of its first part, and what damage it holds.

    `strict` encodings hold for every byte; `nul` and `stray` tell whether zero bytes, and bytes that are no text, were
    met so far.
    """

    name: str
    head: str
    strict: bool
    nul: bool = False
    stray: bool = False


def sniff(path: Path, encoding: str) -> Encoding:
    """Find out how a text file is written.

    Parameters
    ----------
    path : the file.
    encoding : as declared; empty finds it out by BOM, by zero bytes, then by which lines are UTF-8 and which GB18030.

    Returns
    -------
    Encoding; `head` is the text of the first 4 MiB, to the last whole line.

    Raises
    ------
    InputError : the file is binary, not text of that encoding, or there is no such encoding.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    whole = len(sample) == path.stat().st_size
    if sample.startswith(b"PK"):
        raise InputError(f"{path.name} is a zip or an Excel workbook, not a CSV; give it its ending .xlsx or .zip")
    name, strict = encoding, bool(encoding)
    if not name:
        name = next((codec for bom, codec in _BOMS if sample.startswith(bom)), "") or _wide(sample)
        strict = bool(name)
    name = name or _census(sample if whole else _lines(sample), path.name)
    try:
        text = _decoded(sample, name, whole)
    except LookupError as error:
        raise InputError(f"encoding '{name}' does not exist; give utf-8 or gb18030") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not {name} text; give its encoding with --encoding") from error
    if text.count("\0") * 20 > len(text):
        raise InputError(f"{path.name} holds binary data, not text; export it as CSV")
    head = text if whole else text[: text.rfind("\n") + 1]
    return Encoding(name, head, strict)


def _lines(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1] or data


def _wide(sample: bytes) -> str:
    """Return UTF-16 without a BOM, which shows by zero bytes in every second place."""
    even, odd = sample[0:4096:2].count(0), sample[1:4096:2].count(0)
    places = min(len(sample), 4096) / 2
    if max(even, odd) < 0.3 * places or min(even, odd) > 0.05 * places:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _census(sample: bytes, file: str) -> str:
    """Say by its lines whether a text is UTF-8, GB18030 or a mix of lines of both."""
    if _fits(sample, "utf-8"):
        return "utf-8"
    lines = [line for line in sample.splitlines() if not line.isascii()]
    utf8 = sum(_fits(line, "utf-8") for line in lines)
    gb = sum(_fits(line, "gb18030") and not _fits(line, "utf-8") for line in lines)
    if 3 * (len(lines) - utf8 - gb) > len(lines):
        raise InputError(f"{file} is not utf-8 or gb18030 text; give its encoding with --encoding")
    if utf8 > 0.02 * len(lines) and gb:
        return MIXED
    return "gb18030" if gb else "utf-8"


def _fits(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(sample: bytes, name: str, whole: bool) -> str:
    if name in (MIXED, "utf-8", "gb18030"):
        return _loose(sample if whole else _lines(sample), name)
    return codecs.getincrementaldecoder(name)().decode(sample, whole)


def _loose(data: bytes, name: str) -> str:
    """Decode whole lines; a line that is not of the encoding is read as the other one or gets its bytes marked."""
    first = "utf-8" if name == MIXED else name
    try:
        return data.decode(first)
    except UnicodeDecodeError:
        return "".join(_line(line, name, first) for line in data.splitlines(keepends=True))


def _line(line: bytes, name: str, first: str) -> str:
    for codec in (first, "gb18030") if name == MIXED else (first,):
        if _fits(line, codec):
            return line.decode(codec)
    return line.decode(first, "replace")


def utf8_blocks(path: Path, found: Encoding) -> Iterator[bytes]:
    """Give a file as UTF-8, a block of whole lines at a time.

    Parameters
    ----------
    path : the file.
    found : of `sniff`.

    Returns
    -------
    Iterator of UTF-8 bytes without a BOM; bytes that are no text stand as U+FFFD.

    Raises
    ------
    InputError : a later part of the file is not of a declared encoding.
    """
    rest, codec = b"", codecs.getincrementaldecoder(found.name)() if found.strict else None
    wide = found.name.startswith(("utf-16", "utf-32"))
    with path.open("rb") as file:
        for block in iter(lambda: file.read(_BLOCK), b""):
            found.nul |= not wide and b"\0" in block
            if codec:
                yield _strictly(codec, block, False, path.name, found.name)
                continue
            cut = block.rfind(b"\n") + 1
            if cut:
                yield _utf8(rest + block[:cut], found)
                rest = block[cut:]
            else:
                rest += block
    yield _strictly(codec, b"", True, path.name, found.name) if codec else _utf8(rest, found)


def _utf8(data: bytes, found: Encoding) -> bytes:
    if found.name == "utf-8" and (data.isascii() or _fits(data, "utf-8")):
        return data
    text = _loose(data, found.name)
    found.stray |= STRAY in text
    return text.encode("utf-8", "replace")


def _strictly(codec: codecs.IncrementalDecoder, data: bytes, last: bool, file: str, name: str) -> bytes:
    try:
        return codec.decode(data, last).encode("utf-8", "replace")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not {name} text; give its encoding with --encoding") from error


class Stream:
    """A read-only file over blocks of bytes, as far as a CSV reader needs one."""

    closed = False

    def __init__(self, blocks: Iterator[bytes]) -> None:
        """Wrap blocks.

        Parameters
        ----------
        blocks : the bytes, in order.
        """
        self._blocks, self._rest = blocks, b""

    def read(self, size: int) -> bytes:
        """Return the next bytes.

        Parameters
        ----------
        size : at most so many.

        Returns
        -------
        Bytes; none at the end.
        """
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return b""
            self._rest = block
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def close(self) -> None:
        """Do nothing: the blocks close their file themselves."""
