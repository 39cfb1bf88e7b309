from __future__ import annotations

from typing import Any

from learnagent_memory.freshness import Freshness, Judgement
from learnagent_memory.lesson import Lesson, When
from learnagent_memory.recall import Candidate, Sizes, Told, choose
from learnagent_memory.relevance import FEATURES, Query, Weights
from learnagent_memory.standing import Standing

WEIGHTS = Weights(
    weights=tuple({"bias": -4.0, "query_share": 8.0}.get(name, 0.0) for name in FEATURES),
    thresholds=((10, 0.3), (1_000, 0.8)),
    rarity={"the": 1.0},
    unseen=7.0,
)
FEW = Sizes(trusted=5, live=5)
MANY = Sizes(trusted=900, live=900)
QUERY = Query.of("parse multipart headers")
TEXTS = (
    "Multipart headers are parsed lazily by the stream",
    "Reject duplicate boundary parameters when headers of a multipart body repeat",
    "Limits on multipart headers come from settings.py and not from the parser",
    "Use the C tokenizer for headers of multipart mail",
    "The fuzz corpus has every known broken multipart headers sample",
)


def lesson(number: int = 0, **changes: Any) -> Candidate:
    said = Lesson(title=TEXTS[number], when=When(words=("parse", "multipart", "headers")), do=f"Step {number}")
    fields = {
        "id": said.id,
        "lesson": said,
        "status": "verified",
        "trust": "own",
        "origin": "code",
        "author": "Me <me@example.org>",
        "run": "r",
        "learned_at": "2026-01-01T00:00:00+00:00",
        **changes,
    }
    return Candidate(Standing(**fields), None)


def judged(freshness: Freshness = "fresh") -> Any:
    return lambda _standing: Judgement(freshness, ())


def test_nothing_is_chosen_below_the_threshold() -> None:
    choice = choose(Query.of("rename the invoice column"), [lesson()], judged(), sizes=FEW, model=WEIGHTS)

    assert choice.lessons == ()
    assert "is asked" in choice.abstained


def test_more_is_asked_of_a_larger_store() -> None:
    query = Query.of("parse nested multipart attachments lazily")  # four of five words

    assert choose(query, [lesson()], judged(), sizes=FEW, model=WEIGHTS).lessons
    assert not choose(Query.of("parse nested multipart mail"), [lesson()], judged(), sizes=MANY, model=WEIGHTS).lessons


def test_three_at_most_are_chosen() -> None:
    choice = choose(QUERY, [lesson(number) for number in range(5)], judged(), sizes=FEW, model=WEIGHTS)

    assert len(choice.lessons) == 3


def test_one_untrusted_at_most_is_chosen_and_it_comes_last() -> None:
    others = [lesson(number, trust="quarantined", author=f"A{number} <a@b.c>") for number in (0, 1, 2)]

    choice = choose(QUERY, [*others, lesson(3)], judged(), sizes=FEW, model=WEIGHTS)

    assert [one.standing.trust for one in choice.lessons] == ["own", "quarantined"]


def test_two_at_most_are_of_one_other_author() -> None:
    others = [lesson(number, trust="accepted", author="A <a@b.c>") for number in range(4)]

    assert len(choose(QUERY, others, judged(), sizes=FEW, model=WEIGHTS).lessons) == 2


def test_a_lesson_that_says_the_same_is_left_out() -> None:
    again = lesson(0)
    twin = Candidate(lesson(0, id="f" * 64).standing, None)

    assert len(choose(QUERY, [again, twin], judged(), sizes=FEW, model=WEIGHTS).lessons) == 1


def test_an_orphaned_lesson_is_not_shown_and_says_why() -> None:
    choice = choose(QUERY, [lesson()], judged("orphaned"), sizes=FEW, model=WEIGHTS)

    assert choice.lessons == ()
    assert "gone" in choice.abstained


def test_what_helped_comes_before_what_drifted_and_what_hurt_is_not_shown() -> None:
    helped, plain, hurt = lesson(0, helped=4), lesson(1), lesson(2, hurt=3)

    choice = choose(QUERY, [plain, hurt, helped], judged(), sizes=FEW, model=WEIGHTS)

    assert [one.standing for one in choice.lessons] == [helped.standing, plain.standing]


def test_refuted_superseded_and_retracted_lessons_are_not_shown() -> None:
    gone = [lesson(number, status=status) for number, status in enumerate(("refuted", "superseded", "retracted"))]

    assert choose(QUERY, gone, judged(), sizes=FEW, model=WEIGHTS).lessons == ()


def test_the_very_error_is_enough() -> None:
    said = Lesson(title="Use tomli", when=When(error="ModuleNotFoundError: No module named 'toml'"), do="Use `tomli`.")
    query = Query.of("python build.py", error="ModuleNotFoundError: No module named 'toml'")

    choice = choose(query, [lesson(0, lesson=said, id=said.id)], judged(), sizes=MANY, model=WEIGHTS)

    assert [one.relevance.is_same_error for one in choice.lessons] == [True]
    assert "the same error" in choice.lessons[0].why


def test_what_the_task_was_told_is_not_chosen_again_and_the_next_best_is() -> None:
    every = [lesson(number) for number in range(5)]
    first = choose(QUERY, every, judged(), sizes=FEW, model=WEIGHTS)
    told = Told({one.standing.id for one in first.lessons})

    second = choose(QUERY, every, judged(), sizes=FEW, told=told, model=WEIGHTS)

    assert len(second.lessons) == 2
    assert not told.lessons & {one.standing.id for one in second.lessons}


def test_one_untrusted_lesson_is_enough_for_a_task() -> None:
    other = lesson(1, trust="quarantined", author="A <a@b.c>")

    choice = choose(QUERY, [other], judged(), sizes=FEW, told=Told((), untrusted=1), model=WEIGHTS)

    assert choice.lessons == ()
    assert "from others" in choice.abstained


def test_a_flood_of_others_lessons_asks_no_more_of_one_s_own() -> None:
    query = Query.of("parse nested multipart mail")
    flooded = Sizes(trusted=5, live=900)
    own, other = lesson(), lesson(trust="quarantined", author="A <a@b.c>")

    assert choose(query, [own], judged(), sizes=flooded, model=WEIGHTS).lessons
    assert not choose(query, [other], judged(), sizes=flooded, model=WEIGHTS).lessons
