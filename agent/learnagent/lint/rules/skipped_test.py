"""`skipped-test`: a test that never runs, and does not say why."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import Skip, collected
from learnagent.lint.test_code.python_skips import skipped_rows

_WORDS = lazy_pattern(r"[^\W\d_]{2,}")
_EMPTY = lazy_pattern(
    r"^\W*(?:skip(?:ped)?|todo|fixme|wip|disabled?|ignored?|xfail|tbd|later|temp(?:orary|orarily)?)?\W*$", re.I
)
_WRONG = lazy_pattern(
    r"\b(?:not|cannot|fails?|bug|because|see|until|currently|broken|ticket|issue|unsupported)\b|n't\b|#\d", re.I
)
_DECORATOR = ("@", "#[", "#![", "#", "//", "*", "/*", ")")


def check(file: SourceFile) -> Iterator[Hit]:
    """Name tests that are skipped, disabled or expected to fail without a condition and without a reason.

    Why it hurts: the next reader cannot tell a known defect from a test that somebody silenced.

    Bad:
        @pytest.mark.skip
        def test_xlsx(): ...

    Good:
        @pytest.mark.skip(reason="openpyxl 3.2 cannot write links, wait for its ticket 2104")
        def test_xlsx(): ...

    It is fine with a condition (a platform, a missing tool), with words, and with a comment beside it that has them.
    """
    seen: set[int] = set()
    rows = skipped_rows(file) if file.language == "python" and file.is_test else []
    for skip in (*(test.skip for test in collected(file)), *rows):
        if skip is None or skip.node.id in seen:
            continue
        seen.add(skip.node.id)
        if skip.kind in {"skip", "xfail"} and not skip.is_conditional and not _has_reason(file, skip):
            what = "expected to fail" if skip.kind == "xfail" else "skipped"
            yield Hit.at(skip.node, f"this is always {what}, and no reason is given")


def _has_reason(file: SourceFile, skip: Skip) -> bool:
    return _EMPTY.match(skip.reason) is None or _is_explained(file, skip)


def _is_explained(file: SourceFile, skip: Skip) -> bool:
    """Return whether a comment has words: on the line, or above it and what else is written about the test."""
    first, last = file.line(skip.node.start_byte), file.line(skip.node.end_byte)
    around = {*range(first, last + 1)}
    if _explains_inside(file, skip):
        return True
    above = first - 1
    while file.line_text(above).lstrip().startswith(_DECORATOR):
        around.add(above)
        above -= 1
    return any(
        len(_WORDS.findall(file.text(comment))) > 1
        and not around.isdisjoint(_lines(file, comment.start_byte, comment.end_byte))
        for comment in file.comments
    )


def _explains_inside(file: SourceFile, skip: Skip) -> bool:
    """Return whether the function below a decorator begins with a comment, or a docstring that says what is wrong."""
    decorated = file.enclosing(skip.node, "decorated_definition")
    function = decorated.child_by_field_name("definition") if decorated is not None else None
    if function is None or function.type != "function_definition":
        return False
    body = function.child_by_field_name("body")
    head = file.text(function)[:600]
    code = re.split(r"\)(?:\s*->[^:]+)?:\s*\n", head, maxsplit=1)[-1].lstrip()
    if code.startswith("#"):
        return len(_WORDS.findall(code.partition("\n")[0])) > 1
    return body is not None and code.startswith(('"', "'")) and _WRONG.search(code.split(code[:3])[1]) is not None


def _lines(file: SourceFile, start: int, end: int) -> range:
    return range(file.line(start), file.line(end) + 1)


SKIPPED_TEST = FileRule(
    name="skipped-test",
    level="warn",
    languages=SCRIPT | {"python", "go", "rust", "java"},
    why="Nobody can tell a known defect from a test that was silenced.",
    ways=("let it run", "say why it cannot run, and what it waits for", "make the skip depend on what is missing"),
    check=check,
)
