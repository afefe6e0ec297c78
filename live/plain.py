"""A page without scripts: the picture of what is current and a table of its zones, for whoever has no more."""

from html import escape

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from live.clock import now_of, shown, told_at
from live.served import Served

_STYLE = (
    "body{font:15px/1.5 'Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Noto Sans',sans-serif;margin:16px;"
    "max-width:1080px;color:#1d2624}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:4px 8px;"
    "border-bottom:1px solid #d5dbd8;vertical-align:top}img{max-width:100%;height:auto;border:1px solid #d5dbd8}"
    "a{color:#0b6b61}"
)
_STATUS = {
    "upcoming": "将生效 upcoming",
    "in_force": "生效中 in force",
    "hold": "临时管控 temporary hold",
    "watch": "解封后监测 watch after release",
}


def html_page(title: str, body: str) -> Response:
    """Return a page of the viewer.

    Parameters
    ----------
    title : plain text.
    body : HTML.

    Returns
    -------
    Response.
    """
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><title>{escape(title)}</title>"
    text = f"<!doctype html><html lang='zh'><head>{head}<style>{_STYLE}</style></head><body>{body}</body></html>"
    return HTMLResponse(text, headers={"Cache-Control": "no-cache"})


def page(request: Request, served: Served) -> Response:
    """Return the plain page of what is current.

    Parameters
    ----------
    request : of the client.
    served : the folder.

    Returns
    -------
    Response; 200 also while nothing is published, which the page then says.
    """
    snapshot, base = served.state.snapshot, str(request.base_url)
    links = f"<p><a href='{escape(base)}ogc'>OGC API</a> · <a href='{escape(base)}changes.atom'>Atom</a></p>"
    listed = served.parsed(snapshot, "list.json", orjson.loads) if snapshot else None
    if snapshot is None or listed is None:
        return html_page("Cordon", f"<h1>尚未发布 Nothing is published</h1>{links}")
    now, names = (
        now_of(listed, served.state.told["published_at"]),
        {of["class"]: of["names"] for of in listed["classes"]},
    )
    title = listed["title"] or "Cordon"
    at = f"{base}snapshots/{snapshot.name}/"
    rows = []
    for zone in shown(listed["zones"], now):
        told, name = told_at(zone, now, listed["time_zone"]), escape(f"{zone['name']} {zone['name_en']}")
        linked = f"<a href='{at}notices/{zone['id']}.html'>{name}</a>" if zone["notice"] else name
        of = names[zone["class"]]
        day = f"，第{told['day']}天 day {told['day']}" if told["day"] else ""
        rows.append(
            f"<tr><td>{escape(zone['number'])}</td><td>{linked}</td><td>{escape(of['zh'])} {escape(of['en'])}</td>"
            f"<td>{_STATUS[told['status']]}{day}</td></tr>"
        )
    published = escape(str(served.state.told["published_at"]))
    body = (
        f"<h1>{escape(title)}</h1><p>发布 published {published} · {len(rows)} 个分区 zones</p>"
        f"<img src='{at}overview-zh.svg' alt='分区图 map of the zones' width='720'>"
        f"<table><tr><th>编号 No.</th><th>名称 name</th><th>类别 class</th><th>状态 status</th></tr>{''.join(rows)}"
        f"</table>{links}"
    )
    return html_page(title, body)
