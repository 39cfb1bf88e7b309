"""Finds where a test script in shell ends as a success before it has run its tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_TEST_SCRIPT = lazy_pattern(
    r"(?:^|[/_.-])(?:tests?|spec|specs|e2e|check|checks|smoke|verify|integration)(?=[/_.-]|$)", re.IGNORECASE
)
_SKIPS = lazy_pattern(
    r"skip|command\s+-v|\bwhich\b|\btype\s|\bhash\s|\buname\b|OSTYPE|--help|\busage\b|--version|\bCI\b|\bEUID\b|\bid\s+-u|"
    r"not\s+(?:installed|available|supported|found|running)|\$#|\s-[xz]\s|\$\{?OS\b|\bdocker\s+(?:info|ps)|no\s+\w+\s+to\s+|nothing\s+to|"
    r"\w(?:flag|only|option)\b|"
    r"up[ -]to[ -]date|no\s+changes|\bgit\s+diff|--list|dry[-_]?run|\bsource[ds]?\b|BASH_SOURCE",
    re.IGNORECASE,
)
_SUCCESS = lazy_pattern(r"-eq\s+0\b|={1,2}\s*[\"']?0[\"']?\s*\]|-z\s|\bok\b|\bpassed\b", re.IGNORECASE)
_ASKS_OUTCOME = lazy_pattern(
    r"\b(?:cmp|diff|grep|test|curl|make)\b|\[|\$\?|status|\brc\b|fail|err|\./|got|want|expected|actual|result|count|out"
)
"""A condition that looks at what came of something."""
_SCOPES = frozenset(
    {
        "function_definition",
        "subshell",
        "command_substitution",
        "case_item",
        "trap",
        "for_statement",
        "while_statement",
        "c_style_for_statement",
    }
)
_ONLY_ENDS = lazy_pattern(r"^(?:exit\s+\S+|echo\b.*|printf\b.*|cat\b.*)$", re.DOTALL)


def exits(file: SourceFile) -> Iterator[Node]:
    """Yield `exit 0` that stands in front of tests, or answers a failure, in a script of tests."""
    if not (
        file.is_test
        or file.path.endswith(".bats")
        or _TEST_SCRIPT.search(file.path.rpartition("/")[2].partition(".")[0])
    ):
        return
    for node in file.nodes("command"):
        if re.fullmatch(r"exit(?:\s+0)?", file.text(node)) and _ends_early(file, node):
            yield node


def _ends_early(file: SourceFile, node: Node) -> bool:
    scope = node.parent
    while scope is not None and scope.type not in _SCOPES | {"if_statement", "list", "program", "compound_statement"}:
        scope = scope.parent
    if scope is None:
        return False
    if scope.type == "program":
        return file.text(node) == "exit 0" and _has_tests_behind(file, node)
    if scope.type in {"list", "compound_statement"}:
        return file.text(node) == "exit 0" and _answers_failure(file, node)
    return (
        scope.type == "if_statement" and _is_in_failed_branch(file, scope, node) and not _is_inside_scope(file, scope)
    )


def _is_inside_scope(file: SourceFile, node: Node) -> bool:
    return file.enclosing(node, *_SCOPES) is not None


def _has_tests_behind(file: SourceFile, node: Node) -> bool:
    """Return whether something runs behind an exit at the top of a script."""
    later = node.next_named_sibling
    while later is not None:
        if later.type not in {"comment", "function_definition"} and not _ONLY_ENDS.match(file.text(later)):
            return True
        later = later.next_named_sibling
    return False


def _answers_failure(file: SourceFile, node: Node) -> bool:
    """Return whether it stands behind `||`: what failed ends the script as a success."""
    chain = file.enclosing(node, "list")
    if (
        chain is None
        or "||" not in file.text(chain)
        or _SKIPS.search(file.text(chain))
        or _is_inside_scope(file, chain)
    ):
        return False
    return file.text(chain).find("||") < node.start_byte - chain.start_byte and chain.next_named_sibling is not None


def _is_in_failed_branch(file: SourceFile, branch: Node, node: Node) -> bool:
    """Return whether the branch is one for a failure, and no skip."""
    condition = branch.child_by_field_name("condition")
    text = file.text(branch)
    asked = file.text(condition)
    if _SKIPS.search(text[: text.find("\nfi")] if "\nfi" in text else text) or _SUCCESS.search(asked):
        return False
    is_negated = condition is not None and (
        condition.type == "negated_command" or re.search(r"-ne\s|!=|-gt\s+0|-n\s", asked) is not None
    )
    clause = file.enclosing(node, "else_clause", "if_statement")
    is_else = clause is not None and clause.type == "else_clause"
    return is_negated != is_else and (is_else or _ASKS_OUTCOME.search(asked) is not None)
