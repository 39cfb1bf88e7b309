"""Which files hold commands, and how they are found there: one table."""

from __future__ import annotations

import re
from collections.abc import Callable

from learnagent.lint.gates import hooks, pipelines, recipes
from learnagent.lint.gates.commands import Check
from learnagent.lint.gates.formats import read_ini, read_json, read_toml, read_yaml
from learnagent.lint.gates.values import at, table

_SCRIPT_PLACE = re.compile(
    r"(?:^|/)(?:\.husky|\.ci|ci|scripts?|tools?|build|\.circleci|hack|bin)/|(?:^|/)[\w-]*(?:test|check|lint|"
    r"ci)[\w-]*(?:\.sh)?$"
)
_TEST_FOLDER = re.compile(r"(?:^|/)(?:tests?|spec|testdata|fixtures)/")


def checks_of(path: str, content: bytes | None) -> list[Check]:
    """Return the commands of a file that check something, in their order; none for a file without commands."""
    if content is None:
        return []
    read = next((read for pattern, read in _FILES if pattern.search(path)), None)
    if read is None and _SCRIPT_PLACE.search(path) and _is_shell(path, content) and not _TEST_FOLDER.search(path):
        read = recipes.shell
    return [] if read is None else read(content.decode("utf-8", "replace"))


def _is_shell(path: str, content: bytes) -> bool:
    first = content.partition(b"\n")[0]
    return path.endswith((".sh", ".bash")) or (first.startswith(b"#!") and b"sh" in first) or "/.husky/" in f"/{path}"


def _pyproject(text: str) -> list[Check]:
    tools = table(read_toml(text), "tool")
    legacy = at(tools, "tox", "legacy_tox_ini")
    found = recipes.tox(read_ini(legacy) if isinstance(legacy, str) else tools.get("tox"))
    for path in (("hatch", "envs"), ("pdm", "scripts"), ("poe", "tasks"), ("taskipy", "tasks"), ("pixi", "tasks")):
        found += recipes.scripts(at(tools, *path))
    return found


def _package(text: str) -> list[Check]:
    package = read_json(text)
    staged = {f"lint-staged {name}": value for name, value in table(package, "lint-staged").items()}
    return recipes.scripts({**table(package, "scripts"), **table(package, "husky", "hooks"), **staged})


_PIPELINES = (
    r"\.github/workflows/[^/]+\.ya?ml|\.github/actions/.+\.ya?ml|\.gitlab-ci\.ya?ml|\.gitlab/.+\.ya?ml|"
    r"\.circleci/.+\.ya?ml|"
    r"azure-pipelines[\w.-]*\.ya?ml|\.azure-pipelines/.+\.ya?ml|\.travis\.ya?ml|\.?appveyor\.ya?ml|\.drone\.ya?ml|"
    r"\.woodpecker(?:/.+)?\.ya?ml|bitbucket-pipelines\.ya?ml|\.buildkite/.+\.ya?ml|\.cirrus\.ya?ml|[Tt]askfile\.ya?ml|"
    r"cloudbuild\.ya?ml|\.?lefthook\.ya?ml|action\.ya?ml"
)
_FILES: tuple[tuple[re.Pattern[str], Callable[[str], list[Check]]], ...] = tuple(
    (re.compile(rf"(?:^|/)(?:{pattern})$"), read)
    for pattern, read in (
        (_PIPELINES, lambda text: pipelines.checks(read_yaml(text))),
        (r"\.pre-commit-config\.ya?ml", lambda text: hooks.checks(read_yaml(text))),
        (r"(?:GNU)?[Mm]akefile|[\w.-]+\.mk|Makefile\.\w+|\.?[Jj]ustfile|[\w-]+\.just", recipes.make),
        (r"Dockerfile(?:\.[\w-]+)?|[\w-]+\.[Dd]ockerfile|Containerfile", recipes.docker),
        (r"Jenkinsfile(?:\.\w+)?", recipes.jenkins),
        (r"noxfile\.py", recipes.nox),
        (r"tox\.ini|setup\.cfg", lambda text: recipes.tox(read_ini(text))),
        (r"tox\.toml", lambda text: recipes.tox(read_toml(text))),
        (r"pyproject\.toml", _pyproject),
        (r"package\.json", _package),
        (r"composer\.json", lambda text: recipes.scripts(at(read_json(text), "scripts"))),
    )
)
