from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnagent_memory.lesson import Anchor, Lesson, When
from learnagent_memory.relevance import FEATURES, SAME_ERROR, Query, judge, measures, shipped

SAID = Lesson(
    title="Multipart headers are parsed lazily",
    when=When(words=("multipart", "headers"), error="ParseError: boundary"),
    do="Read them through `Stream.headers`.",
    anchors=(Anchor(path="src/multipart.py", symbol="Stream.headers"),),
)
WORDS = shipped(encoder=False)


@pytest.mark.parametrize("encoder", [True, False])
def test_the_shipped_weights_ask_no_less_of_a_larger_store(encoder: bool) -> None:
    model = shipped(encoder=encoder)

    asked = [model.threshold(size) for size in (0, 1, 10, 11, 100, 1_000, 10_000, 1_000_000)]

    assert asked == sorted(asked)
    assert 0 < asked[0] < asked[-1] < 1
    assert len(model.weights) == len(FEATURES)


def test_a_task_like_the_lesson_is_likelier_than_one_that_shares_nothing() -> None:
    near = judge(Query.of("parse multipart headers lazily"), SAID, cosine=None, model=WORDS)
    far = judge(Query.of("add a tax rate to the invoice"), SAID, cosine=None, model=WORDS)

    assert near.chance > WORDS.threshold(1_000) > far.chance
    assert {"multipart", "header"} <= {*near.shared}
    assert far.shared == ()


def test_a_task_that_names_the_place_is_likelier() -> None:
    named = judge(Query.of("fix src/multipart.py"), SAID, cosine=None, model=WORDS)
    symbol = judge(Query.of("why does headers return bytes"), SAID, cosine=None, model=WORDS)
    other = judge(Query.of("fix src/other.py"), SAID, cosine=None, model=WORDS)

    assert (named.named, symbol.named, other.named) == (True, True, False)
    assert named.chance > other.chance


def test_only_the_very_error_is_the_same_error() -> None:
    same = judge(Query.of("x", error="ParseError: boundary"), SAID, cosine=None, model=WORDS)
    other = judge(Query.of("x", error="ParseError: length"), SAID, cosine=None, model=WORDS)
    none = judge(Query.of("x"), Lesson(title="y"), cosine=None, model=WORDS)

    assert same.chance >= SAME_ERROR > other.chance
    assert (same.is_same_error, other.is_same_error, none.is_same_error) == (True, False, False)


@given(st.text(max_size=300), st.text(max_size=120), st.one_of(st.none(), st.floats(-1, 1)))
def test_every_measure_of_any_texts_is_bounded(task: str, title: str, cosine: float | None) -> None:
    found = measures(Query.of(task), Lesson(title=title), cosine=cosine, model=WORDS)

    assert len(found) == len(FEATURES)
    assert all(-1 <= value <= 3 for value in found)
