"""An alert of the Common Alerting Protocol for each published change."""

from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from live.clock import shift_of

Json = dict[str, Any]
# How a change is said, and what it is to the protocol: type of message, response, urgency.
ACTS: dict[str, dict[str, str]] = {
    "opened": {"zh": "划定", "en": "opened"},
    "announced": {"zh": "将划定", "en": "announced"},
    "held": {"zh": "临时管控", "en": "temporary hold"},
    "class": {"zh": "等级调整", "en": "class changed"},
    "outline": {"zh": "范围调整", "en": "outline changed"},
    "watch": {"zh": "解除，转入健康监测", "en": "lifted, under watch"},
    "lifted": {"zh": "解除", "en": "lifted"},
    "gone": {"zh": "撤销", "en": "no longer shown"},
    "dates": {"zh": "日期调整", "en": "dates changed"},
    "kind": {"zh": "状态调整", "en": "status changed"},
    "name": {"zh": "名称调整", "en": "name changed"},
}
_OVER = ("watch", "lifted", "gone")
_NEW = ("opened", "announced", "held")
_MOST_POINTS = 2000  # of a polygon
LANGUAGES = (("zh-CN", "zh"), ("en", "en"))


def write_alert(
    change: Json,
    entry: Json,
    source: str,
    listed: Json,
    shape: Json | None,
    before: Sequence[tuple[int, str]],
    base: str,
) -> bytes:
    """Return the alert of a change.

    Parameters
    ----------
    change : of `changes.json`.
    entry : the publication: seq, published_at.
    source : name of the outbreak's folder.
    listed : `list.json` of the publication.
    shape : GeoJSON geometry of the zone, None where it is shown no more.
    before : seq and published_at of the last publication that changed this zone.
    base : address of the viewer, with a slash at its end.

    Returns
    -------
    UTF-8 bytes of XML.

    Source
    ------
    OASIS CAP 1.2, section 3.2; references are needed where an alert updates or cancels another.
    """
    kind = "Alert" if not before or change["change"] in _NEW else "Cancel" if change["change"] in _OVER else "Update"
    refs = " ".join(f"{_sender(source)},{_name(source, seq, change['id'])},{_time(at)}" for seq, at in before)
    status = "Exercise" if shift_of(listed["as_of"], entry["published_at"]) else "Actual"
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?><alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">',
        f"<identifier>{escape(_name(source, entry['seq'], change['id']))}</identifier>",
        f"<sender>{_sender(source)}</sender><sent>{_time(entry['published_at'])}</sent><status>{status}</status>",
        f"<msgType>{kind}</msgType><scope>Public</scope>",
        f"<references>{escape(refs)}</references>" if kind != "Alert" else "",
        *(_info(change, listed, shape, base, entry, *language) for language in LANGUAGES),
        "</alert>",
    ]
    return "".join(parts).encode()


def _sender(source: str) -> str:
    return f"cordon-{source}"


def _name(source: str, seq: int, zone: str) -> str:
    return f"cordon-{source}-{seq}-{zone}"


def _time(text: str) -> str:
    """A time as the protocol writes it: whole seconds, and UTC as -00:00."""
    head = text[:19]
    return f"{head}{'-00:00' if text.endswith('Z') else text[-6:]}"


def _info(change: Json, listed: Json, shape: Json | None, base: str, entry: Json, code: str, key: str) -> str:
    of = {told["class"]: told for told in listed["classes"]}
    told = of.get(change["class_after"] or change["class_before"], {"rank": 9, "names": {"zh": "", "en": ""}})
    over, act = change["change"] in _OVER, ACTS[change["change"]][key]
    name = change["name"] if key == "zh" else change["name_en"] or change["name"]
    called = told["names"][key]
    mark = "：" if key == "zh" else ": "
    response = "AllClear" if over else "Shelter" if told["rank"] == 1 else "Avoid" if told["rank"] == 2 else "Monitor"
    urgency = "Past" if over else "Future" if change["change"] == "announced" else "Immediate"
    severity = "Minor" if over or told["rank"] > 2 else "Severe" if told["rank"] == 1 else "Moderate"
    issuer = listed["issuer"][key]
    version = next((zone for zone in listed["zones"] if zone["id"] == change["id"]), None)
    expires = None if version is None or over else version["shown_until"]
    web = f"{base}snapshots/{entry['snapshot']}/notices/{change['id']}.html"
    fields = [
        ("language", code),
        ("category", "Health"),
        ("event", f"{called}{mark}{act}"),
        ("responseType", response),
        ("urgency", urgency),
        ("severity", severity),
        ("certainty", "Observed"),
        ("effective", _time(entry["published_at"])),
        ("onset", _time(change["from"]) if change["from"] else ""),
        ("expires", _time(expires) if expires else ""),
        ("senderName", issuer),
        ("headline", f"{change['number']} {name}{mark}{called} {act}"),
        ("web", web if version is not None and version["notice"] else base),
        ("contact", listed["hotline"]),
    ]
    told_fields = "".join(f"<{tag}>{escape(value)}</{tag}>" for tag, value in fields if value)
    polygons = "".join(f"<polygon>{points}</polygon>" for points in _polygons(shape))
    return f"<info>{told_fields}<area><areaDesc>{escape(name)}</areaDesc>{polygons}</area></info>"


def _polygons(shape: Json | None) -> Iterable[str]:
    """Outer rings as `lat,lng lat,lng ...`, closed; the protocol knows no holes."""
    if shape is None:
        return
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    for part in parts:
        ring = part[0]
        step = len(ring) // _MOST_POINTS + 1
        points = [*ring[:-1:step], ring[0]]
        if len(points) >= 4:
            yield " ".join(f"{lat},{lng}" for lng, lat in (point[:2] for point in points))
