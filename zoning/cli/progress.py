"""A sign of life for anything that takes over two seconds: a line now and then on standard error."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

FIRST_S, EVERY_S = 2.0, 5.0


@contextmanager
def progress(step: str) -> Iterator[None]:
    """Say what is going on, and for how long, while a step runs.

    Parameters
    ----------
    step : what is being done, in words.

    Returns
    -------
    Context manager; a step that ends within two seconds says nothing.
    """
    started, done = time.monotonic(), threading.Event()

    def tell() -> None:
        wait = FIRST_S
        while not done.wait(wait):
            print(f"... {step}, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
            wait = EVERY_S

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
