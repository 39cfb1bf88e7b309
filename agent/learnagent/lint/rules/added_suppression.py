"""`added-suppression`: a change silences a check instead of satisfying it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from learnagent.lint.change import Change, ChangeHit, FileChange, lines_of
from learnagent.lint.comparison.asked import asks
from learnagent.lint.finding import Hit, Level
from learnagent.lint.rule import LANGUAGES, ChangeRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.suppression.conventions import is_conventional
from learnagent.lint.suppression.reasons import without_directives
from learnagent.lint.suppression.suppressions import Suppression, suppressions
from learnagent.lint.syntax.comment_rows import rows
from learnagent.lint.syntax.generated import is_generated

REASON_WORDS = 4
"""So many words argue; fewer (`best effort`) are said quickly."""
_SILENCES = re.compile(
    r"\b(?:add\w*|put|insert\w*|ignor\w*|suppress\w*|disabl\w*|silenc\w*|allow\w*|skip\w*|exclud\w*|mark\w*|set|"
    r"use|quiet\w*|"
    r"annotat\w*|mut(?:e|ed|ing)|turn\w*\s+off|opt\w*\s+out)\b",
    re.IGNORECASE,
)
CUSTOM = 2
"""So many of a kind in a file before: another one is how this project does it."""
_TASTE = re.compile(
    r"^(?:E[1235]\d\d|W[1-6]\d\d|N8\d\d|I00\d|D\d{3}|UP\d+|SIM\d+|COM\d+|Q00\d|PLR09\d\d|FBT\d+|ERA\d+|PLW060\d|"
    r"ktlint\S*|\w*(?:Name|Naming|"
    r"FileName)|\w*[Dd]eprecat\w*|DEPRECATION|OVERRIDE_DEPRECATION|removal|UnstableApiUsage|serial|preview|"
    r"line-too-long|"
    r"invalid-name|max-len|camelcase|too-many-\w+|too-few-\w+|missing-\w*docstring|unusedParameters?|FunctionName|"
    r"clippy::too_many_\w+|"
    r"clippy::type_complexity|non_snake_case|non_camel_case_types|non_upper_case_globals|no-console|"
    r"no-param-reassign|Style/\S+|"
    r"Layout/\S+|Naming/\S+|Metrics/\S+|lll|mnd|gocyclo|gocognit|cyclop|funlen|dupl|stylecheck|PropertyName|"
    r"LocalVariableName|"
    r"ClassName|MagicNumber|LongMethod|LongParameterList|TooManyFunctions|ComplexMethod|IDE\d+|SA1\d+|CA17\d\d|"
    r"CS1591|CS0618)$"
)
"""Codes about layout, names, sizes, and what will go some day."""
_SETS_UP = re.compile(
    r"(?:^|/)(?:pyproject\.toml|setup\.cfg|tox\.ini|mypy\.ini|\.flake8|\.?ruff\.toml|\.pre-commit-config\.yaml|"
    r"pyrightconfig\.json|"
    r"package\.json|tsconfig[\w.]*\.json|\.?eslint\S*|biome\.json|Cargo\.toml|\.?clippy\.toml|go\.mod|"
    r"\.golangci\.\w+|pom\.xml|"
    r"[\w.-]+\.gradle(?:\.kts)?|libs\.versions\.toml|composer\.json|phpstan[\w.]*|\.rubocop\S*|Gemfile|[\w.-]+\.csproj|"
    r"[\w.-]*requirements[\w.-]*)$|(?:^|/)requirements/"
)
"""Files that set up checkers, or pin their versions."""
_WORD = re.compile(r"[^\W\d_]{2,}")


def check(change: Change) -> Iterator[ChangeHit]:
    """Name suppressions that a change adds: `noqa`, `type: ignore`, `eslint-disable`, `#[allow]`, `nolint`, `no cover`.

    Why it hurts: the check saw something, and from now on it will not see that or anything else there.

    Bad:
        -    return found
        +    return found  # type: ignore[return-value]

    Good:
        +    if found is None:
        +        raise ValueError("no items")
             return found

    It is fine when the suppression moved with its code, when it names fewer checks than before, when everybody
    knows why it stands there (an import without types, a platform that coverage does not see), when it names one
    check and argues why that check is wrong, and when the task asks for it.
    """
    known = _Known(change)
    for one in change.files:
        if one.new is None or is_generated(one.new):
            continue
        for found in suppressions(one.new):
            if not known.takes(one, found) and not _is_fine(change, one.new, found):
                message = f"`{found.kind}` is added to silence {_what(found)}"
                level: Level | None = "warn" if _is_light(change, one, one.new, found) else None
                yield ChangeHit(one, Hit(found.start, found.end, message, level))


def _is_fine(change: Change, file: SourceFile, found: Suppression) -> bool:
    if is_conventional(file, found) or asks(change.task, _SILENCES, (*_names(found.kind), *found.codes)):
        return True
    return bool(found.codes) and not found.is_blanket and len(_WORD.findall(found.reason)) >= REASON_WORDS


def _is_light(change: Change, one: FileChange, file: SourceFile, found: Suppression) -> bool:
    """Return whether little is lost, or it is how this project does it.

    That is a matter of taste or names, a test, a file with several of the kind, and code that stood there before
    and that a checker complains of that came, or was set up anew, with the change.
    """
    if found.codes and all(map(_TASTE.search, found.codes)):
        return True
    if (file.is_test and not found.is_blanket) or _same_kind(one.old, found) >= CUSTOM:
        return True
    return _stood_there(one, file, found) and any(map(_SETS_UP.search, (other.path for other in change.files)))


def _same_kind(file: SourceFile | None, found: Suppression) -> int:
    return 0 if file is None else sum(other.kind == found.kind for other in suppressions(file))


def _stood_there(one: FileChange, file: SourceFile, found: Suppression) -> bool:
    code = _code(file, found)
    return bool(code) and any(code == re.sub(r"\s+", "", line) for line in one.removed_text() or lines_of(one.before))


def _names(kind: str) -> tuple[str, ...]:
    """Return what a task may call a kind of suppression."""
    bare = kind.strip("#[]@ ")
    return (kind, bare, bare.replace(": ", "-"), bare.replace(": ", " "), bare.replace(":", ""))


def _what(found: Suppression) -> str:
    return ", ".join(found.codes[:3]) or ("all checks" if found.is_blanket else "a check")


@dataclass(frozen=True, slots=True)
class _Old:
    """A suppression before the change."""

    file: FileChange
    found: Suppression
    code: str
    """The code it speaks for, white space and comments left out."""


class _Known:
    """The suppressions before a change, each of which stands for one after it."""

    def __init__(self, change: Change) -> None:
        self._free = [
            _Old(one, found, _code(one.old, found))
            for one in change.files
            if one.old
            for found in suppressions(one.old)
        ]
        self._kept = set[tuple[int, int]]()
        for one in change.files:
            self._keep(one)

    def _keep(self, one: FileChange) -> None:
        """Pair what did not change, then what has the same code, then what is as narrow in the same file."""
        if one.new is None:
            return
        fresh = []
        for found in suppressions(one.new):
            if one.added.isdisjoint(range(rows(found.node)[0] + 1, rows(found.node)[1] + 2)):
                self._kept.add((id(one), found.start))
                self._take(
                    old
                    for old in self._free
                    if old.file is one and old.found.kind == found.kind and old.found.codes == found.codes
                )
            else:
                fresh.append(found)
        for is_like in (self._has_same_code, self._is_as_wide):
            for found in list(fresh):
                if self._take(old for old in self._free if is_like(one, found, old)):
                    self._kept.add((id(one), found.start))
                    fresh.remove(found)

    def _take(self, candidates: Iterable[_Old]) -> bool:
        old = next(iter(candidates), None)
        if old is not None:
            self._free.remove(old)
        return old is not None

    def _has_same_code(self, one: FileChange, found: Suppression, old: _Old) -> bool:
        """Return whether the same code was silenced before, by whatever checker's comment."""
        return (
            bool(old.code)
            and old.code == _code(one.new, found)
            and (old.found.kind != found.kind or _is_within(found, old.found))
        )

    def _is_as_wide(self, one: FileChange, found: Suppression, old: _Old) -> bool:
        return old.file is one and old.found.kind == found.kind and _is_within(found, old.found)

    def takes(self, one: FileChange, found: Suppression) -> bool:
        """Return whether a suppression stood there before, in other words or at another place."""
        return (id(one), found.start) in self._kept


def _is_within(found: Suppression, old: Suppression) -> bool:
    """Return whether a suppression silences no more than another did."""
    return not old.codes or (bool(found.codes) and set(found.codes) <= set(old.codes))


def _code(file: SourceFile | None, found: Suppression) -> str:
    """Return the code that a suppression speaks for: of its line, or of the line below where it stands alone."""
    if file is None:
        return ""
    first, last = rows(found.node)
    here = file.line_text(first + 1)[: found.node.start_point[1]]
    line = here if here.strip() else file.line_text(last + 2)
    return re.sub(r"\s+", "", without_directives(file.language, line))


ADDED_SUPPRESSION = ChangeRule(
    name="added-suppression",
    level="error",
    languages=LANGUAGES,
    why="The check saw something, and from now on it will not see that or anything else there.",
    ways=(
        "mend what the check complains of",
        "name the one check that is wrong here, and argue why it is",
    ),
    check=check,
)
