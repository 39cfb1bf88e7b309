"""What `learnagent doctor` finds out, one line each."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from learnagent import __version__
from learnagent.discovery import discover
from learnagent.display import ConsoleScreen, print_json
from learnagent.models.model_choice import choose as choose_model
from learnagent.sandbox.sandbox import Confinement
from learnagent.sandbox.sandbox import choose as choose_sandbox
from learnagent.settings import load
from learnagent_memory.errors import LearnAgentError
from learnagent_memory.extras import EXTRAS, install_command, missing_modules
from learnagent_memory.git import Git, open_repository


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the diagnosis."""

    subject: str
    fine: bool
    """False where a run would fail or be less safe."""
    text: str


def run(repo: Path, *, json: bool) -> int:
    """Print the diagnosis; returns 0 when `do` would start here, else 1."""
    findings = list(diagnose(repo))
    if json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        marks = {True: "✓", False: "✗"}
        ConsoleScreen().lines([f"{marks[f.fine]} {f.subject}: {f.text}" for f in findings])
    return 0 if all(finding.fine for finding in findings if finding.subject in {"git", "model"}) else 1


def diagnose(repo: Path) -> Iterator[Finding]:
    """Yield what was found about this machine and this repository."""
    yield Finding("learnagent", True, f"{__version__} on Python {platform.python_version()}, {platform.system()}")
    yield _try("git", lambda: _git(repo))
    yield _try("model", lambda: _model(repo))
    yield _try("check", lambda: _check(repo))
    yield _try("sandbox", lambda: _sandbox(repo))
    for extra in EXTRAS:
        missing = missing_modules(extra)
        yield Finding(f"extra {extra}", True, f"not installed ({install_command(extra)})" if missing else "installed")


def _try(subject: str, find: Callable[[], Finding]) -> Finding:
    try:
        return find()
    except LearnAgentError as error:
        return Finding(subject, False, str(error))


def _git(repo: Path) -> Finding:
    repository = open_repository(repo)
    version = Git(repository.root).text("version").strip()
    return Finding("git", True, f"{version}, repository {repository.root}")


def _model(repo: Path) -> Finding:
    loaded = load(open_repository(repo).root, os.environ, {})
    choice = choose_model(loaded.settings.model, loaded.settings.api_base, loaded.environ)
    return Finding("model", True, f"{choice.name} ({choice.source})")


def _check(repo: Path) -> Finding:
    root = open_repository(repo).root
    loaded = load(root, os.environ, {})
    if loaded.settings.check is not None:
        return Finding("check", True, f"{loaded.settings.check or 'none'} (set in {loaded.origins['check']})")
    found = discover(root)
    text = f"{found.command} (found in {found.source})" if found else "none found; set one with --check"
    return Finding("check", found is not None, text)


def _sandbox(repo: Path) -> Finding:
    repository = open_repository(repo)
    sandbox = choose_sandbox(
        "auto",
        Confinement(
            root=repository.root,
            git_dirs=(repository.git_dir, repository.common_dir),
            network=False,
            allow_secret_files=False,
        ),
    )
    return Finding("sandbox", not sandbox.reason, sandbox.reason or sandbox.name)
