"""Finds what a test in JavaScript replaces, and its direct calls of it: spies, stubs, mocked modules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.sham_tests.stand_ins import Answer
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import TestFunction

_RETURNS = r"(?:mockReturnValue|mockResolvedValue|mockRejectedValue|mockImplementation|returns|resolves|callsFake)\w*"
_SPIED = lazy_pattern(
    rf"(?:jest|vi|vitest|sinon|sandbox|stub)\.(?:spyOn|stub|replace)\(\s*([\w.]+)\s*(?:as\s+\w+\s*)?,\s*['\"`](\w+)['\"`]\s*\)\s*\.\s*{_RETURNS}\("
)
_ASSIGNED = lazy_pattern(
    r"(?:^|[;{\s])\(?([\w.]+)(?:\s+as\s+\w+\))?\.(\w+)\s*=\s*(?:jest|vi|sinon|mock)\.(?:fn|stub|fake)\b[^;\n]*"
)
_BARE = lazy_pattern(
    r"(?:const|let|var)\s+(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:jest|vi|vitest)\.fn\("
    r"[^;\n]*?(?:=>\s*[\w'\"\d.]+\s*\)|\.mock(?:Return|Resolved)Value\()[^;\n]*"
)
_TOLD = lazy_pattern(
    rf"(?:^|[;{{\s(])(?:vi\.mocked\(|jest\.mocked\(|\()?\s*(?:<[\w.]+>\s*)?(\w+)(?:\s+as\s+[\w.<>]+)?\)?\s*\.\s*{_RETURNS}\("
)
_MODULE = lazy_pattern(r"(?:jest|vi|vitest)\.(?:mock|doMock)\(\s*['\"`]([^'\"`]+)['\"`]\s*(,)?")
_IMPORT = lazy_pattern(
    r"import\s+(?:(\w+)\s*,?\s*)?(?:\{([^}]*)\})?\s*from\s*['\"]([^'\"]+)['\"]|(?:const|let)\s+\{([^}]*)\}\s*=\s*require\(\s*['\"]([^'\"]+)['\"]"
)
_REAL = lazy_pattern(r"importActual|requireActual|importOriginal|actual\b")


def script_stand_ins(file: SourceFile, test: TestFunction) -> Iterator[Answer]:
    """Yield the functions that a test replaces and then calls itself."""
    if not file.once(_replaces_something):
        return
    text = file.text(test.node)
    for match in _SPIED.finditer(text):
        yield from _answer(text, test, match, rf"{re.escape(match[1])}\.{match[2]}\(", match[2])
    for match in _ASSIGNED.finditer(text):
        if re.search(_RETURNS + r"|fn\(\s*(?:async\s*)?\(", match[0]):
            yield from _answer(text, test, match, rf"{re.escape(match[1])}\.{match[2]}\(", match[2])
    for match in _BARE.finditer(text):
        yield from _answer(text, test, match, rf"{re.escape(match[1])}\(", match[1])
    for name in sorted(file.once(_mocked_names)):
        yield from _answer(text, test, None, rf"{name}\(", name)


def _replaces_something(file: SourceFile) -> bool:
    return any(word in file.content for word in (b"jest.", b"vi.", b"vitest.", b"sinon", b"stub("))


def _answer(text: str, test: TestFunction, match: re.Match[str] | None, call: str, name: str) -> Iterator[Answer]:
    pattern = lazy_pattern(rf"(?<![\w.$]){call}")
    begin = match.end() if match else 0
    behind = text[begin:]
    if not pattern.search(behind):
        return
    results = re.findall(rf"(?:const|let|var)\s+(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:await\s+)?{pattern.pattern}", behind)
    yield Answer(
        name=name,
        start=test.node.start_byte + len(text[:begin].encode()),
        end=test.node.end_byte,
        value="",
        call=pattern,
        must_match=False,
        results=frozenset(results),
    )


def _mocked_names(file: SourceFile) -> set[str]:
    """Return functions that a mocked module hands out and that are told what to return."""
    text = file.content.decode("utf-8", "replace")
    found: set[str] = set()
    for match in _MODULE.finditer(text):
        names = _imported(text, match[1])
        factory = _arguments(text, match.start())
        if match[2]:
            found |= {name for name in names if re.search(rf"\b{name}\b\s*(?::|\(|=)", factory)}
        elif not _REAL.search(factory):
            found |= names & {told[1] for told in _TOLD.finditer(text)}
    return found


def _imported(text: str, module: str) -> set[str]:
    found: set[str] = set()
    for match in _IMPORT.finditer(text):
        if module in {match[3], match[5]}:
            parts = (match[2] or match[4] or "").split(",")
            found |= {re.split(r"\s+as\s+|\s*:\s*", part.strip())[-1] for part in parts if part.strip()}
            found |= {match[1]} if match[1] else set()
    return {name for name in found if re.fullmatch(r"[\w$]+", name)}


def _arguments(text: str, start: int) -> str:
    """Return a call to its closing bracket."""
    depth = 0
    for place in range(text.find("(", start), len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return text[start : place + 1]
    return text[start:]
