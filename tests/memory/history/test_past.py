from __future__ import annotations

from dataclasses import replace

from learnagent_memory.history.commit import Change, Commit
from learnagent_memory.history.past import HALF_LIFE_S, MIN_TOGETHER, Past

NOW = 1_700_000_000


def commit(*paths: str, at: int = NOW, noise: str = "", symbols: tuple[str, ...] = ()) -> Commit:
    changes = tuple(Change(path, path, "M", symbols) for path in paths)
    made = Commit(oid=f"{hash(paths)}", at=at, author="A", subject="Change", body="", changes=changes, files=len(paths))
    return replace(made, noise="mass") if noise == "mass" else made


def past(*commits: Commit, live: tuple[str, ...] = ()) -> Past:
    named = {change.path for each in commits for change in each.changes if change.status != "D"}
    return Past(commits, frozenset(live or named))


def others(count: int = 20) -> list[Commit]:
    return [commit(f"src/other{number}.py") for number in range(count)]


def test_files_that_change_together_are_coupled_and_say_how_often() -> None:
    together = [commit("src/a.py", "src/b.py") for _ in range(4)]

    (found,) = past(*together, commit("src/a.py"), *others()).coupled("src/a.py")

    assert (found.other, found.together, found.of, found.confidence) == ("src/b.py", 4, 5, 0.8)
    assert found.lift > 4


def test_too_few_common_changes_are_no_coupling() -> None:
    together = [commit("src/a.py", "src/b.py") for _ in range(MIN_TOGETHER - 1)]

    assert past(*together, *others()).coupled("src/a.py") == []


def test_mass_commits_couple_nothing() -> None:
    together = [commit("src/a.py", "src/b.py", noise="mass") for _ in range(9)]

    assert past(*together, *others()).coupled("src/a.py") == []


def test_a_file_that_changes_with_everything_is_coupled_to_nothing() -> None:
    every = [commit("CHANGES.rst", f"src/{name}.py") for name in "abcde" for _ in range(4)]

    assert past(*every).coupled("src/a.py") == []


def test_each_pair_of_source_files_is_listed_once() -> None:
    together = [commit("src/a.py", "src/b.py", "tests/test_a.py") for _ in range(4)]

    assert [(pair.path, pair.other) for pair in past(*together, *others()).couplings()] == [("src/a.py", "src/b.py")]


def test_a_renamed_file_keeps_its_history_under_its_name_of_today() -> None:
    renamed = replace(commit(), changes=(Change("src/new.py", "src/old.py", "R"),))
    before = replace(commit(), changes=(Change("src/old.py", "src/oldest.py", "R"),))
    commits = (
        renamed,
        *(commit("src/old.py", "src/b.py") for _ in range(4)),
        before,
        commit("src/oldest.py"),
        *others(),
    )

    found = past(*commits, live=("src/new.py", "src/b.py", *(f"src/other{number}.py" for number in range(20))))

    assert [pair.other for pair in found.coupled("src/new.py")] == ["src/b.py"]
    assert found.commits()[-21].changes[0].path == "src/new.py"


def test_a_path_that_is_gone_is_in_no_answer() -> None:
    commits = [commit("src/a.py", "src/gone.py") for _ in range(5)]

    found = past(*commits, *others(), live=("src/a.py",))

    assert found.coupled("src/a.py") == []
    assert [spot.path for spot in found.hot_spots()] == ["src/a.py"]
    assert all(change.path == "src/a.py" for each in found.commits() for change in each.changes)


def test_renames_in_a_circle_end() -> None:
    there = replace(commit(), changes=(Change("b.py", "a.py", "R"),))
    back = replace(commit(), changes=(Change("a.py", "b.py", "R"),))

    assert past(there, back, live=("c.py",)).counts().teaching == 0


def test_what_changed_lately_is_hotter_than_what_changed_more_long_ago() -> None:
    late = [commit("src/late.py") for _ in range(2)]
    early = [commit("src/early.py", at=NOW - 4 * HALF_LIFE_S) for _ in range(4)]

    found = past(*late, *early).hot_spots()

    assert [(spot.path, spot.score, spot.commits) for spot in found] == [
        ("src/late.py", 2.0, 2),
        ("src/early.py", 0.25, 4),
    ]


def test_tests_are_no_hot_spots() -> None:
    assert past(commit("tests/test_a.py"), commit("README.md")).hot_spots() == []


def test_the_test_of_the_same_name_that_changes_along_comes_first() -> None:
    together = [commit("src/cart.py", "tests/test_cart.py", "tests/test_shop.py") for _ in range(4)]

    found = past(*together, *others()).tests_for("src/cart.py")

    assert [(test.path, test.named_alike, test.together) for test in found] == [
        ("tests/test_cart.py", True, 4),
        ("tests/test_shop.py", False, 4),
    ]


def test_a_test_is_found_by_name_before_any_commit_changed_it() -> None:
    found = past(commit("src/cart.py"), live=("src/cart.py", "tests/test_cart.py")).tests_for("src/cart.py")

    assert [test.path for test in found] == ["tests/test_cart.py"]


def test_a_test_has_no_tests() -> None:
    assert past(commit("tests/test_cart.py")).tests_for("tests/test_cart.py") == []


def test_the_symbols_of_a_file_come_most_often_changed_first() -> None:
    commits = [
        commit("a.py", symbols=("add", "total")),
        commit("a.py", symbols=("total",)),
        commit("b.py", symbols=("x",)),
    ]

    found = past(*commits).symbols_for("a.py")

    assert [(symbol.name, symbol.commits) for symbol in found] == [("total", 2), ("add", 1)]


def test_no_history_answers_nothing() -> None:
    empty = past()

    assert (empty.commits(), empty.coupled("a"), empty.tests_for("a"), empty.hot_spots()) == ([], [], [], [])
    assert empty.counts().commits == 0
