"""Finds what changes the outcome of a run behind the tests' back in Python: hooks, collection, replaced assertions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.functions import function_around
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.syntax.word_search import places

if TYPE_CHECKING:
    from tree_sitter import Node

_WRITES: tuple[tuple[bytes, re.Pattern[bytes], str], ...] = (
    (
        b"outcome",
        lazy_pattern(
            rb"(?m)^[ \t]*[\w.]+\.outcome\s*=\s*[\"']passed[\"']"
            rb"|\bsetattr\(\s*\w+\s*,\s*[\"']outcome[\"']\s*,\s*[\"']passed[\"']"
        ),
        "a report is set to passed here, whatever the test did",
    ),
    (
        b"excinfo",
        lazy_pattern(rb"(?m)^[ \t]*[\w.]+\.(?:_excinfo|excinfo)\s*=\s*None\b|\bforce_exception\(\s*None"),
        "the failure is taken away here before the report is made",
    ),
    (
        b"force_result",
        lazy_pattern(rb"(?m)^[ \t]*\w+\.force_result\(\s*(?:None|True|\[\])?\s*\)"),
        "the outcome of a call is replaced here, its failure with it",
    ),
    (
        b"exitstatus",
        lazy_pattern(rb"(?m)^[ \t]*[\w.]+\.exitstatus\s*=\s*(?:0|(?:pytest\.)?ExitCode\.OK)\b"),
        "the session ends as a success here, whatever the tests said",
    ),
    (
        b"testsfailed",
        lazy_pattern(rb"(?m)^[ \t]*[\w.]+\.testsfailed\s*=\s*0\b"),
        "the count of failed tests is set to none here",
    ),
)
_NO_TESTS = lazy_pattern(r"NO_TESTS|==\s*5\b|NOTESTS|testscollected")
_REPLACED = lazy_pattern(
    rb"(?m)^[ \t]*(?:[\w]+\.)*(?:TestCase|TestResult|TextTestResult|TextTestRunner)\."
    rb"(?P<name>assert\w+|fail\w*|add(?:Failure|Error|SubTest)|wasSuccessful|run|_?callTestMethod|subTest)"
    rb"\s*=(?!=)\s*(?P<value>[^\n]+)"
    rb"|^[ \t]*setattr\(\s*(?:[\w]+\.)*(?:TestCase|TestResult|TextTestResult)\s*,"
    rb"\s*[\"'](?P<set>assert\w+|fail\w*|add\w+|wasSuccessful)[\"']"
    rb"|^[ \t]*(?:builtins\.AssertionError|pytest\.(?:fail|raises|approx)|(?:np|numpy)\.testing\.assert_\w+"
    rb"|_pytest\.[\w.]+)"
    rb"\s*=(?!=)\s*(?:lambda|None|_?\w+$)"
)
_REPLACEABLE = (
    (b"TestCase.", lazy_pattern(rb"assert|fail|run|sub|_call")),
    (b"Result.", lazy_pattern(rb"add|was")),
    (b"TestRunner.", lazy_pattern(rb"run")),
    (b"setattr(", lazy_pattern(rb"(?:unittest\.)?Test|TextTest")),
    (b"pytest.", lazy_pattern(rb"(?:fail|raises|approx) =|(?<=_pytest\.)")),
    (b"builtins.AssertionError", lazy_pattern(rb"")),
    (b"testing.assert_", lazy_pattern(rb"")),
)
"""One of these words must stand in the file, with what is behind it."""
_OTHER_NAME = lazy_pattern(rb"(?:unittest\.)?TestCase\.(?:assert|fail)\w+|getattr\(")
_OPTIONS = lazy_pattern(
    r"getoption|getini|\.option\b|environ|getenv|platform|version_info|which\(|find_spec|importorskip|shard|worker|invocation|args\b"
)
_EMPTIES = lazy_pattern(
    r"^(?:items\.clear\(\)|items\[:\]\s*=\s*(?P<value>[\s\S]+)|del\s+items\[[^\]]*:[^\]]*\]|items\s*\*=\s*0)$"
)
_ALL_MARKED = lazy_pattern(r"add_marker\(\s*(?:pytest\.mark\.)?[\"']?(?:skip|xfail)\b|add_marker\(\s*skip")
_NEVER_RUNS = frozenset(
    {"pytest_pyfunc_call", "pytest_runtest_protocol", "pytest_runtestloop", "pytest_ignore_collect"}
)
_HIDES_TESTS = lazy_pattern(
    r"[\"'](?:[^\"']*/)?(?:test_[^\"'/]*|[^\"'/]*_tests?\.py|tests?/?|[^\"'/]*test[^\"'/]*\.py|test\*[^\"'/]*)[\"']|[\"']\*{1,2}(?:\.py|/\*)?[\"']"
)
_SWALLOWED_METHODS = frozenset({"addFailure", "addError", "addSubTest", "wasSuccessful"})

Found = tuple[int, int, str]
"""Bytes and a sentence."""


def patched_reports(file: SourceFile) -> Iterator[Found]:
    """Yield what changes outcomes, hides tests or replaces assertions."""
    if "_pytest/" in file.path:
        return  # the runner itself
    if file.is_test or b"def pytest_" in file.content:
        yield from _written(file)
        yield from _ignored(file)
        yield from _hooks(file)
    yield from _replaced(file)
    yield from _results(file)


def _written(file: SourceFile) -> Iterator[Found]:
    for word, pattern, message in _WRITES:
        if word in file.content:
            for match in pattern.finditer(file.content):
                start = match.start() + len(match[0]) - len(match[0].lstrip())
                node = file.root.descendant_for_byte_range(start, match.end())
                if node is not None and not _is_excused(file, node):
                    yield start, match.end(), message


def _is_excused(file: SourceFile, node: Node) -> bool:
    """Return whether it is text, or a session without tests."""
    if node.type in {"string", "string_content", "comment"}:
        return True
    branch = file.enclosing(node, "if_statement")
    return branch is not None and _NO_TESTS.search(file.text(branch.child_by_field_name("condition"))) is not None


def _ignored(file: SourceFile) -> Iterator[Found]:
    """Yield test files that the collection is told to leave out, whatever the platform."""
    if b"collect_ignore" not in file.content:
        return
    for match in re.finditer(
        rb"(?m)^collect_ignore(?:_glob)?(?::[^=\n]+)?\s*\+?=\s*(\[[^\]]*\]|\((?:[^()]|\([^)]*\))*\))", file.content
    ):
        plain = re.sub(r"\w+\([^)]*\)", "", match[1].decode("utf-8", "replace"))
        if _HIDES_TESTS.search(plain):
            yield match.start(), match.end(), "tests are hidden from the collection here"


def _hooks(file: SourceFile) -> Iterator[Found]:
    if b"def pytest_" not in file.content:
        return
    for function in file.nodes("function_definition"):
        name = file.name(function)
        if not name.startswith("pytest_") or function_around(file, function) is not None:
            continue
        if name == "pytest_collection_modifyitems":
            yield from _collection(file, function)
        elif name in _NEVER_RUNS and _only_returns_true(file, function):
            yield _span(function, "no test runs behind this")
        elif name == "pytest_report_teststatus":
            yield from _statuses(file, function)
        elif name in {"pytest_runtest_setup", "pytest_runtest_call"} and _only_skips(file, function):
            yield _span(function, "every test is skipped here")


def _span(function: Node, message: str) -> Found:
    name = function.child_by_field_name("name") or function
    return name.start_byte, function.end_byte, message


def _collection(file: SourceFile, function: Node) -> Iterator[Found]:
    text = file.text(function)
    if _OPTIONS.search(text.partition(":\n")[2] or text):
        return
    for node in descendants(function):
        match = _EMPTIES.match(file.text(node)) if node.type in {"assignment", "call", "delete_statement"} else None
        if match is not None and not _keeps_all(match["value"]) and not _is_under_if(node, function):
            yield node.start_byte, node.end_byte, "tests are taken out of the collection here"
        elif node.type == "for_statement" and _marks_all(file.text(node)):
            yield node.start_byte, node.end_byte, "every test is skipped here"


def _marks_all(loop: str) -> bool:
    """Return whether a loop over the items skips each, whatever it is."""
    is_over_items = re.search(r"\bin\s+items\b", loop.partition("\n")[0]) is not None
    return is_over_items and _ALL_MARKED.search(loop) is not None and not re.search(r"\n\s*if\b", loop)


def _keeps_all(value: str | None) -> bool:
    """Return whether what becomes of the items is only their order."""
    if value is None:
        return False
    value = value.strip()
    if value in {"[]", "()"} or (re.search(r"\[[^\]]*:[^\]]*\]$", value) and value.startswith("items[")):
        return False
    return not re.search(r"\bfor\b[\s\S]+\bif\b", value)


def _is_under_if(node: Node, function: Node) -> bool:
    above = node.parent
    while above is not None and above != function:
        if above.type == "if_statement":
            return True
        above = above.parent
    return False


def _body(function: Node) -> list[Node]:
    body = function.child_by_field_name("body")
    found = [one for one in body.named_children if one.type != "comment"] if body is not None else []
    if (
        found
        and found[0].type == "expression_statement"
        and found[0].named_children[:1]
        and found[0].named_children[0].type == "string"
    ):
        found = found[1:]
    return found


def _only_returns_true(file: SourceFile, function: Node) -> bool:
    body = _body(function)
    return len(body) == 1 and re.fullmatch(r"return\s+True", file.text(body[0])) is not None


def _only_skips(file: SourceFile, function: Node) -> bool:
    body = _body(function)
    return len(body) == 1 and re.match(r"pytest\.skip\(|raise\s+[\w.]*Skip", file.text(body[0])) is not None


def _statuses(file: SourceFile, function: Node) -> Iterator[Found]:
    """Yield a hook that calls failures passed."""
    for node in descendants(function):
        if node.type == "return_statement" and re.match(r"return\s*\(?\s*[\"']passed[\"']", file.text(node)):
            branch = file.enclosing(node, "if_statement")
            condition = file.text(branch.child_by_field_name("condition")) if branch is not None else "failed"
            if "failed" in condition and "not " not in condition:
                yield node.start_byte, node.end_byte, "failures are shown as passed here"


def _replaced(file: SourceFile) -> Iterator[Found]:
    """Yield assertions and results of the frameworks that are assigned something else."""
    if not _may_replace(file.content):
        return
    for match in _REPLACED.finditer(file.content):
        if match["value"] is not None and _OTHER_NAME.match(match["value"]):
            continue  # another name of the same assertion, for an older version
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        node = file.root.descendant_for_byte_range(start, start + 3)
        if node is not None and node.type not in {"string", "string_content", "comment"}:
            yield start, match.end(), "the framework's own check is replaced here"


def _may_replace(content: bytes) -> bool:
    return any(behind.match(content, at + len(word)) for word, behind in _REPLACEABLE for at in places(content, word))


def _results(file: SourceFile) -> Iterator[Found]:
    """Yield methods of result classes that forget failures."""
    if b"TestResult" not in file.content:
        return
    for function in file.nodes("function_definition"):
        name = file.name(function)
        if name not in _SWALLOWED_METHODS:
            continue
        holder = file.enclosing(function, "class_definition")
        bases = file.text(holder.child_by_field_name("superclasses")) if holder is not None else ""
        if "TestResult" in bases and _forgets(file, function, name):
            yield _span(function, "failures are forgotten here")


def _forgets(file: SourceFile, function: Node, name: str) -> bool:
    text = file.text(function.child_by_field_name("body"))
    if name == "wasSuccessful":
        return re.fullmatch(r"(?:[\"']{3}[\s\S]*?[\"']{3}\s*)?return\s+True", text.strip()) is not None
    return not re.search(
        r"super\(|\.addFailure\(|\.addError\(|failures|errors|\w+Result\.add|raise\b|\.append\(|fail",
        text.replace("addSuccess", ""),
    )
