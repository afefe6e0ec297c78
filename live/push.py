"""Telling clients of a new publication at once: server-sent events; whoever cannot hear them asks with the ETag."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from live.answers import problem
from live.served import Served

LOOK_S = 0.2  # how often the folder is looked at
BEAT_S = 15.0  # a comment keeps proxies from closing the line
MOST = 2000  # clients that listen to one process


class Push:
    """The clients that listen."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self._waiting: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look at the folder."""
        await asyncio.to_thread(self.served.look)
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """End looking, and let clients go."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if await asyncio.to_thread(self.served.look):
                for event in tuple(self._waiting):
                    event.set()

    async def listen(self, request: Request) -> Response:
        """Answer a client that listens.

        Parameters
        ----------
        request : GET; `Last-Event-ID` is not needed, for the first event tells what is current.

        Returns
        -------
        A stream of messages with the body of `current.json` and its seq as id; 503 where too many listen.

        Source
        ------
        HTML Living Standard, server-sent events.
        """
        if len(self._waiting) >= MOST:
            return problem(503, "too many listen", f"{MOST} clients listen already; ask for current.json with its ETag")
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers=headers)
        return StreamingResponse(self._events(), media_type="text/event-stream", headers=headers)

    async def _events(self) -> AsyncIterator[bytes]:
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield b"retry: 2000\n\n"
            while True:
                state = self.served.state
                yield b"id: %d\ndata: %s\n\n" % (state.told["seq"], state.current)
                event.clear()
                while True:
                    try:
                        await asyncio.wait_for(event.wait(), BEAT_S)
                        break
                    except TimeoutError:
                        yield b": still here\n\n"
        finally:
            self._waiting.discard(event)
