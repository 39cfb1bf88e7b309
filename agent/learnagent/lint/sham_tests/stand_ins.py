"""Finds what a Python test replaces, and its direct calls of it: patch, monkeypatch, attributes of a Mock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.syntax.word_search import places
from learnagent.lint.test_code import TestFunction
from learnagent.lint.test_code.places import is_any_within

if TYPE_CHECKING:
    from tree_sitter import Node

_MOCK = r"(?:\w+\.)*(?:Magic|Async|NonCallable)?Mock\b|(?:\w+\.)?create_autospec\b"
_PATCHED = lazy_pattern(r"patch\(\s*f?[\"']([\w.]+)\.(\w+)[\"']")
_PATCHED_OBJECT = lazy_pattern(r"patch\.object\(\s*([\w.]+)\s*,\s*[\"'](\w+)[\"']")
_SET = lazy_pattern(r"setattr\(\s*([\w.]+)\s*,\s*[\"'](\w+)[\"']")
_SET_BY_PATH = lazy_pattern(r"setattr\(\s*[\"']([\w.]+)\.(\w+)[\"']")
_ASSIGNED = lazy_pattern(rf"^\s*([\w.]+)\.(\w+)\s*=\s*(?:{_MOCK}|lambda\b)", re.MULTILINE)
_ANSWERS = lazy_pattern(r"^\s*([\w.]+)\.(\w+)\.(?:return_value|side_effect)\s*=(?!=)", re.MULTILINE)
_BARE = lazy_pattern(rf"^\s*(\w+)\s*=\s*(?:{_MOCK})\(\s*return_value\s*=[^\n]*", re.MULTILINE)
_TOLD = lazy_pattern(r"^\s*\w+\.return_value\s*=\s*(-?[\d.]+|True|False|None|\"[^\"\n]*\"|'[^'\n]*')\s*$", re.MULTILINE)
_KEEPS_REAL = lazy_pattern(r"\bwraps\s*=|\bspy\b|\bside_effect\s*=\s*(?!\[|lambda|\w*(?:Error|Exception|Timeout))")
_COMPUTES = lazy_pattern(r"lambda[^:]*:.*\(")
_VALUE = lazy_pattern(
    r"(?:return_value\s*=\s*|lambda[^:]*:\s*)(-?[\d.]+|True|False|None|\"[^\"\n]*\"|'[^'\n]*')\s*(?:[,)\n]|$)"
)
_GIVEN = lazy_pattern(r"([\w.]+)\s*=\s*$")
_AWAITED = lazy_pattern(r"([\w.]+)\s*=\s*(?:await\s+)?$")
_BEFORE = 120
"""Characters before a call in which its variable stands."""
_PATCH_WORDS = (b"patch(", b"patch.object(", b"setattr(", b"Mock", b"return_value", b"autospec")


@dataclass(frozen=True, slots=True)
class Answer:
    """A function that a test has replaced, and calls itself."""

    name: str
    """As the test calls it."""
    start: int
    """Byte behind which it is replaced."""
    end: int
    """Byte at which it is itself again."""
    value: str
    """What the replacement returns, where that is a plain literal; else empty."""
    call: re.Pattern[str]
    """A direct call of it."""
    must_match: bool
    """Whether only an assertion of that very value counts: the call may go to the real function."""
    results: frozenset[str]
    """Variables that hold what such a call returned."""


@dataclass(frozen=True, slots=True)
class _Replaced:
    receiver: str
    """What it hangs on, as the test writes it; of a path its last part."""
    name: str
    start: int
    end: int
    value: str
    is_path: bool = False
    is_bare: bool = False
    """Whether it is called by its name alone."""


def python_stand_ins(file: SourceFile, test: TestFunction) -> Iterator[Answer]:
    """Yield the functions that a test replaces and then calls itself."""
    replacing = file.once(_replacing)
    if not replacing:
        return
    whole = _whole(test.node)
    if not is_any_within(replacing, whole.start_byte, whole.end_byte):
        return
    text = file.text(whole)
    for one in _replaced(text):
        is_bare = one.is_bare or (one.is_path and f".{one.name}(" not in text)
        if is_bare:
            pattern = _bare_call(one, file)
        else:
            pattern = _direct_call(one, text, file) if f".{one.name}(" in text else None
        if pattern is None or not pattern.search(text, one.start, one.end):
            continue
        body = text[one.start : one.end]
        results = re.findall(
            rf"^\s*([\w.]+)(?:\s*:[^=\n]+)?\s*=\s*(?:await\s+)?(?:{pattern.pattern})", body, re.MULTILINE
        )
        yield Answer(
            name=one.name,
            start=whole.start_byte + len(text[: one.start].encode()),
            end=whole.start_byte + len(text[: one.end].encode()),
            value=one.value,
            call=pattern,
            must_match=is_bare and not one.is_bare,
            results=frozenset(results) - _bound_again(results, text),
        )


def _replacing(file: SourceFile) -> list[int]:
    """Return the bytes at which something may be replaced."""
    return sorted(at for word in _PATCH_WORDS for at in places(file.content, word))


def _whole(node: Node) -> Node:
    above = node.parent
    return above if above is not None and above.type == "decorated_definition" else node


def _replaced(text: str) -> Iterator[_Replaced]:
    for pattern, is_path in ((_PATCHED, True), (_SET_BY_PATH, True), (_PATCHED_OBJECT, False), (_SET, False)):
        for match in pattern.finditer(text):
            given = _arguments(text, match.start())
            if not _KEEPS_REAL.search(given):
                receiver = match[1].rpartition(".")[2] if is_path else match[1]
                value = _VALUE.search(given) or (_TOLD.search(text) if ".return_value" in text else None)
                end = _end(text, match.start())
                yield _Replaced(receiver, match[2], match.end(), end, value[1] if value else "", is_path)
    assigned = _ASSIGNED.finditer(text) if "Mock" in text or "lambda" in text or "autospec" in text else ()
    for match in _BARE.finditer(text) if "return_value" in text else ():
        value = _VALUE.search(match[0])
        yield _Replaced("", match[1], match.end(), len(text), value[1] if value else "", is_bare=True)
    answers = _ANSWERS.finditer(text) if "return_value" in text or "side_effect" in text else ()
    for match in (*assigned, *answers):
        line = text[match.start() : text.find("\n", match.end())]
        is_given = re.search(r"return_value|lambda", line) is not None
        if is_given and not _KEEPS_REAL.search(line) and not _COMPUTES.search(line):
            value = _VALUE.search(line)
            yield _Replaced(match[1], match[2], match.end(), len(text), value[1] if value else "")


def _end(text: str, place: int) -> int:
    """Return where a replacement ends: with its block, where monkeypatch undoes it, or with the test."""
    begin = text.rfind("\n", 0, place) + 1
    for _ in range(5):
        head = text[begin : text.find("\n", begin)]
        if re.match(r"\s*(?:async )?with\b", head):
            indent = len(head) - len(head.lstrip())
            behind = lazy_pattern(rf"^(?! *\)) {{0,{indent}}}\S", re.MULTILINE).search(text, place)
            return behind.start() if behind else len(text)
        if not begin or not head.startswith(" "):
            break
        begin = text.rfind("\n", 0, begin - 1) + 1
    undone = text.find(".undo()", place)
    return undone if undone > 0 else len(text)


def _arguments(text: str, start: int) -> str:
    """Return a call to its closing bracket."""
    depth = 0
    for place in range(text.find("(", start), min(len(text), start + 600)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return text[start : place + 1]
    return text[start : start + 600]


def _direct_call(one: _Replaced, text: str, file: SourceFile) -> re.Pattern[str] | None:
    """Return a pattern of direct calls of what is replaced; None where the test cannot call it so."""
    name, receivers = re.escape(one.name), {one.receiver}
    made = _made(one.receiver, text)
    if one.receiver[:1].isupper() or made:
        whole = file.content.decode("utf-8", "replace")
        receivers |= {*made, *_made(one.receiver, whole, may_wait=False)}
        receivers.add(f"{one.receiver}()")
    if one.receiver in {"requests", "os", "time", "datetime", "random", "settings", "environ", "sys", "builtins"}:
        return None
    joined = "|".join(re.escape(receiver) for receiver in sorted(receivers))
    return lazy_pattern(
        rf"(?<![\w.])(?:\w+\.)*(?:{joined})\.{name}\(" if one.is_path else rf"(?<![\w.])(?:{joined})\.{name}\("
    )


def _made(receiver: str, text: str, *, may_wait: bool = True) -> list[str]:
    """Return the variables that are given what a call of the receiver returns.

    The call is searched first: a pattern that begins with the variable took 2 ms a megabyte for each receiver.
    """
    given = _AWAITED if may_wait else _GIVEN
    calls = re.finditer(re.escape(receiver) + r"\(", text)
    found = (given.search(text, max(0, call.start() - _BEFORE), call.start()) for call in calls)
    return [match[1] for match in found if match]


def _bare_call(one: _Replaced, file: SourceFile) -> re.Pattern[str] | None:
    """Return a pattern of calls by the name alone; None where the file does not have it from the module replaced."""
    if not one.is_bare:
        module = re.escape(one.receiver.encode())
        name = re.escape(one.name.encode())
        imported = rb"^\s*from\s+(?:[\w.]*\.)?%s\s+import\s+(?:\([^)]*|[^\n]*)\b%s\b" % (module, name)
        if not one.value or re.search(imported, file.content, re.MULTILINE) is None:
            return None
    return lazy_pattern(rf"(?<![\w.]){re.escape(one.name)}\(")


def _bound_again(results: list[str], text: str) -> set[str]:
    """Return names that are given something else as well."""
    return {name for name in results if len(re.findall(rf"^\s*{re.escape(name)}\s*=(?!=)", text, re.MULTILINE)) > 1}
