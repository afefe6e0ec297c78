"""Entry: `python app.py WORKSPACE` serves the map of a workspace."""

import argparse
import sys
import threading
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from dashboard.factory import make_server
from dashboard.plans import Engine
from dashboard.searching import warm
from live.publisher import Publisher
from zoning import explain, pipeline, state
from zoning.errors import ZoningError
from zoning.store import Workspace


def make_engine(workspace: Path, live: Path | None = None, page: str = "") -> Engine:
    """Return the zoning engine bound to a workspace, whose log stays open.

    Parameters
    ----------
    workspace : its folder.
    live : folder of publications; None where this server does not publish.
    page : address of the live page, "" where it is not known.

    Returns
    -------
    An Engine.

    Raises
    ------
    StoreError : there is no workspace in that folder.
    """
    log = Workspace(workspace)
    return Engine(
        name=workspace.resolve().name,
        derive=lambda outbreak, **asked: pipeline.derive(log.of(outbreak), **asked),
        explain_unit=explain.explain_unit,
        explain_at=explain.explain_at,
        revision=log.revision,
        settings=lambda outbreak: state.read_settings(log.of(outbreak)),
        outbreaks=log.outbreaks,
        workspace=log.of,
        publisher=None if live is None else Publisher(log.of, live, page),
    )


def create_server(workspace: Path, live: Path | None = None, page: str = "") -> FastAPI:
    """Return the ASGI app of a workspace.

    Parameters
    ----------
    workspace : its folder, made by `python -m zoning load` or `python -m zoning town`.
    live : folder of publications; None where this server does not publish.
    page : address of the live page, "" where it is not known.

    Returns
    -------
    The app; serve it with uvicorn.

    Raises
    ------
    StoreError : there is no workspace in that folder.
    """
    return make_server(make_engine(workspace, live, page))


def main() -> int:
    """Serve a workspace until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="app.py", description="Serve the map of a workspace.")
    parser.add_argument("workspace", type=Path, help="folder of the workspace")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8050)
    parser.add_argument(
        "--live", type=Path, metavar="FOLDER", help="folder of publications, to publish from the screen"
    )
    told = "address of the live page, to link to from the screen; {outbreak} in it stands for a named outbreak"
    parser.add_argument("--live-page", default="", metavar="ADDRESS", help=told)
    given = parser.parse_args()
    if given.live_page and not given.live_page.startswith(("http://", "https://")):
        parser.error("--live-page is an address: http://… or https://…")
    try:
        server = create_server(given.workspace, given.live, given.live_page)
    except ZoningError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    threading.Thread(target=warm, args=(server.state.plans,), daemon=True).start()
    print(f"Cordon: http://{given.host}:{given.port}/  ({given.workspace})", flush=True)
    uvicorn.run(server, host=given.host, port=given.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
