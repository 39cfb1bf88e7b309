"""Takes calls and strings of Python apart: arguments by place and by name, the dotted callee, the words of a string."""

from __future__ import annotations

from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code.places import folded

if TYPE_CHECKING:
    from tree_sitter import Node


def positional(call: Node) -> list[Node]:
    """Return the arguments that are given by place."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return []
    return [child for child in arguments.named_children if child.type not in {"keyword_argument", "comment"}]


def keyword(file: SourceFile, call: Node, name: str) -> Node | None:
    """Return the value of an argument that is given by name."""
    arguments = call.child_by_field_name("arguments")
    for child in arguments.named_children if arguments is not None else ():
        if child.type == "keyword_argument" and file.text(child.child_by_field_name("name")) == name:
            return child.child_by_field_name("value")
    return None


def named(file: SourceFile, call: Node, *names: str) -> list[str]:
    """Return those of some arguments that are given by name, as `name=source`."""
    return [f"{name}={folded(file, value)}" for name in names if (value := keyword(file, call, name)) is not None]


def callee(file: SourceFile, call: Node) -> str:
    """Return the dotted name that is called, as written."""
    return file.text(call.child_by_field_name("function"))


def unquoted(file: SourceFile, node: Node | None) -> str:
    """Return the words of a string, or the source of anything else."""
    if node is None:
        return ""
    if node.type in {"string", "concatenated_string"}:
        parts = [node] if node.type == "string" else [one for one in node.named_children if one.type == "string"]
        inner = [file.text(one) for part in parts for one in part.named_children if one.type == "string_content"]
        return "".join(inner)
    return file.text(node)
