"""Looking at runs and taking them back: to the start, to a step, and around what the user changed since."""

from __future__ import annotations

import json
from pathlib import Path

from e2e.conftest import Serve
from e2e.console import do, last, learnagent, of, tree
from gitrepo import commit_all, git, make_repository, users_own, write
from learnagent.testing import Call, ToolUse, call
from learnagent_memory.episode import Undone

FINISH = call("finish", summary="Count to three")


def test_a_run_is_shown_listed_and_taken_back_step_by_step(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "0\n", "kept.txt": "kept\n"})
    write(root, {"notes.txt": "mine, never committed\n"})
    before, own = tree(root), users_own(root / ".git")
    turns = [
        call("write", path="a.txt", content="1\n"),
        Call(
            (
                ToolUse("write", {"path": "a.txt", "content": "2\n"}),
                ToolUse("write", {"path": "sub/b.txt", "content": "b\n"}),
            )
        ),
        call("bash", command="echo 3 > a.txt; rm notes.txt"),
        FINISH,
    ]
    assert do(root, serve(turns), task="Count to three\n\nslowly").code == 0
    assert users_own(root / ".git") == own

    listed = json.loads(learnagent(root, "episodes", "list", "--json").out)["episodes"]
    assert [(row["outcome"], row["steps"], row["task"]) for row in listed] == [("done", 4, "Count to three")]
    shown = learnagent(root, "episodes", "show")
    assert shown.code == 0
    assert "echo 3 > a.txt" in shown.err
    assert "done" in shown.out
    events = learnagent(root, "episodes", "show", last(root).id[:20], "--json")
    assert events.out.encode() == (last(root).folder / "episode.jsonl").read_bytes()
    whole = learnagent(root, "episodes", "diff").out
    assert all(line in whole for line in ("-0", "+3", "+++ b/sub/b.txt", "-mine, never committed"))
    second = learnagent(root, "episodes", "diff", "--step", "2").out
    assert all(line in second for line in ("-1", "+2", "+++ b/sub/b.txt"))
    assert "notes.txt" not in second
    for_machines = learnagent(root, "episodes", "diff", "--json")
    assert for_machines.code == 0
    assert "+++ b/sub/b.txt" in json.dumps(for_machines.lines)

    assert learnagent(root, "episodes", "undo", "--step", "2").code == 0
    assert ((root / "a.txt").read_text(), (root / "notes.txt").exists()) == ("2\n", True)
    assert learnagent(root, "episodes", "undo", "--step", "1").code == 0
    assert ((root / "a.txt").read_text(), (root / "sub").exists()) == ("1\n", False)
    to_start = learnagent(root, "episodes", "undo")
    assert to_start.code == 0
    assert "undone to step 0" in to_start.out
    assert tree(root) == before
    assert users_own(root / ".git") == own
    assert "undone" in learnagent(root, "episodes", "list").out


def test_undo_leaves_what_the_user_changed_since_says_so_and_keeps_it(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "0\n", "b.txt": "0\n", "c.txt": "0\n"})
    turns = [*(call("write", path=f"{name}.txt", content="run\n") for name in "abcd"), FINISH]
    assert do(root, serve(turns)).code == 0
    write(root, {"a.txt": "run\nand mine\n", "d.txt": "mine\n", "e.txt": "new, mine\n"})
    commit_all(root, "Work of the user")
    (root / "b.txt").unlink()

    ran = learnagent(root, "episodes", "undo", "--json")

    assert ran.code == 0
    (event,) = ran.of("undone")
    assert event["left"] == ["a.txt", "b.txt", "d.txt"]
    assert event["restored"] == ["c.txt"]
    assert (root / "a.txt").read_text() == "run\nand mine\n"
    assert (root / "d.txt").read_text() == "mine\n"
    assert (root / "c.txt").read_text() == "0\n"
    assert not (root / "b.txt").exists()
    assert git(root, "show", f"{event['kept']}:c.txt") == "run\n"

    forced = learnagent(root, "episodes", "undo", "--force")

    assert forced.code == 0
    assert {name: (root / name).read_text() for name in ("a.txt", "b.txt", "c.txt", "e.txt")} == {
        "a.txt": "0\n",
        "b.txt": "0\n",
        "c.txt": "0\n",
        "e.txt": "new, mine\n",
    }
    assert not (root / "d.txt").exists()
    kept = of(Undone, last(root))[-1].kept
    assert kept in forced.out
    assert git(root, "show", f"{kept}:a.txt") == "run\nand mine\n"
    assert git(root, "show", f"{kept}:d.txt") == "mine\n"


def test_what_undo_left_alone_is_told_in_plain_words(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "0\n"})
    assert do(root, serve([call("write", path="a.txt", content="run\n"), FINISH]), "--commit").code == 0
    assert git(root, "log", "-1", "--format=%s") == "Count to three\n"
    write(root, {"a.txt": "mine\n"})

    ran = learnagent(root, "episodes", "undo")

    assert "left as they are, because you changed them since: a.txt" in ran.out
    assert "git revert" in ran.err
    assert (root / "a.txt").read_text() == "mine\n"
