"""Finds what hides failures across lines of a shell script: `set +e` for good, traps that exit with 0.

What hides them within one line is `shell_lines`' work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.shell.checkers import is_checker
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_LETS_GO = lazy_pattern(rb"(?m)^[ \t]*set\s+(?:\+\w*e\w*|\+o\s+errexit)\b")
_HOLDS = lazy_pattern(rb"(?m)^[ \t]*(?:set\s+(?:-\w*e\w*|-o\s+errexit)\b|exit\s+(?!0\b)\S)")
_STOPS = lazy_pattern(rb"(?m)^[ \t]*set\s+(?:-\w*e\w*|-o\s+errexit)\b|\A#![^\n]*\s-\w*e|\$\?")
"""What ends a script at the first failure, or reads its status."""
_READS_STATUS = lazy_pattern(rb"\$\?|PIPESTATUS|\$\{?pipestatus")
_TRAP = lazy_pattern(r"^trap\s+(?:--\s+)?(?P<quote>['\"])(?P<does>.*)(?P=quote)\s+(?P<signals>.+)$", re.DOTALL)
_LEAVES_WELL = lazy_pattern(r"(?:^|[;&|{]\s*|\n\s*)exit\s+0\s*;?\s*\}?$")
_ONLY_TELLS = lazy_pattern(r"^(?:echo|printf|true|:|sleep\b.*)\b|^:$")


def ended_by_true(file: SourceFile) -> Iterator[Hit]:
    """Yield `; true` behind what matters on one line, and an `exit 0` behind it at the end of a script that goes on."""
    for node in file.nodes("command"):
        if file.text(node) not in {"true", ":", "exit 0"}:
            continue
        before = node.prev_named_sibling
        is_alone = node.parent is not None and node.parent.type not in {"list", "pipeline"}
        if not is_alone or before is None or "comment" in before.type or not is_checker(_last_command(file, before)):
            continue
        is_same_line = b"\n" not in file.content[before.end_byte : node.start_byte]
        if is_same_line or (_ends_script(file, node) and not _STOPS.search(file.content)):
            name = " ".join(file.text(before).split())[:40]
            yield Hit.at(node, f"it ends well here, whatever `{name}` says")


def _last_command(file: SourceFile, node: Node) -> str:
    if node.type in {"list", "pipeline"} and node.named_children:
        return _last_command(file, node.named_children[-1] if node.type == "list" else node.named_children[0])
    return _plain(file, node) if node.type in {"command", "redirected_statement"} else ""


def _ends_script(file: SourceFile, node: Node) -> bool:
    return (
        file.text(node) == "exit 0"
        and node.parent is not None
        and node.parent.type == "program"
        and node.next_named_sibling is None
    )


def let_go(file: SourceFile) -> Iterator[Hit]:
    """Yield `set +e` behind which something that matters runs, and nobody reads its status or restores `set -e`."""
    for match in _LETS_GO.finditer(file.content):
        rest = file.content[match.end() :]
        if _HOLDS.search(rest) or _READS_STATUS.search(rest) or not _is_code(file, match.end() - 1):
            continue
        checked = next(
            (node for node in file.nodes("command") if node.start_byte > match.end() and _matters(file, node)), None
        )
        if checked is not None:
            name = " ".join(file.text(checked).split())[:40]
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            yield Hit(start, match.end(), f"nothing fails any more behind this, `{name}` neither")


def exit_traps(file: SourceFile) -> Iterator[Hit]:
    """Yield traps that turn every error, or every end, into a success."""
    if b"trap" not in file.content:
        return
    for node in file.nodes("command"):
        match = _TRAP.match(file.text(node))
        if match is None or not {"ERR", "EXIT", "0", "SIGERR"} & set(match["signals"].split()):
            continue
        if _LEAVES_WELL.search(match["does"].strip()) and "$?" not in match["does"]:
            yield Hit.at(node, "the script ends well here, whatever failed")


def hidden_failures(file: SourceFile) -> Iterator[Hit]:
    """Yield `if ! check; then echo ..; fi`, which tells of a failure and forgets it."""
    for node in file.nodes("negated_command"):
        above = node.parent
        if above is None or above.type != "if_statement" or above.child_by_field_name("condition") != node:
            continue
        command = node.named_children[0] if node.named_children else None
        body = [one for one in above.named_children if one.type != "comment" and one.start_byte > node.end_byte]
        if command is None or not body or not is_checker(_plain(file, command)):
            continue
        if all(_ONLY_TELLS.match(file.text(one)) for one in body) and not _is_told_later(file, above):
            yield Hit.at(
                node, f"`{' '.join(file.text(command).split())[:40]}` fails here with a message, and the script goes on"
            )


def _is_told_later(file: SourceFile, node: Node) -> bool:
    return node.next_named_sibling is None and file.enclosing(node, "function_definition") is not None


def _plain(file: SourceFile, command: Node) -> str:
    inner = command.child_by_field_name("body") if command.type == "redirected_statement" else command
    return file.text(inner)


def _matters(file: SourceFile, command: Node) -> bool:
    above = command.parent
    while above is not None and above.type in {"pipeline", "redirected_statement"}:
        command, above = above, above.parent
    is_asked = above is not None and (
        above.type in {"list", "negated_command", "command_substitution"}
        or (
            above.type in {"if_statement", "elif_clause", "while_statement"}
            and above.child_by_field_name("condition") == command
        )
    )
    return not is_asked and is_checker(_plain(file, command))


def _is_code(file: SourceFile, offset: int) -> bool:
    node = file.root.descendant_for_byte_range(offset, offset)
    while node is not None and node.type != "command":
        if node.type in {"heredoc_body", "string", "raw_string", "comment"}:
            return False
        node = node.parent
    return node is not None
