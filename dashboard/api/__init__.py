"""The HTTP API beside the page, a module a subject. Its form is at /docs.

Every address names the plan by day, known-at and policy, so that any server process can answer it; `v` is the plan's
key, which lets the browser keep what it has.
"""

from fastapi import FastAPI, Response

from dashboard.api.acts import act_routes
from dashboard.api.compare_changes import change_routes
from dashboard.api.compare_plans import compare_routes
from dashboard.api.desk import desk_routes
from dashboard.api.facts import fact_routes, file_routes, sheet_routes
from dashboard.api.frame import frame_routes
from dashboard.api.load_per_day import demand_routes
from dashboard.api.loads import load_routes
from dashboard.api.map import map_routes
from dashboard.api.paper import paper_routes
from dashboard.api.plan import plan_routes, wait_routes
from dashboard.api.publishing import publishing_routes
from dashboard.docs import describe_api
from dashboard.errors import Refused, install
from dashboard.plans import Plans

__all__ = ["install_api"]


def install_api(server: FastAPI, plans: Plans) -> None:
    """Put the API on a server; what is not there under /api is a plain error and not the page."""
    install(server)
    for routes in (
        desk_routes,  # the first that are looked at: a brush asks them at each stroke
        frame_routes,
        plan_routes,
        wait_routes,
        map_routes,
        demand_routes,
        change_routes,
        compare_routes,
        paper_routes,
        act_routes,
        file_routes,
        sheet_routes,
        fact_routes,
        load_routes,
        publishing_routes,
    ):
        server.router.routes.extend(routes(plans).routes)  # `include_router` would build every one a second time

    @server.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return Response(describe_api(server.openapi()), media_type="text/html")

    @server.get("/api/{path:path}", include_in_schema=False)
    def nothing(path: str) -> Response:
        raise Refused(404, f"There is no /api/{path}.", "path", "See /docs for what there is.")
