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
from learnagent.models.model_choice import DEFAULT_MODELS, PROVIDERS
from learnagent.models.model_choice import choose as choose_model
from learnagent.sandbox.sandbox import Confinement
from learnagent.sandbox.sandbox import choose as choose_sandbox
from learnagent.settings import Loaded, load
from learnagent_memory.errors import LearnAgentError, UsageError
from learnagent_memory.extras import EXTRAS, install_command, missing_modules
from learnagent_memory.git import Git, open_repository
from learnagent_memory.project import open_project

_BARE_NAMES = (("claude-", "anthropic"), ("gpt-", "openai"))
"""Names that litellm knows without their provider."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the diagnosis."""

    subject: str
    fine: bool
    """False where a run would fail or be less safe."""
    text: str
    stops: bool = False
    """Whether `do` would not start."""


def run(repo: Path, *, json: bool) -> int:
    """Print the diagnosis; returns 0 when `do` would start here, else 1."""
    findings = list(diagnose(repo))
    if json:
        print_json({"findings": [asdict(finding) for finding in findings]})
    else:
        marks = {True: "✓", False: "✗"}
        ConsoleScreen().lines([f"{marks[f.fine]} {f.subject}: {f.text}" for f in findings])
    return 1 if any(finding.stops for finding in findings) else 0


def diagnose(repo: Path) -> Iterator[Finding]:
    """Yield what was found about this machine and this repository."""
    yield Finding("learnagent", True, f"{__version__} on Python {platform.python_version()}, {platform.system()}")
    yield _try("git", lambda: _git(repo))
    yield _try("trust", lambda: _trust(repo))
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
        return Finding(subject, False, str(error), stops=True)


def _git(repo: Path) -> Finding:
    project = open_project(open_repository(repo), os.environ)
    version = Git(project.root).text("version").strip()
    return Finding("git", True, f"{version}, repository {project.root}")


def _trust(repo: Path) -> Finding:
    ignored = ", ".join(item.name for item in _loaded(repo).untrusted)
    text = f"{ignored}: ignored until you read and trust it: learnagent trust" if ignored else "nothing is ignored"
    return Finding("trust", not ignored, text)


def _model(repo: Path) -> Finding:
    loaded = _loaded(repo)
    choice = choose_model(loaded.settings.model, loaded.settings.api_base, loaded.environ)
    if choice.api_base is None:
        _refuse_unreachable(choice.name, loaded)
    return Finding("model", True, f"{choice.name} ({choice.source})")


def _refuse_unreachable(name: str, loaded: Loaded) -> None:
    """Raise UsageError for a model of no known provider, or whose provider's key is missing."""
    provider = name.partition("/")[0] if "/" in name else _provider_of_bare(name)
    if provider not in PROVIDERS:
        raise UsageError(f"{name} names no provider", hint="use provider/model, or give --api-base")
    keys = [variable for variable, model in DEFAULT_MODELS if model.startswith(f"{provider}/")]
    given = loaded.settings.api_key or any(loaded.environ.get(key, "").strip() for key in keys)
    if keys and not given:
        raise UsageError(f"{name} needs a key", hint=f"set {' or '.join(keys)}")


def _provider_of_bare(name: str) -> str:
    return next((provider for start, provider in _BARE_NAMES if name.startswith(start)), "")


def _check(repo: Path) -> Finding:
    loaded = _loaded(repo)
    if loaded.settings.check is not None:
        return Finding("check", True, f"{loaded.settings.check or 'none'} (set in {loaded.origins['check']})")
    found = discover(open_repository(repo).root)
    text = f"{found.command} (found in {found.source})" if found else "none found; set one with --check"
    return Finding("check", found is not None, text)


def _sandbox(repo: Path) -> Finding:
    repository = open_repository(repo)
    settings = load(repository.root, os.environ, {}).settings
    sandbox = choose_sandbox(
        settings.sandbox,
        Confinement(
            root=repository.root,
            git_dirs=(repository.git_dir, repository.common_dir),
            network=settings.network,
            allow_secret_files=settings.allow_secret_files,
        ),
    )
    opened = [name for name in ("network", "allow_secret_files") if getattr(settings, name)]
    text = f"{sandbox.name} ({', '.join(opened)} on)" if opened else sandbox.name
    return Finding("sandbox", not sandbox.reason, sandbox.reason or text)


def _loaded(repo: Path) -> Loaded:
    return load(open_repository(repo).root, os.environ, {})
