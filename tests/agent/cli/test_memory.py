from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from e2e.terminal import terminal
from gitrepo import git, make_repository
from learnagent.cli.main import run

FILES = {"slugs.py": "def slugify(title):\n    return title.replace(' ', '-')\n"}
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def root(here: Path) -> Path:
    return make_repository(here / "r", FILES)


def asked(capsys: Capture, root: Path, *arguments: str, code: int = 0) -> Any:
    """Run a memory command with --json and return the one document it prints."""
    capsys.readouterr()
    assert run(["memory", *arguments, "--repo", str(root), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def added(capsys: Capture, root: Path, *arguments: str) -> str:
    """Add a lesson and return its id."""
    return str(asked(capsys, root, "add", *arguments)["lessons"][0]["id"])


def told(capsys: Capture, root: Path, *arguments: str, code: int = 0) -> str:
    """Run a memory command for people and return what it says."""
    capsys.readouterr()
    assert run(["memory", *arguments, "--repo", str(root)]) == code
    captured = capsys.readouterr()
    return captured.err if code == 2 else captured.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "zzz"], "no lesson zzz"),
        (["add", "  "], "the title is empty"),
        (["add", "x" * 121], "more than 120 characters"),
        (["add", "x", "--at", "gone.py"], "no file gone.py"),
        (["add", "x", "--at", "slugs.py::gone"], "no symbol gone in slugs.py"),
        (["add", "x", "--at", "../out.py"], "no file ../out.py"),
        (["retract"], "name lessons, --author or --run"),
        (["retract", "--author", "nobody"], "no lesson is of author nobody"),
        (["retract", "--run", "none"], "no lesson is of run none"),
        (["sync"], "no remote is set"),
        (["sync", "ftp://a/b"], "ftp is no kind of place"),
        (["import", "/does/not/exist"], "cannot read /does/not/exist"),
        (["verify"], "give ids, or --all"),
    ],
)
def test_a_wrong_call_is_one_line_on_stderr_and_one_object_with_json(
    root: Path, capsys: Capture, arguments: list[str], said: str
) -> None:
    line = told(capsys, root, *arguments, code=2)
    error = asked(capsys, root, *arguments, code=2)

    assert said in line
    assert line.count("\n") == 1
    assert said in error["message"]


@pytest.mark.parametrize("arguments", [["list"], ["search", "x"], ["stats"], ["audit"], ["rebuild"]])
def test_each_view_prints_one_document_for_a_repository_without_commits(
    here: Path, capsys: Capture, arguments: list[str]
) -> None:
    assert isinstance(asked(capsys, make_repository(here / "unborn"), *arguments), dict)


def test_a_refuted_lesson_is_not_verified_by_failing_once_more(root: Path, capsys: Capture) -> None:
    added(capsys, root, "The build passes", "--evidence", "exit 3")

    for _ in range(2):
        (verdict,) = asked(capsys, root, "verify", "--all", "--approve", "all", code=1)["verdicts"]
        assert (verdict["result"], verdict["expected"], verdict["exit_code"]) == ("refuted", 0, 3)


def test_a_command_that_is_not_installed_refutes_nothing(root: Path, capsys: Capture) -> None:
    lesson = added(capsys, root, "Use the tool", "--evidence", "no-such-tool-here --version")

    (verdict,) = asked(capsys, root, "verify", lesson, "--approve", "all", code=1)["verdicts"]

    assert verdict["result"] == "not runnable"
    assert asked(capsys, root, "show", lesson)["status"] == "theory"


def test_verify_says_how_to_allow_a_command_where_nobody_can_be_asked(root: Path, capsys: Capture) -> None:
    lesson = added(capsys, root, "The build passes", "--evidence", "make build")

    assert "--approve all runs it unasked" in told(capsys, root, "verify", lesson, code=1)


def test_an_edit_keeps_the_evidence_and_leaves_the_old_lesson_superseded(root: Path, capsys: Capture) -> None:
    old = added(capsys, root, "Run make", "--evidence", "exit 0")

    (new,) = asked(capsys, root, "edit", old[:8], "--title", "Run make first")["lessons"]

    assert [one["command"] for one in new["evidence"]] == ["exit 0"]
    assert asked(capsys, root, "show", old)["superseded_by"] == [new["id"]]
    verdicts = asked(capsys, root, "verify", "--all", "--approve", "all")["verdicts"]
    assert [(one["lesson"], one["result"]) for one in verdicts] == [(new["id"], "verified")]


def test_evidence_alone_can_be_edited(root: Path, capsys: Capture) -> None:
    lesson = added(capsys, root, "Run make", "--evidence", "exit 1")

    asked(capsys, root, "edit", lesson, "--evidence", "exit 0")

    assert asked(capsys, root, "verify", lesson, "--approve", "all")["verdicts"][0]["command"] == "exit 0"
    assert "nothing was changed" in told(capsys, root, "edit", lesson, "--title", "Run make", code=2)


def test_an_anchor_is_the_same_however_its_path_is_written(root: Path, capsys: Capture) -> None:
    paths = ("slugs.py", "./slugs.py", str(root / "slugs.py"))
    assert len({added(capsys, root, "Mind slugs", "--at", f"{path}::slugify") for path in paths}) == 1


def test_a_list_says_what_it_leaves_out(root: Path, capsys: Capture) -> None:
    for title in ("first", "second", "third"):
        added(capsys, root, title)
    assert run(["memory", "list", "-n", "1", "--repo", str(root)]) == 0
    captured = capsys.readouterr()
    assert "third" in captured.out
    assert "2 earlier lessons are not shown" in captured.err


def teammates(here: Path, capsys: Capture) -> tuple[Path, Path, str]:
    """Return Ann's and Bob's clones of one origin, and the id of what Ann shared by the committed folder and synced."""
    make_repository(here / "r", FILES)
    git(here, "clone", "-q", "--bare", "r", "origin.git")
    for name in ("Ann", "Bob"):
        git(here, "clone", "-q", "origin.git", name)
        git(here / name, "config", "user.name", name)
        git(here / name, "config", "user.email", f"{name}@example.invalid")
    lesson = added(capsys, here / "Ann", "Slugs are lower case", "--at", "slugs.py", "--evidence", "exit 0")
    asked(capsys, here / "Ann", "share", lesson, "--yes")
    assert asked(capsys, here / "Ann", "sync", "git")["sent"] == 1
    assert asked(capsys, here / "Bob", "sync", "git")["quarantined"] == 1
    return here / "Ann", here / "Bob", lesson


def test_what_was_shared_by_commit_is_synced_too_and_trusted_once_its_evidence_ran(here: Path, capsys: Capture) -> None:
    _, bob, lesson = teammates(here, capsys)
    assert asked(capsys, bob, "show", lesson)["trust"] == "quarantined"

    asked(capsys, bob, "verify", lesson, "--approve", "all")

    assert asked(capsys, bob, "show", lesson)["trust"] == "reran"


def test_an_author_is_retracted_by_part_of_the_name_and_accept_brings_a_lesson_back(
    here: Path, capsys: Capture
) -> None:
    _, bob, lesson = teammates(here, capsys)

    assert [one["id"] for one in asked(capsys, bob, "retract", "--author", "ann")["lessons"]] == [lesson]
    assert asked(capsys, bob, "list")["lessons"] == []
    assert [one["status"] for one in asked(capsys, bob, "list", "--all")["lessons"]] == ["retracted"]

    asked(capsys, bob, "accept", lesson[:8])
    assert [one["trust"] for one in asked(capsys, bob, "list")["lessons"]] == ["accepted"]


def test_a_review_takes_one_key_and_ctrl_c_ends_it(here: Path, capsys: Capture) -> None:
    _, bob, lesson = teammates(here, capsys)

    with terminal(bob, "memory", "review") as screen:
        screen.see("q quit")
        screen.type("\x03")
        assert screen.end() == 130
    with terminal(bob, "memory", "review") as screen:
        screen.see("q quit")
        screen.type("a")
        assert screen.end() == 0

    assert asked(capsys, bob, "show", lesson)["trust"] == "accepted"


def test_recall_of_nothing_says_how_to_give_a_task(root: Path, capsys: Capture) -> None:
    assert run(["recall", " ", "--repo", str(root)]) == 2
    assert "@FILE" in capsys.readouterr().err


def test_what_is_shared_is_signed_and_a_known_key_lifts_the_quarantine(
    here: Path, root: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(here / "key")], check=True)
    git(root, "config", "user.email", "ann@example.invalid")
    git(root, "config", "gpg.format", "ssh")
    git(root, "config", "user.signingkey", str(here / "key.pub"))
    lesson = added(capsys, root, "Slugs are stored", "--at", "slugs.py::slugify")
    asked(capsys, root, "share", lesson, "--yes")
    theirs = here / "theirs"
    shutil.copytree(root, theirs, ignore=shutil.ignore_patterns("local"))
    git(theirs, "config", "user.email", "bob@example.invalid")
    allowed = here / "allowed"
    allowed.write_text(f"ann@example.invalid {(here / 'key.pub').read_text()}")

    def trust() -> list[str]:
        return [one["trust"] for one in asked(capsys, theirs, "list")["lessons"]]

    assert trust() == ["quarantined"]
    monkeypatch.setenv("LEARNAGENT_MEMORY_ALLOWED_SIGNERS", str(allowed))
    assert trust() == ["signed"]
    monkeypatch.setenv("LEARNAGENT_MEMORY_REQUIRE_SIGNATURES", "true")
    assert trust() == ["signed"]
    allowed.write_text(f"bob@example.invalid {(here / 'key.pub').read_text()}")
    assert trust() == []
