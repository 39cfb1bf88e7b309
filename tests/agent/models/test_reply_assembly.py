from __future__ import annotations

import pytest

from learnagent.models.reply_assembly import CallAssembler, CallFragment, TextGate

F = CallFragment


def assembled(*fragments: CallFragment) -> list[tuple[str, str, str]]:
    assembler = CallAssembler()
    for fragment in fragments:
        assembler.add(fragment)
    return [(made.id, made.name, made.arguments) for made in assembler.calls()]


TWO = [("x", "a", '{"n": 1}'), ("y", "b", '{"n": 2}')]


@pytest.mark.parametrize(
    "fragments",
    [
        [F(0, "x", "a"), F(0, "", "", '{"n"'), F(0, "", "", ": 1}"), F(1, "y", "b", '{"n": 2}')],
        [F(0, "x", "a", '{"n"'), F(1, "y", "b", '{"n": '), F(0, "", "", ": 1}"), F(1, "", "", "2}")],
        [F(0, "x", "a", '{"n": 1}'), F(0, "y", "b", '{"n": 2}')],
        [F(None, "x", "a", '{"n"'), F(None, "", "", ": 1}"), F(None, "y", "b", '{"n": 2}')],
        [F(0, "x", "a", '{"n"'), F(0, "x", "a", ": 1}"), F(1, "y", "b", '{"n": 2}'), F(1, "y", "b", "")],
        [F(0, "x", "a", '{"n"'), F(0, "other", "", ": 1}"), F(1, "y", "b", '{"n": 2}')],
    ],
)
def test_the_numbering_habits_of_servers_make_no_difference(fragments: list[CallFragment]) -> None:
    assert assembled(*fragments) == TWO


def test_calls_without_ids_and_with_one_index_are_told_apart_by_their_names() -> None:
    assert assembled(F(0, "", "a", '{"n": 1}'), F(0, "", "a", '{"n": 2}')) == [
        ("", "a", '{"n": 1}'),
        ("", "a", '{"n": 2}'),
    ]


def test_a_name_repeated_in_each_piece_stays_one_call() -> None:
    assert assembled(F(0, "", "a", '{"n'), F(0, "", "a", '": 1}')) == [("", "a", '{"n": 1}')]


def test_a_name_in_pieces_is_joined() -> None:
    assert assembled(F(0, "x", "ba"), F(0, "", "sh"), F(0, "", "", "{}")) == [("x", "bash", "{}")]


def test_no_arguments_are_an_empty_object() -> None:
    assert assembled(F(0, "x", "a", " ")) == [("x", "a", "{}")]


def test_what_arrives_is_counted_whatever_it_is() -> None:
    shown: list[str] = []
    gate = TextGate(shown.append, limit_characters=5)
    gate.take_text("abc")
    gate.count("de")
    assert not gate.too_long
    gate.count("f")
    assert gate.too_long
    assert (gate.text, shown) == ("abc", ["abc"])
