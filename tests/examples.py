"""How many examples a property is held against: few in every run, many in the slow ones."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings

Hold = Callable[..., Callable[[Callable[..., None]], None]]


def few_then_many(few: int, many: int) -> pytest.MarkDecorator:
    """Run a test twice; its argument, `hold(strategies...)(check)`, holds a check against few examples or many."""
    ids = [f"{few} examples", f"{many} examples"]
    runs = [_hold(few), pytest.param(_hold(many), marks=pytest.mark.slow)]
    return pytest.mark.parametrize("hold", runs, ids=ids)


def _hold(examples: int) -> Hold:
    def hold(*strategies: Any, **named: Any) -> Callable[[Callable[..., None]], None]:
        return lambda check: settings(max_examples=examples)(given(*strategies, **named)(check))()

    return hold
