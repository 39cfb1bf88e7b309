from __future__ import annotations

import pytest

from learnagent.lint.change import Change, FileChange
from learnagent.lint.comparison.pairs import test_pairs as pairs_of

ONE = "def test_one():\n    assert roman(14) == 'XIV'\n"
TWO = "def test_two():\n    queue = Queue()\n    queue.put('low')\n    assert queue.take() == 'low'\n"


def paired(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str]]:
    paths = sorted(before.keys() | after.keys())
    contents = ((path, before.get(path), after.get(path)) for path in paths)
    files = [
        FileChange(path, *(None if text is None else text.encode() for text in texts), path)
        for path, *texts in contents
    ]
    found = pairs_of(Change(tuple(files)))
    return [(pair.old.test.qualified, pair.new.test.qualified) for pair in found.pairs]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"tests/test_a.py": TWO + ONE}, [("test_one", "test_one"), ("test_two", "test_two")]),
        ({"tests/test_a.py": ONE, "tests/test_b.py": TWO}, [("test_one", "test_one"), ("test_two", "test_two")]),
        (
            {"tests/test_a.py": ONE + TWO.replace("test_two", "test_a_queue_keeps")},
            [("test_one", "test_one"), ("test_two", "test_a_queue_keeps")],
        ),
        ({"tests/test_a.py": ONE + TWO.replace("low", "high")}, [("test_one", "test_one"), ("test_two", "test_two")]),
        ({"tests/test_a.py": ONE}, [("test_one", "test_one")]),
        ({"tests/test_a.py": ONE + "def test_three():\n    assert total([1, 2]) == 3\n"}, [("test_one", "test_one")]),
    ],
)
def test_a_test_is_known_again_by_name_or_body(after: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert paired({"tests/test_a.py": ONE + TWO}, after) == expected


def test_two_of_one_name_are_paired_by_body() -> None:
    twice = "describe('a', () => {{\n  it('works', () => {{ expect(f(1)).toBe({}); }});\n  it('works', () => {{ expect(g(2)).toBe({}); }});\n}});\n"

    assert len(paired({"a.test.js": twice.format(1, 2)}, {"a.test.js": twice.format(1, 3)})) == 2


def test_it_is_computed_once() -> None:
    change = Change((FileChange("tests/test_a.py", ONE.encode(), ONE.encode(), "tests/test_a.py"),))

    assert pairs_of(change) is pairs_of(change)
