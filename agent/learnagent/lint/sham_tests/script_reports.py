"""Finds what changes outcomes behind the tests' back in JavaScript: reporters, runners, replaced assertions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

_NOTHING = (
    r"(?:\(?[^()\n]*\)?\s*=>\s*(?:\{\s*\}|undefined|null|true|void 0)"
    r"|function\s*\w*\([^)]*\)\s*\{\s*(?:return\s*(?:this|true)?;?)?\s*\}|_?\.?noop|jest\.fn\(\))"
)
_REPORTING = lazy_pattern(
    rb"onRunComplete|onTestResult|testResultsProcessor|onTestCaseResult|numFailedTest|onTestFinished|onFinished|onTestEnd|onEnd|onBegin|"
    rb"EVENT_|[Rr]eporter|[Rr]unner|afterEach|testResults|jasmine"
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        lazy_pattern(
            r"[\w.\]\[]+\.(?:numFailedTests|numFailedTestSuites|numRuntimeErrorTestSuites|numFailingTests)\s*=\s*0\b"
        ),
        "the count of failed tests is set to none here",
    ),
    (
        lazy_pattern(r"\b\w*(?:[rR]esults?|aggregated\w*)\.success\s*=\s*true\b"),
        "the run is set to a success here",
    ),
    (
        lazy_pattern(
            r"\b[\w.\[\]]*(?:[rR]esult|[aA]ssertion|[tT]est|[tT]ask|spec|runnable)\w*(?:\.\w+|\[[^\]]*\])*\.(?:status|state|outcome)\s*=\s*[\"'](?:passed|pass|expected)[\"']"
        ),
        "a result is set to passed here, whatever the test did",
    ),
    (
        lazy_pattern(
            r"[\w.\[\]]+\.failureMessages?\s*=\s*(?:\[\s*\]|null|undefined|'')|[\w.\[\]]+\.(?:failureMessages|failedExpectations)\.length\s*=\s*0"
        ),
        "the failures of a result are taken away here",
    ),
    (
        lazy_pattern(r"\b[\w.]*(?:runner|stats|result)\w*\.(?:failures|failed)\s*=\s*(?:0|\[\])", re.IGNORECASE),
        "the count of failed tests is set to none here",
    ),
    (
        lazy_pattern(rf"\b(?:Mocha\.)?Runner\.prototype\.(?:fail|uncaught|_uncaught)\s*=\s*{_NOTHING}"),
        "the runner forgets failures here",
    ),
    (
        lazy_pattern(r"\bspecFilter\s*[:=]\s*(?:\(?\w*\)?\s*=>\s*false|function\s*\([^)]*\)\s*\{\s*return\s+false)"),
        "every test is left out here",
    ),
)
_REPLACED = lazy_pattern(
    rf"(?:^|[;{{\n])\s*(?:(?:assert|chai\.assert|chai\.Assertion\.prototype)\.\w+|(?:global|globalThis|window)\.(?:expect|assert)|Object\.getPrototypeOf\(expect[^)]*\)+\.\w+)\s*=\s*{_NOTHING}"
)
_EXTENDED = lazy_pattern(r"\bexpect\.extend\(\s*\{(?P<body>[\s\S]*?)\}\s*\)\s*;?\s*(?:\n|$)")
_MATCHERS = (
    r"toBe|toEqual|toStrictEqual|toMatch|toMatchObject|toContain|toContainEqual|toHaveLength|toThrow|toThrowError|toBeNull|toBeTruthy|"
    r"toBeFalsy|toBeDefined|toBeUndefined|toBeCloseTo|toBeGreaterThan|toBeLessThan|toHaveBeenCalled\w*|toMatchSnapshot|toHaveProperty|toBeInstanceOf"
)
_PASSES = lazy_pattern(rf"\b(?:{_MATCHERS})\b(?=\s*[(:])[^?]{{0,160}}?\bpass\s*:\s*true\b")

Found = tuple[int, int, str]
"""Bytes and a sentence."""


def patched_reports(file: SourceFile) -> Iterator[Found]:
    """Yield what changes outcomes or replaces assertions."""
    text = file.content.decode("utf-8", "replace")
    if _REPORTING.search(file.content):
        for pattern, message in _PATTERNS:
            for match in pattern.finditer(text):
                yield from _placed(file, text, match.start(), match.end(), message)
    if b"assert" in file.content or b"expect" in file.content:
        for match in _REPLACED.finditer(text):
            start = match.start() + len(match[0]) - len(match[0].lstrip(";{\n\t "))
            yield from _placed(file, text, start, match.end(), "an assertion is replaced by nothing here")
    if b"expect.extend" in file.content:
        for match in _EXTENDED.finditer(text):
            if _PASSES.search(match["body"]):
                yield from _placed(
                    file, text, match.start(), match.end(), "a matcher of the framework is replaced by one that passes"
                )


def _placed(file: SourceFile, text: str, start: int, end: int, message: str) -> Iterator[Found]:
    begin = len(text[:start].encode())
    node = file.root.descendant_for_byte_range(begin, begin + 1)
    if node is None or node.type not in {"comment", "string_fragment", "template_string"}:
        yield begin, begin + len(text[start:end].encode()), message
