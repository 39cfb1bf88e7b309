"""Builds real git repositories, and looks at all of them byte for byte."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

HOOKS = (
    *(
        "applypatch-msg",
        "pre-applypatch",
        "post-applypatch",
        "pre-commit",
        "pre-merge-commit",
        "prepare-commit-msg",
    ),
    *(
        "commit-msg",
        "post-commit",
        "pre-rebase",
        "post-checkout",
        "post-merge",
        "pre-push",
        "pre-receive",
        "update",
    ),
    *(
        "proc-receive",
        "post-receive",
        "post-update",
        "reference-transaction",
        "push-to-checkout",
        "pre-auto-gc",
    ),
    *("post-rewrite", "sendemail-validate", "fsmonitor-watchman", "post-index-change"),
)


def git(folder: Path, *args: str, stdin: bytes = b"", check: bool = True) -> str:
    """Run plain git, as the user would, and return its output; a look does not refresh the index."""
    done = subprocess.run(
        ["git", "--no-optional-locks", *args], cwd=folder, input=stdin, capture_output=True, check=False
    )
    if check and done.returncode:
        raise AssertionError(f"git {' '.join(args)}: {os.fsdecode(done.stderr)}")
    return os.fsdecode(done.stdout)


def make_repository(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """Create a repository with these files committed; without files there is no commit."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet")
    if files:
        write(folder, files)
        commit_all(folder, "Begin")
    return folder.resolve()


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files, their folders made."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def commit_all(folder: Path, subject: str) -> str:
    """Commit everything and return the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", subject)
    return git(folder, "rev-parse", "HEAD").strip()


def contents(root: Path) -> dict[str, tuple[str, int, bytes]]:
    """Return kind, permission bits and bytes of every file and link, those in `.git` left out."""
    found: dict[str, tuple[str, int, bytes]] = {}
    for parent, folders, files, descriptor in os.fwalk(root):
        folders[:] = [name for name in folders if name != ".git"]
        for name in (*files, *folders):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                target = os.readlink(os.fsencode(name), dir_fd=descriptor)
                found[str(path.relative_to(root))] = ("link", 0, target)
            elif stat.S_ISREG(mode):
                found[str(path.relative_to(root))] = ("file", mode & 0o777, path.read_bytes())
    return found


def users_own(git_dir: Path) -> dict[str, bytes]:
    """Return the bytes of HEAD, index, stash, branches and configuration."""
    names = ["HEAD", "index", "config", "packed-refs", "logs/HEAD", "logs/refs/stash", "refs/stash"]
    heads = [str(path.relative_to(git_dir)) for path in (git_dir / "refs" / "heads").rglob("*") if path.is_file()]
    return {name: (git_dir / name).read_bytes() for name in (*names, *heads) if (git_dir / name).is_file()}


class Trap:
    """Programs that leave a marker when they are run."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder

    def program(self, name: str, then: str = "exit 0") -> str:
        """Write a program and return its path."""
        path = self._folder / f"{name}.sh"
        path.write_text(f'#!/bin/sh\ntouch "{self._folder}/{name}.ran"\n{then}\n')
        path.chmod(0o755)
        return str(path)

    def sprung(self) -> list[str]:
        """Return the names of the programs that ran, and forget them."""
        markers = sorted(self._folder.glob("*.ran"))
        for marker in markers:
            marker.unlink()
        return [marker.stem for marker in markers]


def make_hostile(root: Path, trap: Trap) -> None:
    """Make a repository run a program wherever its configuration, attributes and hooks can name one."""
    settings = {
        "core.fsmonitor": trap.program("fsmonitor"),
        "core.pager": trap.program("pager", "cat"),
        "core.editor": trap.program("editor"),
        "core.sshCommand": trap.program("ssh"),
        "core.askPass": trap.program("askpass"),
        "core.alternateRefsCommand": trap.program("alternates"),
        "core.repositoryFormatVersion": "1",
        "credential.helper": trap.program("credential"),
        "diff.external": trap.program("external"),
        "diff.trap.command": trap.program("driver"),
        "diff.trap.textconv": trap.program("textconv", 'cat "$1"'),
        "diff.view.textconv": trap.program("view", 'cat "$1"'),
        "filter.trap.clean": trap.program("clean", "cat"),
        "filter.trap.smudge": trap.program("smudge", "cat"),
        "filter.trap.required": "true",
        "filter.a=b.process": trap.program("process", "exit 1"),
        "filter.a=b.required": "true",
        "hook.trap.command": trap.program("configured-hook"),
        "hook.trap.event": "reference-transaction",
        "commit.gpgSign": "true",
        "gpg.program": trap.program("gpg", "exit 1"),
        "log.showSignature": "true",
        "alias.ls-files": "!" + trap.program("alias"),
        "alias.st": "!" + trap.program("alias"),
        "extensions.partialClone": "origin",
        "protocol.ext.allow": "always",
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": trap.program("uploadpack", "exit 1"),
        "remote.origin.url": f"ext::{trap.program('ext', 'exit 1')}",
        "pager.diff": trap.program("pager", "cat"),
    }
    for key, value in settings.items():
        git(root, "config", key, value)
    attributes = "*.txt filter=trap diff=trap\n*.md diff=view\n*.bin filter=a=b\n"
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "attributes").write_text(attributes)
    (root / ".gitattributes").write_text(attributes)
    for hook in HOOKS:
        (root / ".git" / "hooks").mkdir(exist_ok=True)
        (root / ".git" / "hooks" / hook).symlink_to(trap.program(f"hook-{hook}"))
