"""Says where a change makes a gate looser: thresholds, strictness, lists of what is passed over, checks that run.

It brings together what belongs together: the settings of one tool in one folder, the checks of the whole change.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from learnagent.lint.change import Change, FileChange
from learnagent.lint.finding import Level
from learnagent.lint.gates import (
    go_lint,
    hooks,
    other_lint,
    python_lint,
    python_tests,
    python_types,
    ruby_php,
    rust_lints,
    script_lint,
    script_tests,
)
from learnagent.lint.gates.command_files import checks_of
from learnagent.lint.gates.gradle import gradle
from learnagent.lint.gates.loosening import Loosening
from learnagent.lint.gates.lost_checks import Checked, lost_checks
from learnagent.lint.gates.maven import maven
from learnagent.lint.gates.native_builds import cmake, msbuild
from learnagent.lint.gates.settings_files import Tools, tools_in
from learnagent.lint.gates.values import Value, table

_NOT_OURS = re.compile(
    r"(?:^|/)(?:fixtures?|__fixtures__|testdata|test-data|test_data|playground|examples?|templates?|samples?|"
    r"snapshots?|__snapshots__|"
    r"test/cases|tests?/.*/(?:input|output|expected)|node_modules|vendor|third_party)(?:/|$)|(?:^|/)(?:create-|"
    r"template-)",
    re.IGNORECASE,
)
_COMPARE: Mapping[str, Callable[[Value, Value], Iterator[Loosening]]] = {
    "coverage": python_tests.coverage,
    "pytest": python_tests.pytest,
    "tox": python_tests.tox,
    "mypy": python_types.mypy,
    "pyright": python_types.pyright,
    "ruff": python_lint.ruff,
    "flake8": python_lint.flake8,
    "pylint": python_lint.pylint,
    "jest": script_tests.jest,
    "vitest": script_tests.vitest,
    "mocha": script_tests.mocha,
    "nyc": script_tests.nyc,
    "eslint": script_lint.eslint,
    "tsconfig": script_lint.tsconfig,
    "biome": script_lint.biome,
    "cargo": rust_lints.cargo,
    "clippy": rust_lints.clippy,
    "golangci": go_lint.golangci,
    "rubocop": ruby_php.rubocop,
    "phpstan": ruby_php.phpstan,
    "infection": ruby_php.infection,
    "detekt": other_lint.detekt,
    "codecov": other_lint.codecov,
    "pre-commit": hooks.exclusions,
}
_SUCCESSORS: Mapping[str, frozenset[str]] = {
    "mypy": frozenset({"pyright", "ty", "pyrefly"}),
    "pyright": frozenset({"mypy", "ty", "pyrefly"}),
    "flake8": frozenset({"ruff"}),
    "pylint": frozenset({"ruff"}),
    "ruff": frozenset({"flake8"}),
    "eslint": frozenset({"biome", "oxlint"}),
    "golangci": frozenset(),
    "rubocop": frozenset({"standard"}),
    "phpstan": frozenset({"psalm"}),
    "detekt": frozenset(),
    "clippy": frozenset({"cargo"}),
}
"""Tools whose settings are a gate by themselves, and what may take it over."""
_BY_TEXT: tuple[tuple[re.Pattern[str], Callable[[str, str], Iterator[Loosening]]], ...] = (
    (re.compile(r"\.gradle(?:\.kts)?$"), gradle),
    (re.compile(r"(?:^|/)pom\.xml$"), maven),
    (re.compile(r"\.(?:cs|vb|fs)proj$|(?:^|/)Directory\.Build\.(?:props|targets)$"), msbuild),
    (re.compile(r"(?:^|/)CMakeLists\.txt$|\.cmake$"), cmake),
    (re.compile(r"(?:^|/)psalm\.xml(?:\.dist)?$"), ruby_php.psalm),
    (re.compile(r"(?:^|/)phpunit\.xml(?:\.dist)?$"), ruby_php.phpunit),
    (re.compile(r"(?:^|/)(?:(?:spec|test)_helper\.rb|\.simplecov)$"), ruby_php.simplecov),
    (re.compile(r"(?:^|/)\.shellcheckrc$"), other_lint.shellcheck),
    (re.compile(r"(?:checkstyle|pmd|spotbugs|findbugs|ruleset|suppressions)[\w.-]*\.xml$", re.I), other_lint.xml_rules),
    (re.compile(r"(?:^|/)\.(?:editorconfig|globalconfig)$"), other_lint.analyzers),
    (re.compile(r"(?:^|/)\.(?:eslint|stylelint|pylint|oxlint)ignore$"), other_lint.ignored_files),
    (re.compile(r"(?:^|/)src/(?:lib|main)\.rs$"), rust_lints.crate),
)


def loosenings(change: Change) -> Iterator[tuple[FileChange, Loosening]]:
    """Yield what a change makes looser, with the file it stands in."""
    files = [one for one in change.files if not _NOT_OURS.search(one.path)]
    found = [*_of_settings(change, files), *_of_texts(files), *_of_checks(files)]
    yield from ((one, loosening) for one, loosening in found if not _is_elsewhere(change, one, loosening))


def _of_settings(change: Change, files: list[FileChange]) -> Iterator[tuple[FileChange, Loosening]]:
    folders: dict[str, list[FileChange]] = defaultdict(list)
    for one in files:
        folders[str(PurePosixPath(one.path).parent)].append(one)
    for group in folders.values():
        old = [(one, tools_in(one.old_path, one.before)) for one in group]
        new = [(one, tools_in(one.path, one.after)) for one in group]
        for tool in _COMPARE:
            yield from _of_tool(change, tool, old, new)


def _of_tool(
    change: Change, tool: str, old: list[tuple[FileChange, Tools]], new: list[tuple[FileChange, Tools]]
) -> Iterator[tuple[FileChange, Loosening]]:
    """Yield what is looser in the settings of one tool in one folder."""
    before, after = _merged(tool, old), _merged(tool, new)
    if before == after:
        return
    home = next(one for one, tools in [*new, *old] if tool in tools)
    if after is None and tool in _SUCCESSORS and _is_abolished(change, tool, home):
        yield home, Loosening(f"the settings of {tool} are gone", (tool,), (tool,), tool=tool)
    level: Level | None = "warn" if _is_upgraded(change, tool) else None
    for found in _COMPARE[tool](before, after):
        yield home, replace(found, tool=tool, level=level or found.level)


def _merged(tool: str, files: list[tuple[FileChange, Tools]]) -> Value:
    found = [tools[tool] for _, tools in files if tool in tools]
    if len(found) > 1 and all(isinstance(one, Mapping) for one in found):
        return {key: value for one in found for key, value in table(one).items()}
    return found[0] if found else None


def _is_abolished(change: Change, tool: str, home: FileChange) -> bool:
    """Return whether a tool loses its settings while its project stays, and no other tool takes over."""
    if "/" in home.old_path or (home.after is None and home.old_path in {"pyproject.toml", "package.json"}):
        return False
    heirs = re.compile("|".join(rf"\b{name}\b" for name in {*_SUCCESSORS[tool], tool}))
    return not any(heirs.search(line) for one in change.files for line in (one.path, *one.added_text()))


def _is_upgraded(change: Change, tool: str) -> bool:
    """Return whether another version of a tool comes along, whose new checks nobody passed before."""
    version = re.compile(rf"\b{tool}\b[^\n]{{0,40}}\d+\.\d+|{tool}(?:-pre-commit|-action)?@v?\d")
    for one in change.files:
        removed, added = one.removed_text(), one.added_text()
        if any(map(version.search, removed)) and any(map(version.search, added)):
            return True
        is_hook = ".pre-commit" in one.path and f"{tool}-pre-commit".encode() in (one.after or b"")
        if is_hook and any("rev:" in line for line in added):
            return True
    return False


def _of_texts(files: list[FileChange]) -> Iterator[tuple[FileChange, Loosening]]:
    for one in files:
        for pattern, compare in _BY_TEXT:
            if pattern.search(one.path) and one.before is not None and one.after is not None:
                before, after = (content.decode("utf-8", "replace") for content in (one.before, one.after))
                yield from ((one, found) for found in compare(before, after))


def _of_checks(files: list[FileChange]) -> Iterator[tuple[FileChange, Loosening]]:
    read = [Checked(one, checks_of(one.old_path, one.before), checks_of(one.path, one.after)) for one in files]
    return lost_checks([one for one in read if one.before or one.after])


def _is_elsewhere(change: Change, home: FileChange, found: Loosening) -> bool:
    """Return whether another file of the change says now what is gone here."""
    if not found.moved:
        return False
    others = (one for one in change.files if one.path != home.path)
    return any(re.search(found.moved, line) for one in others for line in one.added_text())
