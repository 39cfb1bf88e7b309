from __future__ import annotations

from pathlib import Path

import pytest

from learnagent_memory.git import Git
from learnagent_memory.history.log import read_log
from learnagent_memory.locate import replay
from learnagent_memory.locate.files import files_at, files_of
from learnagent_memory.locate.locator import Locator
from learnagent_memory.locate.refit import refit
from learnagent_memory.tree import CommitTree
from memory.locate.history_maker import TOPICS, make


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("told") / "repo"
    make(root, 400)
    return root


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("noisy") / "repo"
    make(root, 200, noise=True)
    return root


def found_first(root: Path, folder: Path, *, history: bool) -> float:
    """Return the share of forty past tasks whose file was ranked first."""
    commits = list(read_log(root))
    locator = Locator(folder)
    hits = []
    for case in replay.cases(root, commits, replay.eligible(commits)[:40]):
        before = case.before if history else ()
        locator.refresh(case.files, CommitTree(Git(root), case.parent).read_all, before)
        hits.append(locator.rank(case.task)[0].path in case.targets)
    return sum(hits) / len(hits)


def test_with_a_long_history_far_more_is_found_than_by_code_alone(told: Path, tmp_path: Path) -> None:
    fused = found_first(told, tmp_path, history=True)
    code = found_first(told, tmp_path, history=False)

    assert fused > 0.8
    assert code < 0.5


def test_a_case_sees_nothing_of_its_commit_or_later(told: Path) -> None:
    commits = list(read_log(told))
    chosen = replay.eligible(commits)[20]

    (case,) = replay.cases(told, commits, [chosen])

    assert case.before == tuple(commits[commits.index(chosen) + 1 :])
    assert case.files == files_at(told, f"{chosen.oid}~1")
    assert case.targets == {chosen.changes[0].path}


def test_a_refit_on_noise_is_refused_and_leaves_no_file(noisy: Path, tmp_path: Path) -> None:
    verdict = refit(tmp_path, noisy, list(read_log(noisy)), tasks=120)

    assert not verdict.published
    assert not (tmp_path / "ranker.json").exists()


def test_a_refit_with_too_few_commits_says_so(told: Path, tmp_path: Path) -> None:
    verdict = refit(tmp_path, told, list(read_log(told)), tasks=10)

    assert not verdict.published
    assert "only 10 past commits" in verdict.reason


def test_the_working_tree_differs_from_its_commit_only_where_it_was_changed(told: Path) -> None:
    before = files_of(told)
    (told / "src" / "new.py").write_text("x = 1\n")
    (told / "src" / "alpha.py").write_text("y = 1\n")
    (told / "src" / "link.py").symlink_to("alpha.py")

    after = files_of(told)

    assert before == files_at(told, "HEAD")
    assert {path for path in after if after[path] != before.get(path)} == {"src/new.py", "src/alpha.py"}
    assert set(after) == {*TOPICS, "src/new.py"}
