"""Real projects, as their authors ship them: worked on, proved by their own tests, and taken back byte for byte."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2e.conftest import Serve
from e2e.console import do, learnagent, tree
from gitrepo import git, users_own
from learnagent.testing import Call, ToolUse, call


@dataclass(frozen=True, slots=True)
class Project:
    """A source distribution and a change that its own tests can judge."""

    name: str
    version: str
    file: str
    old: str
    new: str
    breaks: tuple[str, str]
    """A text and its replacement that make the tests red."""
    tests: str
    """Path of the tests that prove the change."""


PROJECTS = (
    Project(
        "toolz",
        "1.0.0",
        file="toolz/itertoolz.py",
        old="def drop(n, seq):",
        new="# The rest of what take() takes.\ndef drop(n, seq):",
        breaks=("return itertools.islice(seq, n, None)", "return itertools.islice(seq, n + 1, None)"),
        tests="toolz/tests/test_itertoolz.py",
    ),
    Project(
        "boltons",
        "25.0.0",
        file="boltons/strutils.py",
        old="def parse_int_list(",
        new="# What format_int_list() writes.\ndef parse_int_list(",
        breaks=("max(range_limits)+1))", "max(range_limits)))"),
        tests="tests/test_strutils.py",
    ),
)


@pytest.mark.network
@pytest.mark.timeout(300)
@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_a_real_project_is_changed_proved_and_taken_back(here: Path, serve: Serve, project: Project) -> None:
    root = unpack(download(project, here / "downloads"), here / "r")
    check = f"{sys.executable} -m pytest -q --noconftest {project.tests}"
    own, digest = users_own(root / ".git"), fingerprint(root)
    server = serve(
        [
            Call((ToolUse("outline", {"path": "."}), ToolUse("outline", {"path": project.file}))),
            Call(
                (
                    ToolUse("search", {"pattern": project.old.strip().split("(")[0]}),
                    ToolUse("read", {"path": project.file}),
                )
            ),
            call("edit", path=project.file, old=project.breaks[0], new=project.breaks[1]),
            call("finish", summary="Too early"),
            call("edit", path=project.file, old=project.breaks[1], new=project.breaks[0]),
            Call(
                (
                    ToolUse("edit", {"path": project.file, "old": project.old, "new": project.new}),
                    ToolUse("bash", {"command": check}),
                )
            ),
            call("finish", summary=f"Describe {project.old.split('(')[0]}"),
        ]
    )

    ran = do(root, server, "--check", check, task=f"Describe the function in {project.file}")

    assert ran.code == 0, ran
    assert server.turns_left == 0
    assert "check passes before the run" in ran.err
    assert "check fails now" in ran.err
    assert "check passes now" in ran.err
    mapped = server.requests[1].messages[-2:]
    assert Path(project.file).name in mapped[0].content
    assert project.old.split("(")[0].removeprefix("def ").strip() in mapped[1].content
    assert f"files changed: {project.file}\n" in ran.out
    assert git(root, "status", "--porcelain").split() == ["M", project.file]
    diff = learnagent(root, "episodes", "diff").out
    assert f"+{project.new.splitlines()[0]}\n" in diff
    assert project.breaks[1] not in diff
    assert re.findall("^diff --git a/(.*) b/", diff, re.MULTILINE) == [project.file], (
        "what the check left is not the change"
    )

    assert learnagent(root, "episodes", "undo").code == 0
    assert fingerprint(root) == digest
    assert git(root, "status", "--porcelain") == "", "what the tests left in ignored folders does not show up"
    assert users_own(root / ".git") == own


def download(project: Project, folder: Path) -> Path:
    """Fetch the source distribution by pip, or skip."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--dest",
        str(folder),
    ]
    done = subprocess.run([*command, f"{project.name}=={project.version}"], capture_output=True, text=True, check=False)
    found = list(folder.glob(f"{project.name}-*.tar.gz"))
    if done.returncode or not found:
        pytest.skip(f"pip cannot fetch {project.name}: {done.stderr.strip().splitlines()[-1:]}")
    return found[0]


def unpack(archive: Path, folder: Path) -> Path:
    """Make a repository of what an archive holds."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    git(top, "init", "--quiet")
    git(top, "add", "--all", "--force")
    git(top, "commit", "--quiet", "-m", "Import")
    return top.resolve()


def fingerprint(root: Path) -> str:
    """Return one hash of names, bits and bytes of the whole tree, what running Python leaves behind apart."""
    left_behind = {"__pycache__", ".pytest_cache"}
    kept = [entry for entry in tree(root).items() if not left_behind & set(Path(entry[0]).parts)]
    return hashlib.sha256(repr(sorted(kept)).encode()).hexdigest()
