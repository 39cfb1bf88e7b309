"""Turns one syntax node into a symbol: its name, kind, place and signature. It does not walk and does not parse.

`source` hands it the nodes; `languages` says what each type of node means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent_memory.languages import Grammar, Rule

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_NAME = 160
MAX_SIGNATURE = 160
MAX_VALUE = 80
"""Characters of a constant's or field's signature: its value follows the name."""

CLASS_LIKE = frozenset({"class", "interface", "struct", "enum", "trait", "impl", "object"})
SCOPES = CLASS_LIKE | {"function", "method", "module", "namespace"}
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "generator_function"})
_WRAPPERS = frozenset({"parenthesized_declarator", "reference_declarator", "attributed_declarator"})
_LOCAL = frozenset({"function", "method"})
_TYPE_ARGUMENTS = re.compile(r"<[^<>]*>")
_RECEIVER = re.compile(r"(\w+)\s*(?:\[[^\]]*\])?\s*\)$")
_EXPORT_OBJECTS = frozenset({"module", "exports", "prototype", "this", "window", "globalThis"})
_MEMBER = re.compile(r"[\w$#]+(?:\s*\.\s*[\w$#]+)*")
_TRAILING = re.compile(r"\s*(?:=>|[:{=;])\s*$")
_PADDING = re.compile(r"(?<=[(\[]) |,? (?=[)\]])")
"""What is left around the brackets of a parameter list that was spread over lines."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """One definition."""

    name: str
    qualified: str
    """Names from the outermost scope on, joined by `.` in every language; not unique in a file."""
    kind: str
    """`function`, `method`, `class`, `interface`, `struct`, `enum`, `trait`, `impl`, `object`, `module`,
    `namespace`, `type`, `constant`, `field` or `macro`."""
    line: int
    """First line of the declaration, from 1, decorators left out."""
    end_line: int
    signature: str
    """The declaration's head in one line, without body and comments, at most MAX_SIGNATURE characters."""
    parent: str
    """Qualified name of the scope it stands in; empty at the top."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in the nesting of definitions a node stands."""

    qualified: str = ""
    kind: str = "module"
    depth: int = 0


def define(node: Node, rule: Rule, scope: Scope, *, content: bytes, grammar: Grammar) -> Symbol | None:
    """Return the symbol a node defines in a scope; None where it defines nothing worth a name."""
    if rule.kind == "constant" and scope.kind in _LOCAL and not rule.value:
        return None  # a local variable: most of what is walked
    if any(node.child_by_field_name(name) is None for name in rule.needs):
        return None
    owner = _owner(node, rule)
    names, is_function = _names(node, rule, content)
    kind = _kind(node, rule, owner=owner, is_function=is_function, scope=scope)
    if kind == "function" and len(names) > 1:
        kind = "method"
    if not kind or not names or not names[-1] or sum(map(len, names)) > MAX_NAME:
        return None
    outer = ".".join(part for part in (scope.qualified, *names[:-1]) if part)
    first = _first(node, grammar)
    line, end = first.start_point.row + 1, node.end_point
    return Symbol(
        name=names[-1],
        qualified=f"{outer}.{names[-1]}" if outer else names[-1],
        kind=kind,
        line=line,
        end_line=max(line, end.row + (end.column > 0)),
        signature=_signature(node, rule, kind, owner=owner, start=first.start_byte, content=content),
        parent=outer,
    )


def has_body(node: Node, rule: Rule) -> bool:
    """Return whether the node defines more than a head: a method that is not only declared."""
    owner = _owner(node, rule)
    names = ("body" if owner is not node else rule.body).split()
    return bool(rule.head) or any(_child(owner, name) is not None for name in names)


def _owner(node: Node, rule: Rule) -> Node:
    """Return the node that has the body: the function assigned to a name, else the definition itself."""
    value = node.child_by_field_name(rule.value) if rule.value else None
    return value if value is not None and (value.type in _FUNCTIONS or value.type == "class") else node


def _kind(node: Node, rule: Rule, *, owner: Node, is_function: bool, scope: Scope) -> str:
    """Return the kind in this scope; empty where the node defines nothing worth a name."""
    kind = rule.kind
    if owner is not node:
        kind = "class" if owner.type == "class" else "function"
    elif rule.naming == "declarator" and kind != "type":
        kind = "function" if is_function else "constant" if kind == "constant" else ""
    elif rule.refine:
        kind = next((rule.refine[child.type] for child in node.children if child.type in rule.refine), kind)
    in_class = scope.kind in CLASS_LIKE
    if kind == "constant":
        return "field" if in_class else "" if scope.kind in _LOCAL else "constant"
    if kind in {"function", "method"} and rule.naming != "receiver":
        return "method" if in_class else "function"
    return kind


def _names(node: Node, rule: Rule, content: bytes) -> tuple[tuple[str, ...], bool]:
    """Return the name after its written scopes (`Foo::bar`), and whether it is declared as a function."""
    if rule.naming == "declarator":
        named, is_function = _declared(node)
    else:
        named, is_function = _follow(node, rule.name), False
    if named is None or (rule.name_types and named.type not in rule.name_types):
        return (), is_function
    text = " ".join(_text(named, content).split())
    if rule.naming == "receiver":
        receiver = node.child_by_field_name("receiver")
        owner = _RECEIVER.search(_text(receiver, content)) if receiver else None
        return ((owner[1], text) if owner else (text,)), True
    if rule.naming == "member":
        parts = re.split(r"\s*\.\s*", text) if _MEMBER.fullmatch(text) else []
        return tuple(part for part in parts if part not in _EXPORT_OBJECTS), True
    if rule.naming in {"type", "declarator"}:
        return _path(text), is_function
    return (text.strip("'\""),), is_function


def _path(text: str) -> tuple[str, ...]:
    """Split `a::Stack<int>::size` at its scopes, type arguments left out; an operator's name stays whole."""
    scopes, operator, symbol = text.partition("operator")
    if operator and re.match(r"\W", symbol):
        return (*_path(scopes.removesuffix("::"))[: scopes.count("::")], f"operator{symbol}")
    while text != (shorter := _TYPE_ARGUMENTS.sub("", text)):
        text = shorter
    return tuple(part.strip("&*() ") for part in text.split("::") if part.strip("&*() "))


def _declared(node: Node) -> tuple[Node | None, bool]:
    """Return the name inside C's declarator (`int *(*f)(void)`), and whether it is a function's."""
    is_function = node.type == "function_definition"
    current = node.child_by_field_name("declarator")
    while current is not None:
        is_function = is_function or current.type == "function_declarator"
        inner = current.child_by_field_name("declarator")
        if inner is None and current.type in _WRAPPERS:
            inner = current.named_child(0)
        if inner is None:
            break
        current = inner
    return current, is_function


def _follow(node: Node, path: tuple[str, ...]) -> Node | None:
    current: Node | None = node
    for step in path:
        if current is None:
            return None
        current = _child(current, step)
    return current


def _child(node: Node, name: str) -> Node | None:
    """Return the child in that field, else the first of that type."""
    by_field = node.child_by_field_name(name)
    if by_field is not None:
        return by_field
    return next((child for child in node.named_children if child.type == name), None)


def _first(node: Node, grammar: Grammar) -> Node:
    """Return where the declaration begins: after its decorators and annotations."""
    if not grammar.decorations:
        return node
    skipped = grammar.decorations | {"comment", "block_comment", "line_comment"}
    for child in node.children:
        if child.type == "modifiers":
            child = next((inner for inner in child.children if inner.type not in skipped), child)
            if child.type == "modifiers":
                continue
        if child.type not in skipped:
            return child
    return node


def _signature(node: Node, rule: Rule, kind: str, *, owner: Node, start: int, content: bytes) -> str:
    end = min(_head_end(node, rule, owner), start + 8 * MAX_SIGNATURE)
    raw = content[start:end]
    if b"#" in raw or b"//" in raw or b"/*" in raw:
        raw = _without_comments(node, content, start=start, end=end)
    text = _PADDING.sub("", " ".join(raw.decode("utf-8", "replace").split()))
    if rule.cut:
        text = text.partition(rule.cut)[0].rstrip()
    text = rule.prefix + _TRAILING.sub("", text)
    if not text.isprintable():
        text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    limit = MAX_VALUE if kind in {"constant", "field"} else MAX_SIGNATURE
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _head_end(node: Node, rule: Rule, owner: Node) -> int:
    if rule.head:
        fields = (owner.child_by_field_name(name) for name in rule.head)
        return max((part.end_byte for part in fields if part is not None), default=node.end_byte)
    for name in ("body" if owner is not node else rule.body).split():
        if (body := _child(owner, name)) is not None:
            return body.start_byte
    return node.end_byte


def _without_comments(node: Node, content: bytes, *, start: int, end: int) -> bytes:
    """Return content[start:end] with its comments blanked."""
    head = bytearray(content[start:end])
    stack = [node]
    while stack:
        for child in stack.pop().children:
            if child.start_byte >= end:
                break
            if "comment" in child.type:
                first, last = max(child.start_byte, start) - start, min(child.end_byte, end) - start
                head[first:last] = b" " * (last - first)
            elif child.end_byte > start:
                stack.append(child)
    return bytes(head)


def _text(node: Node, content: bytes) -> str:
    return content[node.start_byte : min(node.end_byte, node.start_byte + 4 * MAX_NAME)].decode("utf-8", "replace")
