"""Who is asked for what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from learnagent.permissions.permission import Answer, Approve, Permissions, Question, is_read_only


class Scripted:
    """An Asker with answers prepared; keeps the questions."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.questions: list[Question] = []

    def ask(self, question: Question) -> Answer:
        self.questions.append(question)
        return self._answers.pop(0)


@pytest.fixture
def root(here: Path) -> Path:
    root = here / "repo"
    (root / "src").mkdir(parents=True)
    (root / "src" / "a.py").write_text("a = 1\n")
    (here / "outside.txt").write_text("x")
    return root


def test_a_command_off_the_list_is_asked_about_and_a_harmless_one_is_not(root: Path) -> None:
    asker = Scripted("yes", "no")
    permissions = Permissions("ask", asker, root)

    assert permissions.command("ls src") is None
    assert permissions.command("make") is None
    refusal = permissions.command("make install")

    assert refusal is not None
    assert "refused" in refusal.reason
    assert [question.body for question in asker.questions] == ["make", "make install"]
    assert {question.kind for question in asker.questions} == {"command"}


def test_always_holds_for_exactly_that_command(root: Path) -> None:
    asker = Scripted("always", "no")
    permissions = Permissions("ask", asker, root)

    assert permissions.command("make") is None
    assert permissions.command("make") is None
    assert permissions.command("make x") is not None


def test_the_users_own_commands_run_unasked_and_only_as_written(root: Path) -> None:
    permissions = Permissions("ask", None, root, allowed_commands=["pytest -q"])
    assert permissions.command("pytest -q") is None
    assert permissions.command("pytest -q; rm -rf .") is not None


@pytest.mark.parametrize("approve", ["ask", "edits"])
def test_with_nobody_to_ask_a_command_is_refused_naming_the_flag(root: Path, approve: Approve) -> None:
    refusal = Permissions(approve, None, root).command("make")
    assert refusal is not None
    assert f"--approve {approve}" in refusal.reason
    assert "nobody" in refusal.reason


def test_edits_are_shown_as_a_diff_and_always_means_all_edits(root: Path) -> None:
    asker = Scripted("no", "yes", "always")
    permissions = Permissions("ask", asker, root)
    path = root / "src" / "a.py"

    assert permissions.edit(path, "-a\n+b") is not None
    assert permissions.edit(path, "-a\n+c") is None
    assert permissions.edit(path, "-a\n+d") is None
    assert permissions.edit(root / "other.py", "+e") is None
    assert [question.body for question in asker.questions] == ["-a\n+b", "-a\n+c", "-a\n+d"]
    assert asker.questions[0].title == "change src/a.py"


def test_always_for_edits_says_nothing_about_commands(root: Path) -> None:
    permissions = Permissions("ask", Scripted("always", "no"), root)
    assert permissions.edit(root / "x", "+x") is None
    assert permissions.command("make") is not None


def test_edits_mode_asks_for_commands_only(root: Path) -> None:
    asker = Scripted("no")
    permissions = Permissions("edits", asker, root)
    assert permissions.edit(root / "src" / "a.py", "+x") is None
    assert permissions.command("make") is not None


def test_all_mode_asks_nothing(root: Path) -> None:
    permissions = Permissions("all", None, root)
    assert permissions.command("make; rm x > y") is None
    assert permissions.edit(root / "src" / "a.py", "+x") is None


@pytest.mark.parametrize("approve", ["ask", "edits", "all"])
def test_protected_paths_and_secrets_are_refused_in_every_mode_without_asking(root: Path, approve: Approve) -> None:
    (root / ".env").write_text("A=1")
    (root / "link").symlink_to(".env")
    asker = Scripted()
    permissions = Permissions(approve, asker, root)

    assert permissions.edit(root / ".git" / "config", "+x") is not None
    assert permissions.edit(root / ".learnagent" / "config.toml", "+x") is not None
    assert permissions.edit(root / ".env", "+x") is not None
    assert permissions.read(root / ".env") is not None
    assert permissions.read(root / "link") is not None
    assert permissions.read(root / "src" / "a.py") is None
    assert asker.questions == []


def test_secret_files_can_be_allowed_and_a_new_one_may_be_written(root: Path) -> None:
    assert Permissions("all", None, root).edit(root / ".env", "+A=1") is None
    (root / ".env").write_text("A=1")
    permissions = Permissions("all", None, root, allow_secret_files=True)
    assert permissions.read(root / ".env") is None
    assert permissions.edit(root / ".env", "+x") is None
    assert permissions.edit(root / ".git" / "config", "+x") is not None


def asked(root: Path, command: str, *, masked: bool = False, allow: bool = False) -> bool:
    assert is_read_only(command), command
    permissions = Permissions("ask", None, root, allow_secret_files=allow, confined=masked)
    return permissions.command(command) is not None


OUTSIDE: Sequence[str] = (
    *(
        "cat /etc/passwd",
        "cat ../outside.txt",
        "ls ..",
        "ls /",
        "cat out/outside.txt",
        "grep -f/etc/passwd src/a.py",
    ),
    *(
        "grep --file=/etc/passwd x src",
        "head src/../../outside.txt",
        "cat src/a.py | sort /etc/passwd",
        "cat out/*",
    ),
    *(
        "cat /etc/pass*",
        "cat src/../../out*",
        "wc --files0-from=../outside.txt",
        "diff -r src out",
        "grep -R x .",
    ),
    *(
        "rg -L x",
        "find -L .",
        "rg --follow x",
        "cat 'out'/outside.txt",
        "git diff --no-index src ../outside.txt",
    ),
    *("cat ./*/*/*/*", "ls ./**/x", "tree -l"),
)


@pytest.mark.parametrize("command", OUTSIDE)
def test_a_harmless_command_that_leads_out_of_the_root_is_asked_about(root: Path, command: str) -> None:
    (root / "out").symlink_to(root.parent)
    assert asked(root, command)


@pytest.mark.parametrize(
    "command",
    [
        *("cat .env", "head -c 10 ./.env", "cat alias"),
        *("grep -n A src/../.env", "cat ./.e*", "grep -f.env src/a.py"),
        *("grep -r A .", "grep -rn A", "grep -r src", "rg -u A", "rg --hidden A", "rg --no-ig A", "rg A"),
        *("grep -d recurse A src", "grep --recurs A src", "sort .env | uniq", "ls; cat .env"),
    ],
)  # fmt: skip
def test_a_harmless_command_that_may_show_a_secret_is_asked_about(root: Path, command: str) -> None:
    (root / ".env").write_text("A=1")
    (root / "server.key").write_text("A=1")
    (root / "alias").symlink_to(".env")
    assert asked(root, command)
    assert not asked(root, command, allow=True)


@pytest.mark.parametrize(
    "command", ["git show HEAD:.env", "git log -p -- .env", "git show 'HEAD:conf/server.key'", "git blame -- .env"]
)
def test_a_secret_in_the_history_is_asked_about_also_where_commands_are_confined(root: Path, command: str) -> None:
    assert asked(root, command, masked=True)
    assert not asked(root, command, masked=True, allow=True)


@pytest.mark.parametrize("command", ["git log --oneline", "git diff main..feature/x -- src", "git status"])
def test_git_needs_no_question_only_where_what_a_hostile_configuration_runs_is_confined(
    root: Path, command: str
) -> None:
    assert asked(root, command)
    assert not asked(root, command, masked=True)


def test_a_search_needs_no_question_where_a_sandbox_masks_secrets_but_naming_one_does(root: Path) -> None:
    (root / ".env").write_text("A=1")
    assert not asked(root, "grep -rn A .", masked=True)
    assert asked(root, "cat .env", masked=True)


def test_a_plain_search_by_ripgrep_passes_hidden_secrets_by(root: Path) -> None:
    (root / ".env").write_text("A=1")
    assert not asked(root, "rg A src")


@pytest.mark.parametrize(
    "command",
    [
        *("cat src/a.py", "ls -la", "grep -rn '/api/v1' src"),
        *("find . -name '*.py'", "cat src/*.py | head -3"),
        *("wc -l ./src/*", "cat /dev/null"),
        *("rg 'foo/bar' --glob='!dist/x'", "cat missing.txt"),
        *("echo done", "head -n 3 src/a.py", "sort --key=2 src/a.py"),
    ],
)  # fmt: skip
def test_looking_around_in_the_root_is_never_asked_about(root: Path, command: str) -> None:
    assert not asked(root, command)


def test_a_loop_of_links_and_an_endless_name_are_no_trouble(root: Path) -> None:
    (root / "loop").symlink_to("loop")
    for command in ("cat loop", f"cat {'x' * 5000}", f"ls -{'a' * 5000}", "cat ./loop/*"):
        Permissions("ask", None, root).command(command)
