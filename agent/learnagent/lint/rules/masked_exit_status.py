"""`masked-exit-status`: the failure of a check, a build or a deployment is hidden from whoever runs the script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import FileRule
from learnagent.lint.shell.lines import Masked, masked_check
from learnagent.lint.shell.script import ended_by_true, exit_traps, hidden_failures, let_go
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_MASKS = lazy_pattern(rb"\|\||;\s*(?:true|:|exit\s+0)|/dev/null")
_ENDED_WELL = lazy_pattern(rb";\s*(?:true|:|exit\s+0)")
_NESTED = lazy_pattern(rb"(?:ba|z|da|k)?sh\s+-\w*c\b")
_RUNS = lazy_pattern(rb"\b(?:subprocess|system|popen|Popen|getoutput|shell|spawn|fabric|invoke|nox|plumbum|sh\.)\b")
_RUNNER = lazy_pattern(
    r"(?:^|\.)(?:system|popen|Popen|run|call|check_call|check_output|getoutput|getstatusoutput|local|sudo|exec_command)$"
)


def check(file: SourceFile) -> Iterator[Hit]:
    """Name shell that takes the exit status away from what checks, builds, deploys or moves data.

    Why it hurts: the pipeline is green whatever the tests say, and the next step builds on what is broken.

    Bad:
        pytest -q || true
        npm run build; exit 0
        trap 'exit 0' ERR

    Good:
        pytest -q
        pytest -q || { status=$?; collect_logs; exit "$status"; }

    It is fine beside what may find nothing or is gone already (`grep`, `kill`, `rm`, `docker rm`), where the
    status is kept and used (`|| status=$?`), and between `set +e` and `set -e`.
    """
    yield from _bash(file) if file.language == "bash" else _python(file)


def _bash(file: SourceFile) -> Iterator[Hit]:
    for node in file.nodes("list", "redirected_statement"):
        if node.parent is None or node.parent.type not in {"list", "redirected_statement", "command_substitution"}:
            yield from _in_node(file, node)
    for node in file.nodes("command") if _NESTED.search(file.content) else ():
        is_alone = node.parent is None or node.parent.type not in {"list", "redirected_statement"}
        if is_alone and _NESTED.match(file.content, node.start_byte):
            yield from _in_node(file, node)
    yield from ended_by_true(file)
    yield from hidden_failures(file)
    yield from let_go(file)
    yield from exit_traps(file)


def _in_node(file: SourceFile, node: Node) -> Iterator[Hit]:
    if any(child.type == "heredoc_redirect" for child in node.named_children):
        return
    text = file.text(node)
    found = masked_check(text)
    if found is not None and not _is_condition(node):
        yield _hit(node.start_byte, text, found)


def _is_condition(node: Node) -> bool:
    """Return whether an `if` or a loop asks for the status."""
    above = node.parent
    return above is not None and (
        above.type == "negated_command"
        or (
            above.type in {"if_statement", "elif_clause", "while_statement"}
            and above.child_by_field_name("condition") == node
        )
    )


def _python(file: SourceFile) -> Iterator[Hit]:
    if not _masks(file.content) or not _RUNS.search(file.content):
        return
    seen = set()
    for match in _MASKS.finditer(file.content):
        node = _string_at(file, match.start())
        if node is None or node.start_byte in seen:
            continue
        seen.add(node.start_byte)
        text = file.text(node)
        found = masked_check(_inner(text))
        if found is not None and (not file.is_test or _is_run(file, node)):
            yield _hit(node.start_byte + len(text[: text.index(_inner(text))].encode()), _inner(text), found)


def _masks(content: bytes) -> bool:
    """Return whether anything of `_MASKS` is there: asked one by one, it takes a tenth of the time."""
    return b"||" in content or b"/dev/null" in content or _ENDED_WELL.search(content) is not None


def _string_at(file: SourceFile, offset: int) -> Node | None:
    """Return the string literal around a byte; None for a docstring, a comment or code."""
    node = file.root.descendant_for_byte_range(offset, offset)
    while node is not None and node.type in {"string_content", "escape_sequence", "string_start", "string_end"}:
        node = node.parent
    if node is None or node.type != "string" or node.parent is None or node.parent.type == "expression_statement":
        return None
    return node


def _inner(text: str) -> str:
    """Return what stands between the quotes of a string literal."""
    match = re.match(r"^[A-Za-z]*(\"\"\"|'''|\"|')(.*?)\1?$", text, re.DOTALL)
    return match[2] if match else text


def _is_run(file: SourceFile, node: Node) -> bool:
    """Return whether a string is handed to what runs it: a test's data may speak of anything."""
    call = file.enclosing(node, "call", "function_definition", "class_definition")
    return (
        call is not None
        and call.type == "call"
        and _RUNNER.search(file.text(call.child_by_field_name("function"))) is not None
    )


def _hit(start: int, text: str, found: Masked) -> Hit:
    begin = start + len(text[: found.start].encode())
    end = start + len(text[: found.end].encode())
    return Hit(begin, end, f"`{found.mask}` hides it when `{found.command}` fails")


MASKED_EXIT_STATUS = FileRule(
    name="masked-exit-status",
    level="error",
    languages=frozenset({"bash", "python"}),
    why="The pipeline is green whatever the check says, and the next step builds on what is broken.",
    ways=(
        "let it fail: drop what hides the status",
        'keep the status and end with it: `|| status=$?` and `exit "$status"`',
    ),
    check=check,
)
