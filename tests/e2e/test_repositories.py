"""Every shape of repository: worktrees, submodules, no commit yet, and names that are no text."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from e2e.conftest import Serve
from e2e.console import do, last, learnagent, of, tree
from gitrepo import commit_all, git, make_repository, users_own, write
from learnagent.testing import Call, ModelServer, ToolUse, call
from learnagent_memory.episode import Finished, Observation, Started

FINISH = call("finish", summary="Done")


def work_and_undo(root: Path, server: ModelServer, *, folder: Path | None = None) -> None:
    """Carry out a run that must change `made.txt`, and take it back byte for byte."""
    before = tree(root)
    ran = do(folder or root, server)
    assert ran.code == 0, ran
    assert tree(root) != before
    undone = learnagent(folder or root, "episodes", "undo")
    assert undone.code == 0, undone
    assert tree(root) == before


def test_odd_names_line_ends_links_modes_binaries_and_ignored_files_come_back(here: Path, serve: Serve) -> None:
    library = make_repository(here / "lib", {"lib.txt": "lib\n"})
    odd = {
        "with space.txt": "1\n",
        "new\nline.txt": "2\n",
        "-dash": "3\n",
        "quo\"te'.txt": "4\n",
        "ünï.txt": "5\n",
        ":(top)x": "6\n",
    }
    root = make_repository(
        here / "r",
        {
            **odd,
            "dos.txt": "a\r\nb\r\n",
            "no-end": "x",
            "tool": "#!/bin/sh\n",
            "data.bin": bytes(range(256)),
            "pkg/mod.py": "x = 1\n",
        },
    )
    (root / "tool").chmod(0o755)
    (root / "link").symlink_to("dos.txt")
    (root / "broken").symlink_to("nowhere/at all")
    write(root, {".gitignore": "*.log\n", ".gitattributes": "*.txt text eol=lf\n"})
    git(root, "submodule", "--quiet", "add", str(library), "vendored")
    commit_all(root, "Add odd things")
    write(root, {"kept.log": "ignored, but kept\n", "untracked.bin": b"\0\r\n\xff"})
    if sys.platform.startswith("linux"):
        (root / os.fsdecode(b"latin-\xe9.txt")).write_bytes(b"\xe9\n")
    git(root, "stash", "push", "--quiet", "--include-untracked", "--", "no-end", check=False)
    own = users_own(root / ".git")
    many = Call(
        (
            ToolUse("edit", {"path": "../dos.txt", "old": "a\nb", "new": "a\nB"}),
            ToolUse("edit", {"path": "dos.txt", "old": "a\nb", "new": "a\nB"}),
            ToolUse("write", {"path": "with space.txt", "content": "changed\n"}),
            ToolUse("write", {"path": "new\nline.txt", "content": "changed\n"}),
            ToolUse("write", {"path": "vendored/lib.txt", "content": "changed\n"}),
            ToolUse(
                "bash",
                {"command": "rm -f tool *.bin *.log lat* ./-d* broken; mkdir broken; : > broken/f; chmod +x no-end"},
            ),
            ToolUse("bash", {"command": "printf 'a\\r\\n' > link; ln -sfn tool link; echo x > untracked.bin"}),
        )
    )
    server = serve([many, FINISH])

    work_and_undo(root, server, folder=root / "pkg")

    assert users_own(root / ".git") == own
    statuses = [event.status for event in of(Observation, last(root))]
    assert statuses == ["error", *["ok"] * 7]
    assert "in the folder pkg of the repository" in server.requests[0].task
    changed = of(Finished, last(root))[0].files_changed
    assert {"new\nline.txt", "vendored/lib.txt", "data.bin", "link"} <= set(changed)
    assert git(root / "vendored", "status", "--porcelain") == ""


def test_a_worktree_with_a_detached_head_has_runs_of_its_own(here: Path, serve: Serve) -> None:
    main = make_repository(here / "r", {"a.txt": "a\n"})
    git(main, "worktree", "add", "--quiet", "--detach", "../tree")
    root = here / "tree"
    server = serve(
        [
            Call(
                (
                    ToolUse("write", {"path": "made.txt", "content": "x\n"}),
                    ToolUse("bash", {"command": "git status --short; git rev-parse HEAD"}),
                )
            ),
            FINISH,
        ]
    )

    work_and_undo(root, server)

    begun = of(Started, last(root))[0]
    assert (begun.branch, begun.head) == (None, git(main, "rev-parse", "HEAD").strip())
    assert "(detached)" in server.requests[0].task
    assert "?? made.txt" in of(Observation, last(root))[1].text
    assert not (main / ".learnagent").exists()
    assert git(main, "worktree", "list").count("\n") == 2


def test_an_empty_repository_gets_its_first_commit_when_asked(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r")
    server = serve([call("write", path="made.txt", content="x\n"), FINISH] * 2)

    work_and_undo(root, server)
    assert "(no commit yet)" in server.requests[0].task
    ran = do(root, server, "--commit", task="again")

    assert ran.code == 0, ran
    assert git(root, "log", "--format=%s %an", "--name-only", "main").split() == ["Done", "Tester", "made.txt"]
    assert git(root, "status", "--porcelain") == ""


def test_an_unborn_branch_beside_others_stays_unborn(here: Path, serve: Serve) -> None:
    root = make_repository(here / "r", {"a.txt": "a\n"})
    git(root, "checkout", "--quiet", "--orphan", "fresh")
    own = users_own(root / ".git")

    work_and_undo(root, serve([call("edit", path="a.txt", old="a", new="made"), FINISH]))

    assert of(Started, last(root))[0].branch == "fresh"
    assert users_own(root / ".git") == own


def test_a_submodule_is_a_repository_of_its_own(here: Path, serve: Serve) -> None:
    library = make_repository(here / "lib", {"lib.txt": "lib\n"})
    outer = make_repository(here / "r", {"a.txt": "a\n"})
    git(outer, "submodule", "--quiet", "add", str(library), "vendored")
    commit_all(outer, "Add the library")
    escape = Call(
        (
            ToolUse("write", {"path": "made.txt", "content": "x\n"}),
            ToolUse("write", {"path": "../a.txt", "content": "x\n"}),
        )
    )

    work_and_undo(outer / "vendored", serve([escape, FINISH]))

    assert (outer / "a.txt").read_text() == "a\n"
    assert (outer / "vendored" / ".learnagent" / "local").is_dir()
    assert git(outer, "status", "--porcelain") == ""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="macOS stores no names that are no UTF-8")
def test_a_repository_in_a_folder_whose_name_is_no_text_works(here: Path, serve: Serve) -> None:
    root = make_repository(here / os.fsdecode(b"caf\xe9 \n'x"), {"a.txt": "a\n"})

    work_and_undo(
        root,
        serve(
            [
                Call(
                    (
                        ToolUse("write", {"path": "made.txt", "content": "x\n"}),
                        ToolUse("bash", {"command": "pwd; cat a.txt"}),
                    )
                ),
                FINISH,
            ]
        ),
    )
