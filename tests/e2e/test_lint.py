"""`learnagent lint` as a user, an editor, a commit hook and a hostile repository meet it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.console import SCRIPT, assert_one_line_on_stderr, learnagent, started, wait_until
from gitrepo import Trap, commit_all, git, make_hostile, make_repository, write

GOOD = "def load(path):\n    return path.read_text()\n"
BAD = """\
def load(path):
    try:
        return path.read_text()
    except Exception:
        return None
"""
ACTION = Path(__file__).parents[2] / ".github" / "actions" / "lint"
SLOW = "x = \\\n" * 100_000
"""Takes tree-sitter's grammar of Python longer than it is given."""
HEAVY = ("chromadb", "litellm", "numpy", "prompt_toolkit", "pydantic", "rich", "tokenizers", "torch", "transformers")
IMPORTS = """\
import json, sys
from learnagent.cli.main import run
code = run(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]), file=sys.stderr)
"""


@pytest.fixture
def root(here: Path) -> Path:
    return make_repository(here / "r", {"src/good.py": GOOD})


@pytest.mark.parametrize(
    "arguments",
    [["."], ["--staged"], ["--diff", "HEAD", "--json"], ["--format", "sarif"], ["--explain", "swallowed-error"]],
)
def test_nothing_heavy_is_imported(root: Path, arguments: list[str]) -> None:
    write(root, {"src/bad.py": BAD})
    git(root, "add", "--all")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, "lint", *arguments], cwd=root, env=environ, capture_output=True, check=True
    )

    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == (0 if "--explain" in arguments else 1)
    assert sorted(set(HEAVY) & set(modules)) == []


def test_a_commit_hook_stops_a_shortcut_and_lets_the_rest_through(root: Path) -> None:
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {SCRIPT} lint --staged\n")
    hook.chmod(0o755)
    write(root, {"src/good.py": BAD})

    def commit(*flags: str) -> int:
        return subprocess.run(
            ["git", "commit", "-qm", "x", *flags], cwd=root, capture_output=True, check=False
        ).returncode

    assert commit("-a") == 1  # git hands the hook an index of its own
    git(root, "add", "--all")
    assert commit() == 1
    write(root, {"src/good.py": f"# read\n{GOOD}"})
    assert commit("-a") == 0


def test_a_pipeline_gets_findings_and_nothing_else_on_stdout(root: Path) -> None:
    write(root, {"src/bad.py": BAD})

    ran = learnagent(root, "lint", "--json")

    assert ran.code == 1
    assert [one["path"] for one in json.loads(ran.out)] == ["src/bad.py"]
    assert ran.err == "2 files read, 1 finding (1 error, 0 warnings)\n"


def test_a_diff_on_stdin_is_linted(root: Path) -> None:
    write(root, {"src/good.py": BAD})
    patch = git(root, "diff").encode()

    assert learnagent(root, "lint", "--patch", "-", stdin=patch).code == 1
    git(root, "checkout", "-q", ".")
    assert learnagent(root, "lint", "--patch", "-", stdin=patch).code == 1
    assert learnagent(root, "lint", "--patch", "-", stdin=b"").code == 0
    assert_one_line_on_stderr(learnagent(root, "lint", "--patch", "-", stdin=b"\x00nonsense"), "that is no patch")


def test_an_editor_sends_its_buffer(root: Path) -> None:
    ran = learnagent(root, "lint", "-", "--stdin-filename", "src/good.py", "--json", stdin=BAD.encode())

    assert (ran.code, json.loads(ran.out)[0]["path"]) == (1, "src/good.py")
    assert learnagent(root, "lint", "-", "--stdin-filename", "src/good.py", stdin=GOOD.encode()).code == 0


def test_names_in_odd_bytes_and_with_line_ends_are_told_escaped(root: Path) -> None:
    name = b"caf\xe9\n\x1b[31m.py"
    try:
        (root / os.fsdecode(name)).write_text(BAD)
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")

    for arguments in ((), (name,), ("--diff", "HEAD")):
        ran = learnagent(root, "lint", *arguments)
        assert ran.code == 1
        assert ran.out.startswith("caf\\xe9\\n\\x1b[31m.py:4:5: error swallowed-error")


def test_links_lead_nowhere(root: Path, here: Path) -> None:
    write(here, {"outside/bad.py": BAD})
    (root / "file.py").symlink_to(here / "outside" / "bad.py")
    (root / "folder").symlink_to(here / "outside")
    git(root, "add", "--all")

    assert learnagent(root, "lint").code == 0
    assert learnagent(root, "lint", "--staged").code == 0
    assert learnagent(root, "lint", "--diff", "HEAD~0").code == 0


def test_files_that_could_crash_a_parser_are_told_of_and_the_rest_is_linted(root: Path) -> None:
    write(root, {"tower.js": "{a:\n" * 150_000, "empty.py": "", "chain.py": SLOW, "src/bad.py": BAD})

    ran = learnagent(root, "lint", "--json")

    assert ran.code == 1
    assert [one["path"] for one in json.loads(ran.out)] == ["src/bad.py"]
    assert "unreadable" in ran.err
    git(root, "add", "--all")
    assert learnagent(root, "lint", "--staged").code == 1


def test_a_hostile_repository_runs_nothing(root: Path, here: Path) -> None:
    trap = Trap(here / "trap")
    make_hostile(root, trap)
    write(root, {"src/bad.py": BAD, "b.txt": "b\n", "c.md": "c\n", "d.bin": "d\n", "json.py": "raise SystemExit(9)\n"})
    write(root, {"sitecustomize.py": f"open({str(here / 'ran')!r}, 'w')\n"})
    patch = git(root, "diff", "--no-ext-diff", "--no-textconv").encode()
    trap.sprung()

    assert learnagent(root, "lint").code == 1
    assert learnagent(root, "lint", "--diff", "HEAD").code == 1
    assert learnagent(root, "lint", "--staged").code == 0
    assert learnagent(root, "lint", "--patch", "-", stdin=patch).code in (0, 1)
    assert trap.sprung() == []
    assert not (here / "ran").exists()


@pytest.mark.parametrize("settings", ["[tool.learnagent.lint]\nselct = []\n", "[tool.learnagent.lint\n"])
def test_settings_that_are_wrong_are_told(root: Path, settings: str) -> None:
    write(root, {"pyproject.toml": settings})

    ran = learnagent(root, "lint")

    assert ran.code == 2
    assert_one_line_on_stderr(ran, "pyproject.toml")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gone.py"], "cannot be found"),
        (["--diff", "nonsense"], "names no commit here"),
        (["--select", "nothing"], "there is no rule"),
        (["--baseline", "gone"], "there is no baseline"),
        (["--format", "xml"], "--format"),
        (["--frob", "--json"], "--frob"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(root: Path, arguments: list[str], said: str) -> None:
    ran = learnagent(root, "lint", *arguments)

    assert ran.code == 2
    assert_one_line_on_stderr(ran, said)


def test_a_damaged_repository_is_one_line_and_exit_2(root: Path) -> None:
    (root / ".git" / "HEAD").write_text("nonsense")

    for arguments in ([], ["--staged"], ["--diff", "HEAD"]):
        ran = learnagent(root, "lint", *arguments)
        assert ran.code == 2
        assert_one_line_on_stderr(ran)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_cannot_be_written_is_not_mistaken_for_findings(root: Path) -> None:
    write(root, {"src/bad.py": BAD})

    with Path("/dev/full").open("w") as full:
        done = subprocess.run([SCRIPT, "lint"], cwd=root, stdout=full, stderr=subprocess.PIPE, check=False)

    assert done.returncode == 2


@pytest.mark.parametrize(("base", "found"), [("", 2), ("HEAD~1", 1), ("HEAD", 0)])
def test_the_github_action_annotates_and_writes_sarif(root: Path, here: Path, base: str, found: int) -> None:
    write(root, {"src/old.py": BAD})
    commit_all(root, "Old")
    write(root, {"src/new.py": BAD})
    commit_all(root, "New")

    ran = action(root, BASE=base, SARIF=str(here / "lint.sarif"))

    assert ran.returncode == (1 if found else 0)
    assert ran.stdout.count(b"::error file=src/") == found
    assert len(json.loads((here / "lint.sarif").read_text())["runs"][0]["results"]) == found


def test_the_github_action_fails_where_the_linter_could_not_run(root: Path, here: Path) -> None:
    assert action(root, BASE="nonsense", SARIF=str(here / "lint.sarif")).returncode == 2


def action(root: Path, **inputs: str) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "PATHS": "src\nsrc", "LEVEL": "warn", "LEARNAGENT": str(SCRIPT), **inputs}
    return subprocess.run(["bash", ACTION / "run.sh"], cwd=root, env=environ, capture_output=True, check=False)


def test_the_github_action_lets_no_input_into_a_shell_line() -> None:
    text = (ACTION / "action.yml").read_text()

    scripts = re.findall(r"run: (?:\|\n((?: {8}.*\n)+)|(.*))", text)
    assert len(scripts) == 2
    assert not any("${{" in script for pair in scripts for script in pair)


def test_the_hooks_call_what_there_is() -> None:
    text = (ACTION.parents[2] / ".pre-commit-hooks.yaml").read_text()

    entries = re.findall(r"entry: learnagent (.*)", text)
    assert [entry.split()[0] for entry in entries] == ["lint", "lint"]
    assert set(re.findall(r"^- id: (.*)", text, re.MULTILINE)) == {"learnagent-lint", "learnagent-lint-files"}


def children(process: int) -> list[str]:
    """Return the ids of the processes that one has started."""
    listing = subprocess.run(["ps", "-A", "-o", "ppid=,pid="], capture_output=True, text=True, check=True).stdout
    return [own for parent, own in map(str.split, listing.splitlines()) if parent == str(process)]


def is_running(process: str) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", process], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


def test_ctrl_c_ends_it_and_its_children(root: Path, here: Path) -> None:
    write(root, {f"slow{number}.py": SLOW for number in range(40)})

    with started(root, "lint", "--no-cache", outputs=here / "outputs") as running:
        wait_until(lambda: children(running.process.pid), "a child")
        started_here = children(running.process.pid)
        ran = running.interrupt()

    assert ran.code == 130
    assert ran.err == "learnagent: interrupted\n"
    assert not any(is_running(process) for process in started_here)


def test_sigterm_ends_it_in_order_too(root: Path, here: Path) -> None:
    write(root, {f"slow{number}.py": SLOW for number in range(40)})

    with started(root, "lint", "--no-cache", outputs=here / "outputs") as running:
        wait_until(lambda: children(running.process.pid), "a child")
        running.process.send_signal(signal.SIGTERM)
        assert running.end().code == 130
