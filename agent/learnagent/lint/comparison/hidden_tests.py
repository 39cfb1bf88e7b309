"""Finds tests whose code is still there while the runner does not take it: renamed, moved, commented out.

By the conventions of the runners: settings that change them are not read, so a file whose tests all follow
another convention is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from learnagent.lint.change import Change, FileChange
from learnagent.lint.comparison.pairs import PlacedTest
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.code_words import likeness, share, telling, words, words_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import tests as tests_in

if TYPE_CHECKING:
    from tree_sitter import Node

_SAME = 0.8
_FUNCTIONS = {
    "python": ("function_definition",),
    "go": ("function_declaration",),
    "rust": ("function_item",),
    "java": ("method_declaration",),
    "javascript": ("function_declaration",),
    "typescript": ("function_declaration",),
    "tsx": ("function_declaration",),
}
_OTHER_CONVENTION = lazy_pattern(r"^(?:it|should|spec|describe|when|then|given|scenario|bench|benchmark)_?(?=[A-Z_])")
_COLLECTED = {
    "python": lazy_pattern(r"^(?:test.*|.*_tests?|spec_.*|.*_spec)\.py$"),
    "go": lazy_pattern(r"^[^_.].*_test\.go$"),
    "java": lazy_pattern(r"^(?:Test.*|.*(?:Tests?|TestCase|IT|ITCase|Spec|Suite))\.java$"),
}
_COLLECTED_SCRIPT = lazy_pattern(
    r"(?:^|[./_-])(?:test|spec|e2e|cy|it)s?\.[cm]?[jt]sx?$|(?:^|/)(?:__tests__|tests?|specs?)/", re.I
)
_MARKS = lazy_pattern(r"^\s*(?://+|#+|\*+|/\*+)\s?|\s*\*/\s*$", re.M)


@dataclass(frozen=True, slots=True)
class Hiding:
    """Where the code of a test is that no runner takes."""

    change: FileChange
    file: SourceFile
    node: Node
    how: str
    """What was done, in words."""


def hiding(change: Change, placed: PlacedTest) -> Hiding | None:
    """Return where the code of a test without a partner hides; None where it is not to be found."""
    places = sorted(change.tests, key=lambda one: one is not placed.change)
    if placed.change not in places:
        places.insert(0, placed.change)
    for one in places:
        if one.new is not None and one.new.language == placed.file.language:
            found = _as_function(change, one, one.new, placed) or _as_comment(one, one.new, placed)
            if found is not None:
                return found
    return None


def _as_function(change: Change, one: FileChange, file: SourceFile, placed: PlacedTest) -> Hiding | None:
    """Find a plain function with the test's body that nobody calls."""
    if len(placed.telling) < 2:
        return None
    known = {test.node.id for test in tests_in(file)}
    for node in file.nodes(*_FUNCTIONS[file.language]):
        name, body = file.name(node), node.child_by_field_name("body")
        if node.id in known or _OTHER_CONVENTION.match(name) or name == "" or body is None:
            continue
        if likeness(placed.telling, telling(words(file, body))) >= _SAME and not is_called(change, name):
            return Hiding(one, file, node.child_by_field_name("name") or node, f"is `{name}` now")
    return None


def is_called(change: Change, name: str) -> bool:
    """Return whether test code after the change uses a function but for its definition."""
    pattern = lazy_pattern(rb"(?<!\w)%s(?!\w)" % re.escape(name.encode()))
    return sum(len(pattern.findall(one.after)) for one in change.tests if one.after is not None) > 1


def _as_comment(one: FileChange, file: SourceFile, placed: PlacedTest) -> Hiding | None:
    """Find the test in comments, or in a string that stands for one."""
    name = placed.test.name.encode()
    if name not in file.content or len(placed.telling) < 2:
        return None
    for block in _blocks(file):
        text = _MARKS.sub("", "\n".join(file.text(node) for node in block))
        if placed.test.name in text and share(placed.telling, telling(words_of(text, file.language))) >= _SAME:
            return Hiding(one, file, block[0], "is commented out")
    return None


def _blocks(file: SourceFile) -> Iterator[list[Node]]:
    """Yield comments, those of neighbouring lines together."""
    block: list[Node] = []
    for node in file.comments:
        if block and node.start_point[0] > block[-1].end_point[0] + 1:
            yield block
            block = []
        block.append(node)
    if block:
        yield block


def is_collected_file(path: str, language: str) -> bool:
    """Return whether a runner takes a file of this name, as it comes."""
    if language in {"javascript", "typescript", "tsx"}:
        return _COLLECTED_SCRIPT.search(path) is not None
    pattern = _COLLECTED.get(language)
    return pattern is None or pattern.search(PurePosixPath(path).name) is not None


def follows_other_convention(name: str) -> bool:
    """Return whether a function is named as tests are where settings say so."""
    return _OTHER_CONVENTION.match(name) is not None


def is_dead(file: SourceFile, node: Node) -> bool:
    """Return whether a test stands under a condition that is never true."""
    above = node.parent
    while above is not None:
        if above.type == "if_statement" and _NEVER.fullmatch(file.text(above.child_by_field_name("condition"))):
            return True
        above = above.parent
    return False


def switch_off(file: SourceFile) -> tuple[int, int] | None:
    """Return the place of a build constraint that leaves a whole file, or the tests in it, out of every build."""
    match = _CONSTRAINT[file.language].search(file.content) if file.language in _CONSTRAINT else None
    return match.span() if match else None


_NEVER = lazy_pattern(r"\(?\s*(?:False|false|0|None|not True|!true|!1|\"\"|'')\s*\)?")
_TAG = rb"(?:ignore|never|disabled?|skip(?:ped)?|none|todo|broken|wip|false|off|xfail|quarantine[d]?)"
_CONSTRAINT = {
    "go": lazy_pattern(rb"^//\s*(?:go:build|\+build)[ \t]+%s\b[^\n]*" % _TAG, re.M),
    "rust": lazy_pattern(rb"#!?\[cfg\(\s*(?:any\(\s*\)|FALSE|false|feature\s*=\s*\"%s\")[^\n]*" % _TAG),
}
