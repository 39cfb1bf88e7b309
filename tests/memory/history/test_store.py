from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gitrepo import commit_all, git, make_repository, write
from learnagent_memory.git import open_repository
from learnagent_memory.history.store import FILE_NAME, History, Update
from learnagent_memory.history.summary import summary


@pytest.fixture
def root(here: Path) -> Path:
    folder = make_repository(here / "repo", {"src/cart.py": "def add():\n    return 0\n", "notes.md": "0\n"})
    for number in range(1, 6):
        write(folder, {"src/cart.py": f"def add():\n    return {number}\n", "tests/test_cart.py": f"assert {number}\n"})
        commit_all(folder, f"Count to {number}")
    return folder


@pytest.fixture
def path(here: Path) -> Path:
    return here / "index" / FILE_NAME


def plain(text: str) -> str:
    return text


def update(history: History, root: Path, head: str | None = None) -> Update:
    return history.update(open_repository(root), redact=plain, head=head)


def subjects(history: History) -> list[str]:
    return [commit.subject for commit in history.commits()]


def test_the_first_update_reads_all_and_the_next_only_what_is_new(root: Path, path: Path) -> None:
    first = update(History(path), root)
    write(root, {"notes.md": "new\n"})
    commit_all(root, "Note it")
    history = History(path)
    second = update(history, root)

    assert (first.commits, first.read, first.complete, first.kept) == (6, 6, True, True)
    assert (second.commits, second.read) == (7, 1)
    assert subjects(history)[:2] == ["Note it", "Count to 5"]


def test_what_was_kept_equals_what_was_read(root: Path, path: Path) -> None:
    fresh, kept = History(path), History(path)
    update(fresh, root)

    assert update(kept, root).read == 0
    assert kept.commits() == fresh.commits()


def test_a_commit_without_changes_is_read_once(root: Path, path: Path) -> None:
    commit_all(root, "Nothing")
    update(History(path), root)
    history = History(path)

    assert update(history, root).read == 0
    assert "Nothing" not in subjects(history)


def test_rewritten_history_leaves_nothing_of_the_old_one(root: Path, path: Path) -> None:
    update(History(path), root)
    git(root, "reset", "--quiet", "--hard", "HEAD~2")
    write(root, {"notes.md": "other\n"})
    commit_all(root, "Other way")
    history = History(path)

    assert update(history, root).read == 1
    assert subjects(history) == ["Other way", "Count to 3", "Count to 2", "Count to 1", "Begin"]


def test_an_older_point_knows_only_what_led_to_it(root: Path, path: Path) -> None:
    git(root, "mv", "src/cart.py", "src/basket.py")
    commit_all(root, "Rename")
    history = History(path)
    update(history, root)
    third = git(root, "rev-parse", "HEAD~3").strip()

    before = history.commits(before=third)

    assert [commit.subject for commit in before] == ["Count to 2", "Count to 1", "Begin"]
    assert {change.path for commit in before for change in commit.changes} == {
        "src/cart.py",
        "tests/test_cart.py",
        "notes.md",
    }
    assert "src/basket.py" in {change.path for change in history.commits()[1].changes}


def test_a_parallel_branch_is_not_known_before_its_merge(root: Path, path: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "side", "HEAD~1")
    write(root, {"side.py": "x = 1\n"})
    commit_all(root, "On the side")
    git(root, "checkout", "--quiet", "-")
    git(root, "merge", "--quiet", "--no-edit", "side")
    history = History(path)
    update(history, root)
    main_line = git(root, "rev-parse", "HEAD^1").strip()

    assert "On the side" in subjects(history)
    assert "On the side" not in [commit.subject for commit in history.commits(before=main_line)]


def test_a_first_commit_and_an_unknown_one_have_no_past(root: Path, path: Path) -> None:
    history = History(path)
    update(history, root)

    assert history.commits(before=git(root, "rev-list", "--max-parents=0", "HEAD").strip()) == []
    assert history.commits(before="1" * 40) == []


def test_an_update_can_stand_at_another_commit(root: Path, path: Path) -> None:
    history = History(path)
    update(history, root)

    update(history, root, head="HEAD~4")

    assert subjects(history) == ["Count to 1", "Begin"]


def test_messages_are_redacted_before_they_are_kept(root: Path, path: Path) -> None:
    write(root, {"notes.md": "1\n"})
    commit_all(root, "Use hunter2\n\nThe password is hunter2.")
    history = History(path)

    history.update(open_repository(root), redact=lambda text: text.replace("hunter2", "***"))

    assert history.commits()[0].message == "Use ***\n\nThe password is ***."
    assert all(b"hunter2" not in file.read_bytes() for file in path.parent.iterdir())


def test_without_time_nothing_is_read_and_the_next_update_goes_on(root: Path, path: Path) -> None:
    history = History(path)

    stopped = history.update(open_repository(root), redact=plain, limit_s=0)

    assert (stopped.commits, stopped.complete) == (0, False)
    assert update(history, root).complete


def test_a_limit_keeps_the_newest(root: Path, path: Path) -> None:
    history = History(path)

    history.update(open_repository(root), redact=plain, limit=2)

    assert subjects(history) == ["Count to 5", "Count to 4"]


def test_commits_of_branches_long_gone_are_dropped(root: Path, path: Path) -> None:
    update(History(path), root)

    History(path).update(open_repository(root), redact=plain, limit=1)

    assert update(History(path), root).read == 5


def test_an_unborn_branch_has_no_history(here: Path, path: Path) -> None:
    history = History(path)

    done = update(history, make_repository(here / "empty"))

    assert (done.commits, done.complete, history.commits()) == (0, True, [])


def test_history_whose_objects_are_missing_says_so_and_goes_on(root: Path, path: Path) -> None:
    tree = git(root, "rev-parse", "HEAD~3^{tree}").strip()
    (root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    history = History(path)

    done = update(history, root)

    assert not done.complete
    assert tree in done.problem


DAMAGES = {
    "no database": lambda path: path.write_bytes(b"x" * 9000),
    "empty": lambda path: path.write_bytes(b""),
    "torn": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "overwritten": lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 20_000),
    "another schema": lambda path: _execute(path, "PRAGMA user_version = 99"),
    "another table": lambda path: _execute(path, "DROP TABLE commits", "CREATE TABLE commits (oid TEXT)"),
    "no table": lambda path: _execute(path, "DROP TABLE commits"),
    "strange rows": lambda path: _execute(path, "UPDATE commits SET changes = '[[1, 2, 3]]'"),
    "deep rows": lambda path: _execute(path, f"UPDATE commits SET changes = '{'[' * 100_000}'"),
    "strange types": lambda path: _execute(path, "UPDATE commits SET subject = x'ff', at = 'never'"),
    "text that is none": lambda path: _execute(path, "UPDATE commits SET subject = CAST(x'ff' AS TEXT)"),
    "a link": lambda path: (path.rename(path.with_name("elsewhere")), path.symlink_to("elsewhere")),
}


def _execute(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_built_anew(root: Path, path: Path, damage: str) -> None:
    intact = History(path)
    update(intact, root)
    DAMAGES[damage](path)

    after = History(path)
    done = update(after, root)

    assert after.commits() == intact.commits()
    assert done.kept
    assert update(History(path), root).read == 0


def test_a_link_is_not_written_through(root: Path, path: Path, here: Path) -> None:
    path.parent.mkdir()
    (here / "target").write_bytes(b"")
    path.symlink_to(here / "target")

    update(History(path), root)

    assert (here / "target").read_bytes() == b""


def test_the_cache_is_private(root: Path, path: Path) -> None:
    update(History(path), root)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_gives_answers_for_this_run(root: Path, path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    history = History(path)

    assert not update(history, root).kept
    assert len(history.commits()) == 6


def test_a_folder_that_is_a_file_gives_answers_for_this_run(root: Path, path: Path) -> None:
    path.parent.write_text("in the way")
    history = History(path)

    assert not update(history, root).kept
    assert len(history.commits()) == 6


def test_two_processes_build_one_cache_at_once(root: Path, path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from learnagent_memory.git import open_repository\n"
        "from learnagent_memory.history.store import History\n"
        "done = History(Path(sys.argv[1])).update(open_repository(Path(sys.argv[2])), redact=str)\n"
        "print(done.commits, done.complete, done.kept)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, path, root], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]

    answers = [process.communicate(timeout=60)[0] for process in started]

    assert answers == ["6 True True\n"] * 4
    assert update(History(path), root).read == 0


def test_a_summary_tells_where_work_is_done_and_tested(root: Path, path: Path) -> None:
    history = History(path)
    done = update(history, root)

    told = summary(history, done)

    assert (told.counts.commits, told.update) == (6, done)
    assert [(area.path, area.count) for area in told.areas] == [("src", 6)]
    assert [(area.path, area.count) for area in told.tests] == [("tests", 1)]
    assert [spot.path for spot in told.hot_spots] == ["src/cart.py"]


def test_a_summary_names_the_words_that_lead_to_a_file(here: Path, path: Path) -> None:
    root = make_repository(here / "words", {"src/a.py": "0\n", "src/b.py": "0\n"})
    for number in range(5):
        write(root, {"src/a.py": f"x = {number + 1}\n"})
        commit_all(root, f"Parser reads number {number}")
        for name in ("src/b.py", "notes.md"):
            write(root, {name: f"y = {number + 1}\n"})
            commit_all(root, "Change")
    history = History(path)

    told = summary(history, update(history, root))

    assert "src/a.py" in [place.path for place in told.words]
    assert all(place.together <= place.of for place in told.words)
