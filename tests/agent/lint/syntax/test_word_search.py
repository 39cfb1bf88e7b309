import re

import pytest

from learnagent.lint.syntax.word_search import lines_with, places, starting_lines, words, words_with

_CALLED = re.compile(rb"\s*\(")
_TO_BRACKET = re.compile(rb"[\w$]*(?= ?\()")


@pytest.mark.parametrize("content", [b"", b"runs()", b"rerun()", b"$run()", b"_run()", b"run", b"run.x()"])
def test_part_of_a_word_and_what_is_not_called_are_passed_over(content: bytes) -> None:
    assert list(words(content, b"run", _CALLED)) == []


@pytest.mark.parametrize(
    ("content", "found"), [(b"run()", [0]), (b"a.run (1); run(2)", [2, 11]), (b"\xc3\xa9run()", [2])]
)
def test_a_word_is_found_where_it_is_called(content: bytes, found: list[int]) -> None:
    assert list(words(content, b"run", _CALLED)) == found


def test_words_that_hold_a_fragment_are_given_whole() -> None:
    content = b"self.assertEqual(x); assert x; my_assert_all (y)"
    assert [content[start:end] for start, end in words_with(content, b"assert", _TO_BRACKET)] == [
        b"assertEqual",
        b"my_assert_all",
    ]


def test_places_do_not_overlap() -> None:
    assert list(places(b"aaaa", b"aa")) == [0, 2]


def test_each_line_that_holds_a_literal_is_given_once_and_without_its_end() -> None:
    content = b"one\nx x\n\nlast x"
    assert [content[start:end] for start, end in lines_with(content, b"x")] == [b"x x", b"last x"]


def test_matches_behind_other_code_on_their_line_are_left_out() -> None:
    content = b"# import a\n  import b\nimport c"
    assert [match[1] for match in starting_lines(re.compile(rb"import (\w)"), content)] == [b"b", b"c"]
