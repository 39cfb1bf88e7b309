from __future__ import annotations

import os
from pathlib import Path

import pytest

from learnagent_memory.errors import UsageError
from learnagent_memory.git import open_repository
from learnagent_memory.project import Project, find_project, open_project, run_lock
from runs import make_repository


def opened(root: Path, **environ: str) -> Project:
    return open_project(open_repository(root), {**os.environ, **environ})


def test_looking_writes_nothing_and_opening_makes_a_private_ignored_folder(here: Path) -> None:
    root = make_repository(here / "r")
    find_project(open_repository(root), os.environ)
    assert not (root / ".learnagent").exists()

    project = opened(root)

    assert project.episodes.is_dir()
    assert (project.local / ".gitignore").read_text().endswith("*\n")
    assert opened(root).identity == project.identity


def test_state_that_somebody_else_made_is_refused(here: Path) -> None:
    root = make_repository(here / "r")
    (root / ".learnagent/local/episodes/x").mkdir(parents=True)
    with pytest.raises(UsageError, match="was not made by you"):
        find_project(open_repository(root), os.environ)


def test_state_of_another_home_is_refused_with_what_to_do(here: Path) -> None:
    root = make_repository(here / "r")
    opened(root)
    with pytest.raises(UsageError, match="LEARNAGENT_HOME"):
        opened(root, LEARNAGENT_HOME=str(here / "other"))


@pytest.mark.parametrize("name", [".learnagent", ".learnagent/local", ".learnagent/local/.gitignore"])
def test_a_link_in_the_place_of_state_is_refused_and_nothing_is_written_behind_it(here: Path, name: str) -> None:
    root = make_repository(here / "r")
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).symlink_to(here / "victim")
    with pytest.raises(UsageError, match="is a link"):
        opened(root)
    assert not (here / "victim").exists()


def test_a_submodule_in_the_place_of_state_is_refused(here: Path) -> None:
    import subprocess

    root = make_repository(here / "r")
    inner = make_repository(here / "inner", {"local/episodes/x/episode.jsonl": "{}\n"})
    subprocess.run(["git", "submodule", "--quiet", "add", str(inner), ".learnagent"], cwd=root, check=True)
    with pytest.raises(UsageError, match="under version control"):
        opened(root)


def test_the_lock_is_let_go_of_at_the_end(here: Path) -> None:
    project = opened(make_repository(here / "r"))
    with run_lock(project), pytest.raises(UsageError, match="another learnagent run"), run_lock(project):
        pass
    with run_lock(project):
        pass
