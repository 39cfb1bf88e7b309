"""Finds what makes a runner try a test again until it passes: marks, settings of the file, annotations."""

from __future__ import annotations

from collections.abc import Iterator

from learnagent.lint.comparison.pairs import PlacedTest
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import tests as tests_in

_MARK = lazy_pattern(
    r"@(?:pytest\.mark\.)?(?:flaky|rerun\w*|retry\w*|repeat_on_fail\w*|tenacity\.retry)\b|\bmark\.flaky\b"
    r"|\b(?:jest\.)?retryTimes\s*\(|\bthis\.retries\s*\(|\bretr(?:y|ies)\s*[:=]\s*[1-9]|\breruns\s*[:=]\s*[1-9]|\bflaky\s*\("
    r"|@(?:RepeatedIfExceptionsTest|RetryingTest|Retry|RetryTest|Flaky|FlakyTest|RetryOnFailure)\b"
    r"|retryAnalyzer\s*=|new\s+Retry(?:Rule)?\s*\(|#\[\s*(?:flaky_test|retry|test_retry)\b|\bretry\.(?:Run|Do)\s*\("
)
_COMMENT = lazy_pattern(r"^\s*(?:#(?!\[)|//|\*|/\*)")


def marks(placed: PlacedTest) -> list[tuple[int, int]]:
    """Return the places, in bytes, that have a test tried again: in it, and from the end of the test before it on."""
    found = placed.file.once(_marks)
    if not found:
        return []
    begin = placed.file.once(_begins).get(placed.test.node.start_byte, 0)
    return [(start, end) for start, end in found if begin <= start < placed.test.node.end_byte]


def _marks(file: SourceFile) -> list[tuple[int, int]]:
    if not _MARK.search(file.content.decode("utf-8", "replace")):
        return []
    found, offset = [], 0
    for line in file.content.split(b"\n"):
        text = line.decode("utf-8", "replace")
        if _MARK.search(text) and not _COMMENT.match(text):
            found.append((offset + len(line) - len(line.lstrip()), offset + len(line)))
        offset += len(line) + 1
    return found


def _begins(file: SourceFile) -> dict[int, int]:
    """Return for the start of each test where what belongs to it begins."""
    return dict(_spans(file))


def _spans(file: SourceFile) -> Iterator[tuple[int, int]]:
    end = 0
    for test in sorted(tests_in(file), key=lambda one: one.node.start_byte):
        yield test.node.start_byte, end
        end = test.node.end_byte
