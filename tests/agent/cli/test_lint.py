from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from gitrepo import git, make_repository, write
from learnagent.cli.main import run

GOOD = "def load(path):\n    return path.read_text()\n"
BAD = """\
def load(path):
    try:
        return path.read_text()
    except Exception:
        return None
"""
UNUSED = "x = 1  # learnagent: allow[swallowed-error] it is right here\n"
SETTINGS = "[tool.learnagent.lint]\n"


class Lint:
    """Runs the command in a folder and keeps what it printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.out = ""
        self.err = ""
        self._capsys = capsys

    def __call__(self, *arguments: str) -> int:
        code = run(["lint", "--repo", str(self.folder), *arguments])
        self.out, self.err = self._capsys.readouterr()
        return code

    def found(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the findings, which stdout must hold and nothing else."""
        code = self("--json", *arguments)
        findings: list[dict[str, Any]] = json.loads(self.out)
        assert code == (1 if findings else 0)
        return findings

    def places(self, *arguments: str) -> list[tuple[str, int, str]]:
        return [(one["path"], one["line"], one["rule"]) for one in self.found(*arguments)]


@pytest.fixture
def lint(here: Path, capsys: pytest.CaptureFixture[str]) -> Lint:
    return Lint(make_repository(here / "r", {"src/good.py": GOOD}), capsys)


def test_clean_code_is_exit_0_with_nothing_on_stdout(lint: Lint) -> None:
    assert lint() == 0
    assert (lint.out, lint.err) == ("", "1 file read, 0 findings\n")


def test_findings_are_exit_1_with_a_summary_on_stderr(lint: Lint) -> None:
    write(lint.folder, {"src/bad.py": BAD, "src/unused.py": UNUSED, "a.txt": "", "vendor/a.py": BAD})

    assert lint() == 1
    assert lint.out.startswith("src/bad.py:4:5: error swallowed-error: ")
    assert len(lint.out.splitlines()) == 4
    assert lint.err == (
        "3 files read, 2 findings (1 error, 1 warning); not read: 1 in an unknown language, 1 vendored\n"
    )


def test_json_is_a_list_with_paths_relative_to_where_it_runs(lint: Lint) -> None:
    write(lint.folder, {"src/bad.py": BAD, "tests/test_bad.py": BAD})

    assert lint.places() == [("src/bad.py", 4, "swallowed-error"), ("tests/test_bad.py", 4, "swallowed-error")]
    lint.folder = lint.folder / "src"
    assert lint.places() == [("bad.py", 4, "swallowed-error")]
    assert lint.places("../tests") == [("../tests/test_bad.py", 4, "swallowed-error")]
    assert lint("--format", "json") == 1
    assert json.loads(lint.out)


@pytest.mark.parametrize("level", ["error", "warn"])
def test_the_level_decides_what_is_shown_and_the_exit_code(lint: Lint, level: str) -> None:
    write(lint.folder, {"src/unused.py": UNUSED})

    assert lint("--level", level) == (0 if level == "error" else 1)
    assert ("1 of level warn not shown" in lint.err) == (level == "error")


def test_rules_are_selected_and_ignored(lint: Lint) -> None:
    write(lint.folder, {"src/bad.py": BAD, "src/unused.py": UNUSED})

    assert {rule for _, _, rule in lint.places("--select", "unused-allow")} == set()
    assert {rule for _, _, rule in lint.places("--select", "unused-allow,swallowed-error")} == {
        "unused-allow",
        "swallowed-error",
    }
    assert {rule for _, _, rule in lint.places("--ignore", "unused-allow", "--ignore", "swallowed-error")} == set()


def test_the_projects_settings_hold(lint: Lint) -> None:
    write(
        lint.folder,
        {
            "src/bad.py": BAD,
            "src/unused.py": UNUSED,
            "old/bad.py": BAD,
            "gen/bad.py": BAD,
            "pyproject.toml": f"{SETTINGS}level = 'error'\nexclude = ['gen']\n"
            "[tool.learnagent.lint.per_path_ignores]\n'old/**' = ['swallowed-error']\n",
        },
    )

    assert lint.places() == [("src/bad.py", 4, "swallowed-error")]
    assert [path for path, _, _ in lint.places("--level", "warn")] == ["src/bad.py", "src/unused.py"]
    assert [path for path, _, _ in lint.places("gen/bad.py")] == ["gen/bad.py"]


def test_a_baseline_hides_what_is_known_and_nothing_more(lint: Lint) -> None:
    write(lint.folder, {"src/bad.py": BAD})

    assert lint("--write-baseline", "--baseline", "lint.json") == 0
    assert "1 finding written" in lint.err
    assert lint("--baseline", "lint.json") == 0
    assert "1 known by the baseline" in lint.err
    write(lint.folder, {"src/bad.py": f"import os\n\n{BAD}", "src/worse.py": BAD})
    assert lint.places("--baseline", "lint.json") == [("src/worse.py", 4, "swallowed-error")]


def test_a_baseline_of_the_settings_is_used_and_its_stale_entries_are_told(lint: Lint) -> None:
    write(lint.folder, {"src/bad.py": BAD, "pyproject.toml": f"{SETTINGS}baseline = 'lint.json'\n"})
    assert lint("--write-baseline") == 0
    assert lint() == 0

    write(lint.folder, {"src/bad.py": GOOD})

    assert lint() == 0
    assert "1 entry of the baseline no longer needed" in lint.err
    assert lint("src/good.py") == 0
    assert "entry" not in lint.err


def test_writing_a_baseline_for_some_files_keeps_the_entries_of_others(lint: Lint) -> None:
    write(lint.folder, {"a.py": BAD, "b.py": BAD})
    lint("--write-baseline", "--baseline", "lint.json")
    write(lint.folder, {"a.py": GOOD})

    lint("--write-baseline", "--baseline", "lint.json", "a.py")

    entries = json.loads((lint.folder / "lint.json").read_text())["findings"]
    assert [entry["path"] for entry in entries] == ["b.py"]


def test_a_change_shows_only_what_it_brings(lint: Lint) -> None:
    write(lint.folder, {"old.py": BAD})
    git(lint.folder, "add", "--all")
    git(lint.folder, "commit", "-qm", "Old")
    write(lint.folder, {"old.py": f"# old\n{BAD}", "new.py": BAD, "src/new.py": BAD})
    git(lint.folder, "add", "new.py", "old.py")

    assert lint.places("--staged") == [("new.py", 4, "swallowed-error")]
    assert [path for path, _, _ in lint.places("--diff", "HEAD")] == ["new.py", "src/new.py"]
    assert [path for path, _, _ in lint.places("--diff", "HEAD", "src")] == ["src/new.py"]
    assert lint.places("--diff", "HEAD..HEAD") == []
    assert lint.err == "0 files read, 0 findings\n"


def test_a_patch_comes_from_stdin_or_a_file(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    write(lint.folder, {"new.py": BAD})
    git(lint.folder, "add", "--all")
    patch = git(lint.folder, "diff", "--cached")
    (lint.folder / "change.patch").write_text(patch)
    give(monkeypatch, patch.encode())

    assert lint.places("--patch", "-") == [("new.py", 4, "swallowed-error")]
    assert lint.places("--patch", "change.patch") == [("new.py", 4, "swallowed-error")]


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Put bytes on stdin."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("src/good.py", BAD.encode(), [("src/good.py", 4, "swallowed-error")]),
        ("src/not-there.py", BAD.encode(), [("src/not-there.py", 4, "swallowed-error")]),
        ("vendor/lib.py", BAD.encode(), [("vendor/lib.py", 4, "swallowed-error")]),
        ("notes.txt", BAD.encode(), []),
        ("run", f"#!/usr/bin/env python3\n{BAD}".encode(), [("run", 5, "swallowed-error")]),
        ("src/good.py", b"", []),
        ("src/good.py", b"\xff\xfe\0", []),
    ],
)
def test_an_editor_lints_its_text_on_stdin(
    lint: Lint, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, found: list[tuple[str, int, str]]
) -> None:
    give(monkeypatch, content)

    assert lint.places("-", "--stdin-filename", name) == found


def test_statistics_stand_in_place_of_the_findings(lint: Lint) -> None:
    write(lint.folder, {"a.py": BAD, "b.py": BAD})

    assert lint("--statistics") == 1
    assert lint.out == "     2  error  swallowed-error\n"
    assert lint("--statistics", "--json") == 1
    assert json.loads(lint.out) == [{"rule": "swallowed-error", "level": "error", "count": 2}]


def test_a_rule_is_explained(lint: Lint) -> None:
    assert lint("--explain", "swallowed-error") == 0
    assert lint.out.startswith("swallowed-error (error; ")
    assert "It is fine when" in lint.out
    assert lint("--explain", "swallowed-error", "--json") == 0
    assert json.loads(lint.out)["rule"] == "swallowed-error"


@pytest.mark.parametrize("form", ["sarif", "junit", "github"])
def test_other_formats_have_the_same_exit_code(lint: Lint, form: str) -> None:
    assert lint("--format", form) == 0
    write(lint.folder, {"a.py": BAD})
    assert lint("--format", form) == 1
    assert "swallowed-error" in lint.out


def test_the_help_is_on_stdout(lint: Lint) -> None:
    assert lint("--help") == 0
    assert "--stdin-filename" in lint.out
    assert lint.err == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--frob"], "--frob"),
        (["--format", "xml"], "--format"),
        (["--level", "info"], "--level"),
        (["--jobs", "0"], "'0' is no number from 1"),
        (["--jobs", "many"], "'many' is no number from 1"),
        (["--diff"], "--diff"),
        (["gone.py"], "'gone.py' cannot be found"),
        (["--", "-gone.py"], "'-gone.py' cannot be found"),
        (["--diff", "nonsense"], "'nonsense' names no commit here"),
        (["--diff", "HEAD", "--staged"], "do not go together"),
        (["--staged", "--patch", "-"], "do not go together"),
        (["--patch", "gone.patch"], "the patch gone.patch cannot be read"),
        (["--patch", "src/good.py"], "that is no patch"),
        (["-"], "--stdin-filename"),
        (["--stdin-filename", "a.py"], "go together"),
        (["-", "src", "--stdin-filename", "a.py"], "stands alone"),
        (["-", "--staged", "--stdin-filename", "a.py"], "stands alone"),
        (["--select", "nothing"], "there is no rule 'nothing'"),
        (["--ignore", "nothing"], "there is no rule 'nothing'"),
        (["--explain", "nothing"], "there is no rule 'nothing'"),
        (["--select", "unused-allow", "--ignore", "unused-allow"], "no rule is left"),
        (["--write-baseline"], "needs a file"),
        (["--baseline", "gone.json"], "there is no baseline"),
        (["--baseline", "src/good.py"], "is broken"),
        (["--staged", "--baseline", "b.json"], "for whole files"),
        (["--staged", "--write-baseline"], "for whole files"),
        (["--repo", "/does/not/exist"], "/does/not/exist does not exist"),
        (["--repo", "/dev/null"], "is not a folder"),
    ],
)
@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_what_cannot_run_is_exit_2_and_one_line(lint: Lint, arguments: list[str], said: str, flags: list[str]) -> None:
    separate = ["--"] if "--" in arguments else []
    wanted = [one for one in arguments if one not in separate]

    assert lint(*flags, *separate, *wanted) == 2
    assert lint.out == ""
    assert lint.err.count("\n") == 1
    assert lint.err.startswith("learnagent: ")
    assert said in lint.err


def test_formats_that_exclude_each_other_are_refused(lint: Lint) -> None:
    assert lint("--statistics", "--format", "sarif") == 2
    assert "--statistics has no format sarif" in lint.err
    assert lint("--json", "--format", "sarif") == 2
    assert "--json and --format sarif do not go together" in lint.err
    assert lint("--json", "--format", "json") == 0


def test_without_a_repository_files_can_be_linted_and_changes_cannot(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here, {"plain/bad.py": BAD})
    lint = Lint(here / "plain", capsys)

    assert lint.places() == [("bad.py", 4, "swallowed-error")]
    assert lint("--staged") == 2
    assert "is not in a git repository" in lint.err


def test_a_setting_that_is_wrong_is_exit_2(lint: Lint) -> None:
    write(lint.folder, {"pyproject.toml": f"{SETTINGS}selct = []\n"})

    assert lint() == 2
    assert "pyproject.toml: tool.learnagent.lint.selct: unknown setting" in lint.err


def test_nothing_is_written_where_no_cache_is_wanted(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNAGENT_HOME", str(lint.folder.parent / "home"))

    lint("--no-cache")
    assert not (lint.folder.parent / "home").exists()
    lint()
    assert (lint.folder.parent / "home" / "lint.sqlite").exists()
    assert git(lint.folder, "status", "--porcelain") == ""
