"""The commit of a run: exactly its paths, in the repository's own style, or a reason and no commit."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from gitrepo import HOOKS, Trap, commit_all, git, make_hostile, make_repository, users_own, write
from learnagent.checkpoints.commit import CommitResult, commit_run
from learnagent.checkpoints.commit_message import commit_message
from learnagent.checkpoints.workspace import Workspace
from learnagent_memory.git import open_repository
from waiting import next_second


class Run:
    """A run that is about to change something."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tree = Workspace(open_repository(root), episode="episode-1", state=root.parent / "state")
        start = self.tree.checkpoint("start")
        assert start is not None
        self.start = start.commit

    def commit(self, summary: str = "Change it") -> CommitResult:
        """Commit what changed since the start."""
        end = self.tree.checkpoint("step")
        paths = [path for _, path in self.tree.changed(self.start, end.commit)] if end else []
        return commit_run(open_repository(self.root), start=self.start, paths=paths, summary=summary)


def committed(root: Path) -> set[str]:
    """Return what the latest commit changed."""
    return set(git(root, "diff-tree", "-r", "--root", "--no-commit-id", "--name-only", "-z", "HEAD").split("\0")[:-1])


def test_a_commit_holds_exactly_what_the_run_changed(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1", "gone": "1", "staged": "1", "dirty": "1"})
    write(root, {"staged": "2", "dirty": "2", "untracked": "mine"})
    git(root, "add", "staged")
    run = Run(root)
    write(root, {"a": "2", "new/deep": "2"})
    (root / "gone").unlink()

    made = run.commit()

    assert made.commit == git(root, "rev-parse", "main").strip()
    assert committed(root) == {"a", "gone", "new/deep"}
    assert git(root, "status", "--porcelain") == " M dirty\nM  staged\n?? untracked\n"
    assert git(root, "log", "-1", "--format=%an <%ae> %s").strip() == "Tester <tester@example.invalid> Change it"


def test_the_branch_moves_and_its_log_says_so(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    run = Run(root)
    write(root, {"a": "2"})

    run.commit()

    assert git(root, "symbolic-ref", "HEAD").strip() == "refs/heads/main"
    assert git(root, "reflog", "-1", "--format=%gs").strip() == "commit: Change it"


def test_a_commit_on_an_unborn_branch_and_on_a_detached_head(here: Path) -> None:
    unborn = make_repository(here / "unborn")
    detached = make_repository(here / "detached", {"a": "1", "b": "1"})
    git(detached, "checkout", "--quiet", "--detach")
    for root in (unborn, detached):
        run = Run(root)
        write(root, {"a": "2"})
        assert run.commit().commit == git(root, "rev-parse", "HEAD").strip()
        assert committed(root) == {"a"}
        assert git(root, "status", "--porcelain") == ""
    assert git(detached, "rev-parse", "main") != git(detached, "rev-parse", "HEAD")


def test_a_commit_in_a_linked_worktree(here: Path) -> None:
    main = make_repository(here / "main", {"a": "1"})
    git(main, "worktree", "add", "--quiet", "-b", "side", str(here / "side"))
    run = Run(here / "side")
    write(here / "side", {"a": "2"})

    assert run.commit().commit == git(main, "rev-parse", "side").strip()
    assert git(main, "status", "--porcelain") == ""


def test_line_ends_are_normalised_as_git_does(here: Path) -> None:
    root = make_repository(here / "repo", {".gitattributes": "*.txt text=auto eol=crlf\n", "a.txt": "one\ntwo\n"})
    (root / "a.txt").unlink()
    git(root, "checkout", "--", "a.txt")
    git(root, "config", "core.safecrlf", "true")
    assert (root / "a.txt").read_bytes() == b"one\r\ntwo\r\n"
    run = Run(root)
    write(root, {"a.txt": b"one\r\nthree\n"})

    assert run.commit().reason == ""
    assert git(root, "show", "HEAD:a.txt") == "one\nthree\n"
    assert git(root, "status", "--porcelain") == ""


def test_modes_links_and_changed_places_are_committed(here: Path) -> None:
    root = make_repository(here / "repo", {"script": "1", "was-file": "1", "was-folder/x": "1", "linked/x": "1"})
    run = Run(root)
    (root / "script").chmod(0o755)
    for name in ("was-file", "was-folder/x", "linked/x"):
        (root / name).unlink()
    (root / "was-folder").rmdir()
    (root / "linked").rmdir()
    (root / "linked").symlink_to("/nowhere")
    write(root, {"was-file/x": "2", "was-folder": "2"})

    assert run.commit().reason == ""
    entries = git(root, "ls-tree", "-r", "HEAD").splitlines()
    assert {line.split()[3]: line.split()[0] for line in entries} == {
        "script": "100755",
        "was-file/x": "100644",
        "was-folder": "100644",
        "linked": "120000",
    }
    assert git(root, "status", "--porcelain") == ""


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no names that are not UTF-8")
def test_odd_names_are_committed(here: Path) -> None:
    odd = [os.fsdecode(b"caf\xe9"), "new\nline", ":(top)x", "-flag", "back\\xe9slash"]
    root = make_repository(here / "repo", dict.fromkeys(odd[:2], "1"))
    run = Run(root)
    (root / odd[0]).unlink()
    write(root, dict.fromkeys(odd[1:], "2"))

    assert run.commit().reason == ""
    assert committed(root) == set(odd)


def test_ignored_files_are_not_committed(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1", ".gitignore": ".env\n"})
    run = Run(root)
    write(root, {"a": "2", ".env": "KEY=1"})

    run.commit()

    assert committed(root) == {"a"}


def test_files_that_only_lost_their_ignore_rule_are_not_committed(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1", ".gitignore": "modules/\n"})
    write(root, {"modules/x": "1"})
    next_second(2)
    run = Run(root)
    (root / ".gitignore").unlink()

    run.commit()

    assert committed(root) == {".gitignore"}


def test_a_run_that_left_nothing_makes_no_commit(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    run = Run(root)

    assert run.commit() == CommitResult(None, "the run left nothing to commit")


def test_what_the_run_committed_itself_is_not_committed_again(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    run = Run(root)
    write(root, {"a": "2"})
    head = commit_all(root, "By the model")
    assert run.commit().commit is None

    write(root, {"b": "2"})
    assert run.commit().commit == git(root, "rev-parse", "HEAD").strip()
    assert committed(root) == {"b"}
    assert git(root, "rev-parse", "HEAD^").strip() == head


def test_what_the_run_staged_itself_is_committed(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    run = Run(root)
    write(root, {"a": "2"})
    git(root, "add", "a")

    assert run.commit().commit == git(root, "rev-parse", "HEAD").strip()


def refused(root: Path, run: Run, *, changed: str = "a") -> str:
    """Let the run change a file, and return why that is not committed."""
    write(root, {changed: "by the run"})
    before = users_own(root / ".git")
    made = run.commit()
    assert made.commit is None
    assert users_own(root / ".git") == before
    return made.reason


def test_paths_that_were_dirty_before_the_run_are_refused(here: Path) -> None:
    root = make_repository(here / "repo", {"modified": "1", "deleted": "1", "mode": "1"})
    write(root, {"modified": "2", "untracked": "2"})
    (root / "deleted").unlink()
    (root / "mode").chmod(0o755)
    for name in ("modified", "untracked", "deleted", "mode"):
        assert refused(root, Run(root), changed=name) == f"no commit: {name} is already changed before the run"
        git(root, "update-ref", "-d", "refs/learnagent/episodes/episode-1")
        write(root, {"modified": "2", "untracked": "2"})
        (root / "deleted").unlink(missing_ok=True)


def test_paths_that_were_staged_otherwise_are_refused(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    write(root, {"a": "2"})
    git(root, "add", "a")
    write(root, {"a": "1"})

    assert "staged with other contents" in refused(root, Run(root))


def test_paths_that_somebody_else_committed_meanwhile_are_refused(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    run = Run(root)
    write(root, {"a": "theirs"})
    commit_all(root, "Theirs")

    assert "committed differently" in refused(root, run)


def test_paths_under_a_filter_are_refused(here: Path) -> None:
    root = make_repository(here / "repo", {".gitattributes": "a filter=lfs\n", "a": "1"})

    assert "LFS" in refused(root, Run(root))


def test_paths_in_a_nested_repository_are_refused(here: Path) -> None:
    root = make_repository(here / "repo", {"b": "1"})
    make_repository(root / "embedded", {"a": "1"})

    assert "nested repository" in refused(root, Run(root), changed="embedded/a")


@pytest.mark.parametrize("name", ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge/head"])
def test_nothing_is_committed_in_the_middle_of_something_else(here: Path, name: str) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    run = Run(root)
    write(root / ".git", {name: git(root, "rev-parse", "HEAD")})

    assert "under way" in refused(root, run)


def test_nothing_is_committed_while_the_index_is_locked(here: Path) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    run = Run(root)
    write(root / ".git", {"index.lock": ""})

    assert "index" in refused(root, run)


def test_without_an_identity_the_reason_says_how_to_set_one(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repository(here / "repo", {"a": "1"})
    run = Run(root)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)

    assert "git config --global user.name" in refused(root, run)


def test_a_hostile_repository_runs_nothing_when_committing(here: Path) -> None:
    root = make_repository(here / "repo", {"0.cfg": "1", "b.md": "1"})
    trap = Trap(here / "trap")
    make_hostile(root, trap)
    run = Run(root)
    write(root, {"0.cfg": "2", "b.md": "2"})

    assert run.commit().commit == git(root, "rev-parse", "HEAD").strip()
    write(root, {"a.txt": "2"})
    assert "filter" in run.commit().reason
    assert trap.sprung() == []

    write(root, {"c.cfg": "2"})
    git(root, "-c", "commit.gpgSign=false", "commit", "--quiet", "--allow-empty", "-m", "x")
    assert {f"hook-{name}" for name in HOOKS[5:8]} <= set(trap.sprung()), "plain git runs them"


CONVENTIONAL = ["feat: add a", "fix(parser): handle b", "docs: explain c", "chore: release"]
PLAIN = ["Add a", "Fix b", "Explain c"]


@pytest.mark.parametrize(
    ("subjects", "summary", "subject"),
    [
        ([], "fix the parser", "Fix the parser"),
        ([], "", "Apply the requested change"),
        (PLAIN, "fixed the parser.", "Fix the parser"),
        (PLAIN, "I have added a test", "Add a test"),
        (PLAIN, "The parser copes with tabs", "The parser copes with tabs"),
        (["Added a", "Fixed b", "Changed c"], "Fixed the parser", "Fixed the parser"),
        (["add a", "fix b"], "Fix the parser", "fix the parser"),
        (["add a", "fix b"], "README says how", "README says how"),
        (["Add a", "Fix b"], "parse_args() takes None", "parse_args() takes None"),
        (["Add a.", "Fix b."], "Fix the parser", "Fix the parser."),
        (CONVENTIONAL, "Fixed the parser.", "fix: fix the parser"),
        (CONVENTIONAL, "Add an option", "feat: add an option"),
        (CONVENTIONAL, "docs: Say how", "docs: say how"),
        (["chore: a", "chore: b", "fix: c"], "Something else", "chore: something else"),
        (["Add a", "feat: b", "Fix c"], "Fix the parser", "Fix the parser"),
        (PLAIN, "# Fix the parser\x1b[31m\u202e", "Fix the parser[31m"),
    ],
)
def test_a_subject_follows_the_history(subjects: list[str], summary: str, subject: str) -> None:
    assert commit_message(subjects, summary) == f"{subject}\n"


def test_the_first_sentence_is_the_subject_and_the_rest_is_the_body() -> None:
    message = commit_message(PLAIN, "Fix the parser. It failed on tabs.\n\n- one\n- two " + "word " * 30)

    subject, empty, first, *rest = message.splitlines()
    assert (subject, empty, first) == ("Fix the parser", "", "It failed on tabs.")
    assert rest[:2] == ["", "- one"]
    assert max(map(len, message.splitlines())) <= 72
    assert rest[3].startswith("  word")


def test_a_long_subject_is_cut_and_whole_in_the_body() -> None:
    sentence = "Fix " + "very " * 20 + "long"

    subject, empty, *body = commit_message(PLAIN, sentence).splitlines()

    assert len(subject) <= 72
    assert subject.endswith("…")
    assert " ".join(body) == sentence
    assert empty == ""


def test_a_subject_of_one_endless_word_is_cut_too() -> None:
    assert len(commit_message(PLAIN, "x" * 500).splitlines()[0]) == 72
