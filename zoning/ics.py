"""Content lines of iCalendar, for the calendars of plans and of publications; needs nothing, for a viewer is light."""


def escaped(text: str) -> str:
    """Write a text as the value of a content line.

    Parameters
    ----------
    text : may have several lines.

    Returns
    -------
    The value (RFC 5545, 3.3.11).
    """
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(plain.splitlines())


def folded(line: str) -> bytes:
    """Cut a content line into pieces of at most 75 octets, never inside a character.

    Parameters
    ----------
    line : without its end.

    Returns
    -------
    UTF-8 with line ends (RFC 5545, 3.1).
    """
    data, pieces, room = line.encode(), list[bytes](), 75
    while len(data) > room:
        cut = next(at for at in range(room, 0, -1) if data[at] & 0xC0 != 0x80)
        pieces.append(data[:cut])
        data, room = data[cut:], 74
    return b"\r\n ".join([*pieces, data]) + b"\r\n"
