"""What is made of the same objects is made once: trees and networks over reference tables, which do not change.

So is what may never be asked for, when it first is.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")


def once(make: Callable[Given, Made]) -> Callable[Given, Made]:
    """Keep what a function last made, and give it again for the very same objects.

    Parameters
    ----------
    make : a pure function of objects that nobody changes; told apart by identity, not by value.

    Returns
    -------
    The function, which remembers its last call only.
    """
    last: list[tuple[tuple[Any, ...], Made]] = []

    @wraps(make)
    def again(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        given = (*args, *kwargs.values())
        for known, made in last:
            if len(known) == len(given) and all(a is b for a, b in zip(known, given, strict=True)):
                return made
        made = make(*args, **kwargs)
        last[:] = [(given, made)]
        return made

    return again


class Asked(Mapping[str, Made], Generic[Made]):
    """Values by name, of which some are made when they are first asked for."""

    def __init__(self, made: Mapping[str, Made], makers: Mapping[str, Callable[[], Made]]) -> None:
        self._made, self._makers = dict(made), dict(makers)

    def __getitem__(self, name: str) -> Made:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._made, **self._makers})

    def __len__(self) -> int:
        return len({**self._made, **self._makers})
