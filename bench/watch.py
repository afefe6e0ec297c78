"""A stop-watch for the stages of a run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Watch:
    """Seconds of each named stage, in order; a stage that runs twice adds up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Take the time of one stage."""
        start = time.perf_counter()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - start
