"""Compares MSBuild projects and CMake files: warnings as errors, analyzers, tests. By careful text: it runs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.gates.loosening import Loosening
from learnagent.lint.gates.marks import compare_marks, mark, without_comments

_HASH_COMMENT = re.compile(r"(?m)#.*$")
_NO_WARN = re.compile(r"<(?:NoWarn|WarningsNotAsErrors)>([^<]*)<")
_CODE = re.compile(r"\b(?:CS|CA|IDE|SA|RS|S|xUnit)?\d{3,}\b")
_HARMLESS_CODE = re.compile(r"1591|1701|1702|1573|1587|1712")
"""About documentation, and those that every SDK project ignores."""
_MSBUILD = (
    mark(
        r"<TreatWarningsAsErrors>\s*true",
        "warnings are no errors any more",
        "TreatWarningsAsErrors warnings",
        is_strict=True,
    ),
    mark(
        r"<(?:EnforceCodeStyleInBuild|EnableNETAnalyzers|RunAnalyzers|RunAnalyzersDuringBuild)>\s*true",
        "analyzers do not run any more",
        "analyzers",
        is_strict=True,
    ),
    mark(
        r"<(?:EnableNETAnalyzers|RunAnalyzers|RunAnalyzersDuringBuild)>\s*false",
        "analyzers are switched off",
        "analyzers",
    ),
    mark(r"<Nullable>\s*enable", "nulls are not checked any more", "Nullable", is_strict=True),
    mark(r"<IsTestProject>\s*false", "a project of tests is none any more", "IsTestProject"),
)
_CMAKE = (
    mark(
        r"[-/](?:Werror|WX)\b(?!=)|CMAKE_COMPILE_WARNING_AS_ERROR\s+(?:ON|TRUE|1)",
        "warnings are no errors any more",
        "Werror warnings",
        is_strict=True,
    ),
    mark(r"\benable_testing\s*\(", "tests are not enabled any more", "tests", is_strict=True),
    mark(r"\bWILL_FAIL\s+(?:TRUE|ON|1)", "a test is expected to fail", "WILL_FAIL"),
)


def msbuild(before: str, after: str) -> Iterator[Loosening]:
    """Yield what of an MSBuild project is looser."""
    old, new = (without_comments(text) for text in (before, after))
    yield from compare_marks(old, new, _MSBUILD)
    was, now = (set(_CODE.findall(" ".join(_NO_WARN.findall(side)))) for side in (old, new))
    found = sorted(one for one in now - was if not _HARMLESS_CODE.search(one))
    if found and old.strip():
        yield Loosening(f"the warning {found[0]} is switched off", (found[0], "NoWarn"), (*found, "NoWarn"))


def cmake(before: str, after: str) -> Iterator[Loosening]:
    """Yield what of a CMake file is looser."""
    yield from compare_marks(_HASH_COMMENT.sub("", before), _HASH_COMMENT.sub("", after), _CMAKE)
