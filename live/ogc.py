"""OGC API Features, part 1: landing page, conformance, collections, items; JSON and HTML."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from live.answers import answer, missing, problem
from live.features import COLLECTIONS, Collection, Feature, extent_of, features_of
from live.openapi import describe
from live.plain import html_page
from live.queries import CRS84, BadQuery, Query, read_query
from live.served import Served

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_SPEC = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
CONFORMANCE = [_SPEC + name for name in ("core", "oas30", "html", "geojson")]
_SHOWN = 12  # properties that the HTML of items shows
Json = dict[str, Any]


def routes(served: Served) -> list[Route]:
    """Return the addresses of the OGC API.

    Parameters
    ----------
    served : the folder.

    Returns
    -------
    Routes under /ogc.
    """
    api = _Api(served)
    paths: dict[str, Callable[[Request], Response]] = {
        "/ogc": api.landing,
        "/ogc/": api.landing,
        "/ogc/api": api.api,
        "/ogc/conformance": api.conformance,
        "/ogc/collections": api.collections,
        "/ogc/collections/{collection}": api.collection,
        "/ogc/collections/{collection}/items": api.items,
        "/ogc/collections/{collection}/items/{item}": api.item,
    }
    return [Route(path, _guarded(run), methods=["GET"]) for path, run in paths.items()]


def _guarded(run: Callable[[Request], Response]) -> Callable[[Request], Any]:
    async def asked(request: Request) -> Response:
        try:
            return run(request)
        except BadQuery as error:
            return problem(400, "bad query", str(error))

    return asked


def wants_html(request: Request) -> bool:
    """Return whether a client wants a page: by `f`, else by what it accepts first.

    Parameters
    ----------
    request : of the client.

    Returns
    -------
    Boolean.

    Raises
    ------
    BadQuery : `f` is neither json nor html.
    """
    told = request.query_params.get("f")
    if told is not None:
        if told not in ("json", "html"):
            raise BadQuery(f"f '{told[:40]}' is neither json nor html")
        return told == "html"
    accepted = request.headers.get("accept", "")
    html, json = accepted.find("text/html"), accepted.find("json")
    return html >= 0 and (json < 0 or html < json)


def _link(href: str, rel: str, kind: str, title: str = "") -> Json:
    return {"href": href, "rel": rel, "type": kind, **({"title": title} if title else {})}


class _Api:
    def __init__(self, served: Served) -> None:
        self.served = served

    def _base(self, request: Request) -> str:
        return f"{request.base_url}ogc"

    def _only(self, request: Request, *known: str) -> None:
        """Refuse what nobody can ask here."""
        for name in request.query_params:
            if name not in ("f", *known):
                raise BadQuery(f"'{name[:40]}' cannot be asked here; allowed are {', '.join(('f', *known))}")

    def _answer(self, request: Request, found: Json, title: str, kind: str = JSON) -> Response:
        more = {"Vary": "Accept"}
        if not wants_html(request):
            return answer(request, orjson.dumps(found), kind, more=more)
        response = html_page(title, f"<h1>{escape(title)}</h1>{''.join(_html(found))}")
        response.headers["Vary"] = "Accept"
        return response

    def _both(self, here: str, kind: str, html: bool) -> list[Json]:
        """Links to a resource itself and to its other form."""
        mark = "&" if "?" in here else "?"
        return [
            _link(f"{here}{mark}f=json", "alternate" if html else "self", kind, "JSON"),
            _link(f"{here}{mark}f=html", "self" if html else "alternate", HTML, "HTML"),
        ]

    def landing(self, request: Request) -> Response:
        self._only(request)
        base = self._base(request)
        links = [
            *self._both(base, JSON, wants_html(request)),
            _link(f"{base}/api", "service-desc", OPENAPI, "OpenAPI"),
            _link(f"{base}/api?f=html", "service-doc", HTML, "the same for people"),
            _link(f"{base}/conformance", "conformance", JSON, "what this conforms to"),
            _link(f"{base}/collections", "data", JSON, "collections"),
            _link(f"{request.base_url}changes.atom", "related", "application/atom+xml", "changes"),
        ]
        about = "Decided zones of an outbreak, their gates and service sites, as they are published."
        return self._answer(request, {"title": "Cordon", "description": about, "links": links}, "Cordon")

    def api(self, request: Request) -> Response:
        self._only(request)
        return self._answer(request, describe(str(request.base_url)), "OpenAPI", OPENAPI)

    def conformance(self, request: Request) -> Response:
        self._only(request)
        return self._answer(request, {"conformsTo": CONFORMANCE}, "Conformance")

    def collections(self, request: Request) -> Response:
        self._only(request)
        base, html = self._base(request), wants_html(request)
        found = [self._told(request, of) for of in COLLECTIONS.values()]
        links = self._both(f"{base}/collections", JSON, html)
        return self._answer(request, {"links": links, "collections": found}, "Collections")

    def _told(self, request: Request, of: Collection) -> Json:
        here = f"{self._base(request)}/collections/{of.name}"
        links = [
            *self._both(here, JSON, wants_html(request)),
            _link(f"{here}/items", "items", GEOJSON, "GeoJSON"),
            _link(f"{here}/items?f=html", "items", HTML, "HTML"),
        ]
        told = {"id": of.name, "title": of.title, "description": of.about, "itemType": "feature", "crs": [CRS84]}
        return {**told, "extent": extent_of(self._features(of), of.timed), "links": links}

    def _features(self, of: Collection) -> list[Feature]:
        snapshot = self.served.state.snapshot
        return [] if snapshot is None else features_of(self.served, snapshot, of)

    def _of(self, request: Request) -> Collection | None:
        return COLLECTIONS.get(request.path_params["collection"])

    def collection(self, request: Request) -> Response:
        of = self._of(request)
        if of is None:
            return missing(f"the collections are {', '.join(COLLECTIONS)}")
        self._only(request)
        return self._answer(request, self._told(request, of), of.title)

    def items(self, request: Request) -> Response:
        of = self._of(request)
        if of is None:
            return missing(f"the collections are {', '.join(COLLECTIONS)}")
        query = read_query(request.query_params.multi_items(), of)
        found = [feature for feature in self._features(of) if query.picks(feature)]
        page = found[query.offset : query.offset + query.limit]
        body = {
            "type": "FeatureCollection",
            "numberMatched": len(found),
            "numberReturned": len(page),
            "timeStamp": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "links": self._pages(request, of, query, len(found)),
            "features": [feature.body for feature in page],
        }
        if wants_html(request):
            return html_page(of.title, f"<h1>{escape(of.title)}</h1>{''.join(_table(request, of, body))}")
        return answer(request, orjson.dumps(body), GEOJSON, more={"Vary": "Accept"})

    def _pages(self, request: Request, of: Collection, query: Query, count: int) -> list[Json]:
        here = f"{self._base(request)}/collections/{of.name}"
        asked = [(k, v) for k, v in request.query_params.multi_items() if k not in ("f", "offset", "limit")]

        def at(offset: int) -> str:
            return f"{here}/items?{urlencode([*asked, ('limit', query.limit), ('offset', offset)])}"

        html = wants_html(request)
        links = self._both(at(query.offset), GEOJSON, html)
        form = "html" if html else "json"
        kind = HTML if html else GEOJSON
        if query.offset + query.limit < count:
            links.append(_link(f"{at(query.offset + query.limit)}&f={form}", "next", kind))
        if query.offset > 0:
            links.append(_link(f"{at(max(query.offset - query.limit, 0))}&f={form}", "prev", kind))
        return [*links, _link(here, "collection", JSON)]

    def item(self, request: Request) -> Response:
        of, name = self._of(request), request.path_params["item"]
        if of is None:
            return missing(f"the collections are {', '.join(COLLECTIONS)}")
        self._only(request)
        found = next((feature for feature in self._features(of) if feature.name == name), None)
        if found is None:
            return missing(f"{of.name} has no such feature")
        here = f"{self._base(request)}/collections/{of.name}"
        links = self._both(f"{here}/items/{quote(name, safe='')}", GEOJSON, wants_html(request))
        body = {**found.body, "links": [*links, _link(here, "collection", JSON)]}
        return self._answer(request, body, name, GEOJSON)


def _html(value: Any) -> Iterator[str]:
    """JSON for people: tables of what it holds, addresses as links."""
    if isinstance(value, dict):
        yield "<table>"
        for key, inner in value.items():
            yield f"<tr><th>{escape(str(key))}</th><td>{''.join(_html(inner))}</td></tr>"
        yield "</table>"
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value[:50]):
        yield from (piece for inner in value[:50] for piece in _html(inner))
    elif isinstance(value, list):
        yield escape(", ".join(map(str, value[:50])))
    elif isinstance(value, str) and value.startswith(("http://", "https://")):
        yield f"<a href='{escape(value)}'>{escape(value)}</a>"
    else:
        yield escape("" if value is None else str(value))


def _table(request: Request, of: Collection, body: Json) -> Iterator[str]:
    """Features as a table, with links to each and to the pages beside."""
    rows, here = body["features"], f"{request.base_url}ogc/collections/{of.name}/items"
    names = list(rows[0]["properties"])[:_SHOWN] if rows else []
    yield f"<p>{body['numberReturned']} / {body['numberMatched']}</p><table><tr><th>id</th>"
    yield "".join(f"<th>{escape(name)}</th>" for name in names) + "</tr>"
    for row in rows:
        href = escape(f"{here}/{quote(str(row['id']), safe='')}?f=html")
        cells = "".join(f"<td>{''.join(_html(row['properties'].get(name)))}</td>" for name in names)
        yield f"<tr><td><a href='{href}'>{escape(str(row['id']))}</a></td>{cells}</tr>"
    yield "</table><p>"
    for link in body["links"]:
        if link["rel"] in ("next", "prev", "alternate"):
            yield f"<a href='{escape(link['href'])}' rel='{link['rel']}'>{link['rel']}</a> "
    yield "</p>"
