"""`jump-out-of-finally`: a return, break or continue that leaves a finally block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import PYTHON, SCRIPT, FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_FINALLY = {
    "kotlin": "finally_block",
    "ruby": "ensure",
}
_LOOPS = frozenset(
    "for_statement while_statement do_statement for_in_statement enhanced_for_statement foreach_statement"
    " do_while_statement while until for".split()
)
_SWITCHES = frozenset({"switch_statement", "switch_expression"})
_SCOPES = frozenset(
    "class_definition class_declaration class class_body object_literal method singleton_method".split()
)
_RETURNS = frozenset({"return_statement", "return_expression", "return", "labeled_expression"})
_BREAKS = frozenset({"break_statement", "break"})
_CONTINUES = frozenset({"continue_statement", "continue", "next"})


def check(file: SourceFile) -> Iterator[Hit]:
    """Name jumps that leave a finally block.

    Why it hurts: an error that is on its way through the block is dropped without a word.

    Bad:
        try:
            send(data)
        finally:
            connection.close()
            return sent

    Good:
        try:
            send(data)
        finally:
            connection.close()
        return sent

    It is fine inside a loop, a switch or a function that itself stands in the block.
    """
    for block in file.nodes(_FINALLY.get(file.language, "finally_clause")):
        for jump in _jumps(file, block, loops=0, switches=0):
            word = file.text(jump).split(maxsplit=1)[0].rstrip(";")
            yield Hit.at(jump, f"{word} leaves the finally block: an error on its way is dropped")


def _jumps(file: SourceFile, node: Node, *, loops: int, switches: int) -> Iterator[Node]:
    """Yield the jumps below a node that leave it, told how many loops and switches stand around."""
    for child in node.named_children:
        kind = child.type
        if kind in FUNCTIONS[file.language] or kind in _SCOPES:
            continue
        if _leaves(file, child, loops=loops, switches=switches):
            yield child
        yield from _jumps(file, child, loops=loops + (kind in _LOOPS), switches=switches + (kind in _SWITCHES))


def _leaves(file: SourceFile, node: Node, *, loops: int, switches: int) -> bool:
    kind, text = node.type, file.text(node)
    if kind in _RETURNS:
        return kind != "labeled_expression" or text.startswith(("break@", "continue@"))
    if kind == "identifier" and file.language == "kotlin" and text in {"break", "continue"}:
        return loops == 0
    if kind not in _BREAKS and kind not in _CONTINUES:
        return False
    label = node.child_by_field_name("label") or next((c for c in node.named_children if c.type == "identifier"), None)
    if label is not None:
        return not _is_label_inside(file, node, file.text(label))
    levels = next((int(file.text(c)) for c in node.named_children if c.type == "integer" and file.language == "php"), 1)
    around = loops + switches if kind in _BREAKS or file.language == "php" else loops
    return around < levels


def _is_label_inside(file: SourceFile, node: Node, label: str) -> bool:
    """Return whether a labelled loop stands between a jump and the finally block."""
    above = node.parent
    while above is not None and above.type not in {"finally_clause", "finally_block", "ensure"}:
        if above.type == "labeled_statement" and file.text(above).startswith(label):
            return True
        above = above.parent
    return False


JUMP_OUT_OF_FINALLY = FileRule(
    name="jump-out-of-finally",
    level="error",
    languages=PYTHON | SCRIPT | {"java", "php", "kotlin", "csharp", "ruby"},
    why="An error that is on its way through the block is dropped without a word.",
    ways=("jump behind the block: a finally only cleans up",),
    check=check,
)
