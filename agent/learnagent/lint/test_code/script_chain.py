"""Reads a chain of JavaScript from its head outwards: `expect(x).not.toBe(3)`, `it.only.each(rows)('title', fn)`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTION_NODES = frozenset({"arrow_function", "function_expression", "generator_function"})


@dataclass(slots=True)
class Step:
    """One name of a chain, with what it is called with."""

    name: str
    """Empty for a call of what a call returned."""
    node: Node
    """All up to here, its call too."""
    named: Node
    """The same without the call."""
    call: Node | None = None
    """The call of it; None where it is only named."""


def chain(file: SourceFile, head: Node) -> list[Step]:
    """Return the steps from an identifier, or a member of something, outwards; at least one."""
    if head.type in {"property_identifier", "private_property_identifier"} and head.parent is not None:
        steps = [Step(file.text(head), head.parent, head.parent)]
    else:
        steps = [Step(file.text(head), head, head)]
    node, above = steps[0].node, steps[0].node.parent
    while above is not None:
        if above.type == "member_expression" and above.child_by_field_name("object") == node:
            steps.append(Step(file.text(above.child_by_field_name("property")), above, above))
        elif above.type == "call_expression" and above.child_by_field_name("function") == node:
            if steps[-1].call is not None:
                steps.append(Step("", above, above))
            steps[-1].call = above
            steps[-1].node = above
        elif above.type not in {"non_null_expression", "instantiation_expression"}:
            break
        node, above = above, above.parent
    return steps


def arguments(call: Node | None) -> list[Node]:
    """Return the arguments of a call; none for None and for a template string."""
    found = call.child_by_field_name("arguments") if call is not None else None
    if found is None or found.type != "arguments":
        return []
    return [child for child in found.named_children if child.type != "comment"]


def words(file: SourceFile, node: Node | None) -> str:
    """Return the words of a string or template, or the source of anything else."""
    text = file.text(node)
    return text[1:-1] if node is not None and node.type in {"string", "template_string"} else text


def option(file: SourceFile, node: Node | None, name: str) -> Node | None:
    """Return what an object literal holds under a name; the method itself where it is one."""
    for child in node.named_children if node is not None and node.type == "object" else ():
        if child.type == "pair" and words(file, child.child_by_field_name("key")) == name:
            return child.child_by_field_name("value")
        if child.type == "method_definition" and file.name(child) == name:
            return child
    return None
