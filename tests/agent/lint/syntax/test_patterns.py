from __future__ import annotations

import re

import pytest

from learnagent.lint.syntax.patterns import lazy_pattern


def test_a_lazy_pattern_does_what_a_compiled_one_does() -> None:
    pattern = lazy_pattern(r"(?P<name>[a-z]+)=(\d)", re.IGNORECASE)

    found = pattern.search("x A=1 b=2")
    assert found is not None
    assert (found["name"], found[2]) == ("A", "1")
    assert pattern.findall("a=1 b=2") == [("a", "1"), ("b", "2")]
    assert pattern.sub("-", "a=1 b=2") == "- -"
    assert pattern.pattern == r"(?P<name>[a-z]+)=(\d)"
    assert pattern.groups == 2
    assert lazy_pattern(rb"\d").findall(b"a1") == [b"1"]


def test_a_wrong_pattern_is_told_at_its_first_use() -> None:
    pattern = lazy_pattern("(")

    with pytest.raises(re.error):
        pattern.search("x")


def test_nothing_is_compiled_twice() -> None:
    pattern = lazy_pattern("a")

    pattern.search("a")

    assert vars(pattern)["search"]("a")
