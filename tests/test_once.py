"""What is made of the same objects is made once."""

from zoning.once import Asked, once


def test_the_same_objects_give_what_was_made_and_equal_ones_do_not() -> None:
    made: list[int] = []

    @once
    def add(left: list[int], right: list[int]) -> list[int]:
        made.append(1)
        return left + right

    one, two = [1], [2]
    assert add(one, two) is add(one, two)
    assert add(one, right=two) == [1, 2]
    assert len(made) == 1
    assert add([1], two) == [1, 2]
    assert len(made) == 2
    add(one, two)
    assert len(made) == 3


def test_what_is_asked_for_is_made_once_and_the_rest_never() -> None:
    asked: list[str] = []
    values = Asked({"a": 1}, {"b": lambda: asked.append("b") or 2, "c": lambda: asked.append("c") or 3})
    assert sorted(values) == ["a", "b", "c"]
    assert len(values) == 3
    assert "c" in list(values)
    assert asked == []
    assert [values["a"], values["b"], values["b"]] == [1, 2, 2]
    assert asked == ["b"]
