from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learnagent_memory.similarity import (
    NEAR_DUPLICATE,
    Passages,
    likeness,
    near_duplicates,
    restates,
    tokens,
    words,
)

README = """# Frobnicator

Install the development dependencies with `uv sync --all-extras` before you do anything else.
Run the whole test suite with `make test`; a single file is run with `pytest path/to/test_file.py`.

## Releases
Every release is tagged by the release manager, who also updates the changelog in docs/changes.rst.
"""


def test_identifiers_are_split_and_plurals_made_one() -> None:
    assert tokens("HTTPServer parse_headers v2Tests Bodies") == [
        "http",
        "server",
        "parse",
        "header",
        "v",
        "2",
        "test",
        "body",
    ]
    assert words("Straße naïve ПРИВЕТ") == {"straße", "naïve", "привет"}


def test_a_script_without_spaces_is_taken_character_by_character() -> None:
    assert words("解析器") == {"解", "析", "器"}


@settings(deadline=None)
@given(st.text(), st.text())
def test_likeness_is_symmetric_bounded_and_one_for_the_same(a: str, b: str) -> None:
    assert 0 <= likeness(a, b) == likeness(b, a) <= 1
    assert likeness(a, a) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Run the parser tests before you commit anything", "run the parser test before you commit anything!"),
        (
            "Update docs/changes.rst whenever the parser changes, one line for each change.",
            "Update docs/changes.rst whenever the parser changes, with one line for each change.",
        ),
        ("Use `make check` to lint the project quickly", "Use make check to lint the project quickly"),
    ],
)
def test_the_same_in_nearly_the_same_words_is_a_near_duplicate(a: str, b: str) -> None:
    assert likeness(a, b) >= NEAR_DUPLICATE


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Add typing to scrapy/utils/python.py and run it", "Add typing to scrapy/utils/defer.py and run it"),
        ("The version is bumped from 1.1.0 to 1.2.0 now", "The version is bumped from 1.2.0 to 1.3.0 now"),
        ("Call parseHeader before the socket is closed", "Call parseBody before the socket is closed"),
        ("Delete the cache before the tests are run", "Do not delete the cache before the tests are run"),
        ("The suite passes with the new cache on", "The suite fails with the new cache on"),
        ("Run the parser tests", "Bump the copyright year"),
    ],
)
def test_texts_from_one_template_or_of_opposite_meaning_are_none(a: str, b: str) -> None:
    assert likeness(a, b) < NEAR_DUPLICATE


@settings(deadline=None)
@given(st.lists(st.sampled_from("the parser reads every header twice unless cached in src/a.py".split()), max_size=8))
def test_the_index_finds_what_comparing_each_with_each_finds(picked: list[str]) -> None:
    base = "the parser reads every header twice when the cache in src/a.py is cold"
    texts = {"base": base, "other": f"{base} {' '.join(picked)}", "third": " ".join(picked)}
    kept: list[str] = []
    expected: set[str] = set()
    for key, text in texts.items():
        if any(likeness(text, texts[before]) >= NEAR_DUPLICATE for before in kept):
            expected.add(key)
        else:
            kept.append(key)

    found = near_duplicates(texts)

    assert set(found) == expected
    assert all(likeness(texts[key], texts[like]) >= NEAR_DUPLICATE for key, like in found.items())


def test_each_copy_points_to_the_first_and_empty_texts_do_no_harm() -> None:
    texts = {
        "a": "run make lint first",
        "b": "RUN make lint first.",
        "c": "run make lint first!",
        "d": "",
        "e": "other",
    }

    assert near_duplicates(texts) == {"b": "a", "c": "a"}


@pytest.mark.parametrize(
    "text",
    [
        "Run the whole test suite with `make test`.",
        "Install the dependencies with `uv sync --all-extras`. Run the test suite with `make test`.",
        "the release manager updates the changelog in docs/changes.rst",
        "",
        "...",
    ],
)
def test_what_the_documents_say_is_restated(text: str) -> None:
    assert restates(text, [README])


@pytest.mark.parametrize(
    "text",
    [
        "Run the whole test suite with `tox`.",
        "Run the whole test suite with `make test`. It needs a running database on port 5433.",
        "Do not install the development dependencies with `uv sync --all-extras`.",
        "The tests of the parser hang when the cache is cold.",
    ],
)
def test_what_adds_something_is_not_restated(text: str) -> None:
    assert not restates(text, [README])


def test_words_that_lie_far_apart_in_a_long_document_say_nothing_together() -> None:
    filler = "lorem ipsum dolor sit amet " * 60
    document = f"The parser is fast. {filler} A cache is nice. {filler} Restart the daemon."

    assert not restates("The parser cache needs a daemon restart", [document])


def test_without_documents_everything_is_new() -> None:
    assert not restates("Run it", [])


def test_hostile_text_takes_no_longer_than_it_is_long() -> None:
    hostile = ["q" * 60_000, "_" * 60_000, "q_" * 30_000, "-" * 60_000, "`" * 60_000, "q." * 30_000, "qB" * 30_000]

    assert not any(Passages([README]).say(text) for text in hostile if words(text))
    assert all(likeness(text, README) < NEAR_DUPLICATE for text in hostile)
