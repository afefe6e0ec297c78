"""What is made of the same objects is made once."""

from zoning.once import once


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
