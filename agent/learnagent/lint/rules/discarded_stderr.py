"""`discarded-stderr`: a command whose words on stderr and whose status are both thrown away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import PYTHON, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of, last_of
from learnagent.lint.syntax.functions import function_around
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_DISCARD = lazy_pattern(
    rb"stderr\s*=\s*(?:[\w.]*\bDEVNULL\b|open\(\s*(?:os\.devnull|[\"']/dev/null[\"'])|\w*(?:devnull|null|NULL)\w*)"
)
_STARTS = frozenset(
    {"run", "call", "Popen", "create_subprocess_exec", "create_subprocess_shell", "run_process", "open_process"}
)
_CHECKED = lazy_pattern(r"\bcheck\s*=\s*(?!False\b)")
_STATUS_READ = (
    r"(?<![\w.]){name}\.(?:returncode|check_returncode|poll\(\))"
    r"|(?:=|return|if|assert|not|\(|,)\s*(?:await\s+)?{name}\.wait\("
    r"|(?:return|yield|[(,=\[])\s*\*?{name}\s*(?:[,)\]\n]|$)"
)
"""Its code is read, or the code that wait gives, or the whole is handed on."""


def check(file: SourceFile) -> Iterator[Hit]:
    """Name commands started with stderr thrown away whose status nobody reads either.

    Why it hurts: when the command fails, nobody hears of it, and its empty output looks like an answer.

    Bad:
        subprocess.run(["git", "fetch"], stderr=subprocess.DEVNULL)

    Good:
        subprocess.run(["git", "fetch"], stderr=subprocess.DEVNULL, check=True)

    It is fine with `check=True`, and where the status is read.
    """
    for match in _DISCARD.finditer(file.content) if b"stderr" in file.content else ():
        call = _call_at(file, match.start())
        if call is None or last_of(callee_of(file, call)) not in _STARTS or _CHECKED.search(_options(file, call)):
            continue
        if not _is_status_read(file, call):
            yield Hit.at(
                call.child_by_field_name("function") or call, "neither stderr nor the status of this command is read"
            )


def _call_at(file: SourceFile, offset: int) -> Node | None:
    """Return the call that has a keyword argument at a byte."""
    node = file.root.descendant_for_byte_range(offset, offset)
    argument = node.parent if node is not None and node.type == "identifier" else node
    if argument is None or argument.type != "keyword_argument" or argument.parent is None:
        return None
    call = argument.parent.parent
    return call if call is not None and call.type == "call" else None


def _options(file: SourceFile, call: Node) -> str:
    """Return the keyword arguments of a call itself."""
    arguments = file.arguments(call)
    given = arguments.named_children if arguments is not None else []
    return " ".join(file.text(one) for one in given if one.type == "keyword_argument")


def _is_status_read(file: SourceFile, call: Node) -> bool:
    """Return whether what comes of a call is handed on, or its status is asked for."""
    node, above = call, call.parent
    while above is not None and above.type in {
        "await",
        "parenthesized_expression",
        "argument_list",
        "call",
        "as_pattern",
    }:
        if above.type == "call" and last_of(callee_of(file, above)) not in {
            "wait_for",
            "shield",
            "run",
            "run_until_complete",
        }:
            return True
        node, above = above, above.parent
    if above is None or above.type == "expression_statement":
        return False
    if above.type == "attribute":
        return re.search(
            r"\.(?:returncode|wait|poll|check_returncode)$", file.text(above)
        ) is not None and not _is_dropped(above)
    if above.type == "assignment":
        return _reads_status(file, above.child_by_field_name("left"), above, is_status=_is_call(file, call))
    if above.type == "with_item":
        alias = node.child_by_field_name("alias")
        return _reads_status(file, alias, above, is_status=False)
    return True


def _is_dropped(attribute: Node) -> bool:
    """Return whether `….wait()` stands alone."""
    call = attribute.parent
    return (
        call is not None
        and call.type == "call"
        and call.parent is not None
        and call.parent.type == "expression_statement"
    )


def _is_call(file: SourceFile, call: Node) -> bool:
    """Return whether a call gives the status itself."""
    return last_of(callee_of(file, call)) == "call"


def _reads_status(file: SourceFile, target: Node | None, statement: Node, *, is_status: bool) -> bool:
    """Return whether the status of what has a name is read, within the function or, of an attribute, anywhere."""
    name = file.text(target)
    scope = file.root if "." in name else function_around(file, statement) or file.root
    text = file.content[statement.end_byte : scope.end_byte].decode("utf-8", "replace")
    if "." in name:
        text = file.text(scope)
    word = re.escape(name)
    if is_status:
        return re.search(rf"(?<![\w.]){word}\b", text) is not None
    return re.search(_STATUS_READ.format(name=word), text) is not None


DISCARDED_STDERR = FileRule(
    name="discarded-stderr",
    level="warn",
    languages=PYTHON,
    why="When the command fails, nobody hears of it, and its empty output looks like an answer.",
    ways=("pass check=True, or read the return code", "keep stderr and show it when the command fails"),
    check=check,
)
