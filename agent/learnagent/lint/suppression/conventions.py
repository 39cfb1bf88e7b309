"""Suppressions that everybody writes and everybody understands: they need no words."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from learnagent.lint.source_file import SourceFile
from learnagent.lint.suppression.suppressions import Suppression
from learnagent.lint.syntax.comment_rows import rows
from learnagent.lint.syntax.patterns import lazy_pattern

_UNTYPED_IMPORTS = frozenset(
    "import-untyped import-not-found import reportMissingImports reportMissingTypeStubs reportMissingModuleSource"
    " unresolved-import missing-import import-error".split()
)
_RE_EXPORTS = frozenset({"F401", "F403", "F405", "unused-import", "wildcard-import"})
_NOT_FOLLOWED = frozenset({"SC1090", "SC1091"})
_UNTESTABLE = lazy_pattern(
    r"\bTYPE_CHECKING\b|__name__|sys\.platform|sys\.version_info|os\.name\b|platform\.\w+\(|\bPY[23]\d*\b|\bWIN(?:DOWS|32)?\b|"
    r"\bis_(?:windows|linux|mac\w*|pypy)\b|__debug__|"
    r"NotImplementedError|AssertionError|assert_never|assert False|@(?:\w+\.)*(?:abstract\w+|overload)\b|"
    r"except \(?(?:ImportError|ModuleNotFoundError)|def __repr__|def __str__|unreachable|"
    r":\s*\.\.\.\s*#|^\s*\.\.\.\s*#|^\s*pass\s*#"
)
_TYPE_TEST = lazy_pattern(
    r"\.(?:test|spec)-d\.tsx?$|(?:^|/)(?:type-?tests?|__type-?tests?__|test-d|test-dts|dtslint)(?:/|$)|type[-_.]?(?:test|spec)"
)
_ABSTRACT = lazy_pattern(r"\s*@(?:\w+\.)*(?:abstract\w+|overload)\b")


def is_conventional(file: SourceFile, one: Suppression) -> bool:
    """Return whether a suppression explains itself by where it stands and what it silences."""
    codes = set(one.codes)
    if codes and codes <= _UNTYPED_IMPORTS | _NOT_FOLLOWED:
        return True
    if codes and codes <= _RE_EXPORTS:
        return PurePosixPath(file.path).name == "__init__.py" or _is_import_probe(file, one)
    if one.kind == "@ts-expect-error":
        return _TYPE_TEST.search(file.path) is not None
    if one.kind == "pragma: no cover":
        return _is_untestable(file, one)
    return file.is_test and file.language == "python" and _is_expected_to_fail(file, one)


def _is_import_probe(file: SourceFile, one: Suppression) -> bool:
    """Return whether an import is only tried: whoever catches the ImportError does not use the name."""
    around = file.enclosing(one.node, "try_statement")
    return (
        around is not None
        and re.search(r"except \(?[\w., ]*(?:Import|ModuleNotFound)Error", file.text(around)) is not None
    )


def _is_expected_to_fail(file: SourceFile, one: Suppression) -> bool:
    """Return whether a test does what is wrong on purpose, to see it refused."""
    around = file.enclosing(one.node, "with_statement")
    return around is not None and "aises" in file.text(around).partition("\n")[0]


def _is_untestable(file: SourceFile, one: Suppression) -> bool:
    """Return whether coverage cannot be expected there: another platform, an abstract method, what never runs."""
    row = rows(one.node)[0]
    if _UNTESTABLE.search(file.line_text(row + 1)) or _UNTESTABLE.search(_head_of_block(file, row)):
        return True
    while row > 0 and file.line_text(row).lstrip().startswith("@"):
        if _ABSTRACT.match(file.line_text(row)):
            return True
        row -= 1
    return False


def _head_of_block(file: SourceFile, row: int) -> str:
    """Return the line that opens the block a row stands in; empty at the top of a file and in definitions."""
    depth = _depth(file.line_text(row + 1))
    while row > 0 and depth > 0:
        line = file.line_text(row)
        if line.strip() and _depth(line) < depth:
            return "" if re.match(r"\s*(?:async )?(?:def|class)\b", line) else line
        row -= 1
    return ""


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
