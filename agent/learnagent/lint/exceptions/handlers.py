"""Finds the handlers of exceptions in a file: what each catches, what it calls the error, what it guards.

It does not judge them: `reaction` says what a handler does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import first_of
from learnagent.lint.syntax.functions import function_around as function_around

if TYPE_CHECKING:
    from tree_sitter import Node


@dataclass(frozen=True, slots=True)
class Handler:
    """One clause that catches."""

    node: Node
    caught: tuple[str, ...]
    """Last parts of the names of what it catches; empty: everything."""
    binding: str
    """What it calls the error; empty where it does not."""
    body: tuple[Node, ...]
    """Its statements, comments left out."""
    guarded: tuple[Node, ...]
    """The statements it guards, comments left out."""
    statement: Node | None
    """The whole try statement; None where it cannot be told."""
    is_broad: bool
    """Whether it catches every error, or as good as that."""
    filter: str = ""
    """The condition under which it catches."""


def handlers(file: SourceFile) -> list[Handler]:
    """Return the handlers of a file in the order of the text; none in a language without exceptions."""
    return file.once(_read)


def _read(file: SourceFile) -> list[Handler]:
    dialect, reader = DIALECTS.get(file.language), _READERS.get(file.language)
    if dialect is None or reader is None:
        return []
    return [handler for node in file.nodes(*dialect.handlers) if (handler := reader(file, node)) is not None]


def statements(block: Node | None) -> tuple[Node, ...]:
    """Return the statements of a block, comments left out; none for None."""
    return () if block is None else tuple(node for node in block.named_children if "comment" not in node.type)


def _is_broad(file: SourceFile, caught: tuple[str, ...]) -> bool:
    return not caught or not DIALECTS[file.language].broad.isdisjoint(caught)


def _child(node: Node | None, *types: str) -> Node | None:
    return None if node is None else next((child for child in node.named_children if child.type in types), None)


def _last(text: str) -> str:
    r"""Return the last part of a type's name: `java.sql.SQLException`, `std::exception`, `\A\B`, `Foo?`."""
    return re.split(r"\.|::|\\", re.sub(r"<.*>|\?$|\s", "", text))[-1]


def _python(file: SourceFile, node: Node) -> Handler | None:
    """`except (A, b.C) as e:` has no fields but `value`."""
    value = node.child_by_field_name("value")
    binding = ""
    if value is not None and value.type == "as_pattern":
        alias = value.child_by_field_name("alias")
        binding, value = file.text(alias), first_of(value)
    caught = tuple(_python_names(file, value)) if value is not None else ()
    above = node.parent
    guarded = above.child_by_field_name("body") if above is not None else None
    body = statements(_child(node, "block"))
    return Handler(node, caught, binding, body, statements(guarded), above, _is_broad(file, caught))


def _python_names(file: SourceFile, value: Node) -> Iterator[str]:
    if value.type in {"tuple", "parenthesized_expression", "list", "expression_list", "binary_operator"}:
        for part in value.named_children:
            yield from _python_names(file, part)
    elif value.type != "comment":
        name = file.text(value).rpartition(".")[2]
        yield name
        if not re.search(r"[A-Z][a-z]", name):
            yield from _python_constant(file, name)


def _python_constant(file: SourceFile, name: str) -> list[str]:
    """Return the names in the tuple that a constant of the file stands for: `ERRORS = (OSError, Exception)`."""
    pattern = rb"^[ \t]*%s[ \t]*(?::[^=\n]+)?=[ \t]*(\([^()]*\)|[\w.]+)" % re.escape(name.encode())
    match = re.search(pattern, file.content, re.MULTILINE)
    return [] if match is None else re.findall(r"\w+(?=\s*(?:[,)]|$))", match[1].decode("utf-8", "replace"))


def _script(file: SourceFile, node: Node) -> Handler | None:
    """JavaScript catches everything, whatever the parameter's type says."""
    body, above = node.child_by_field_name("body"), node.parent
    binding = file.text(node.child_by_field_name("parameter"))
    guarded = above.child_by_field_name("body") if above is not None else None
    return Handler(node, (), binding, statements(body), statements(guarded), above, is_broad=True)


def _java(file: SourceFile, node: Node) -> Handler | None:
    """`catch (A | b.C e)`; what a try opens is guarded as well."""
    parameter, above = _child(node, "catch_formal_parameter"), node.parent
    kinds = _child(parameter, "catch_type")
    if parameter is None or kinds is None or above is None:
        return None
    caught = tuple(_last(file.text(kind)) for kind in kinds.named_children)
    guarded = (*statements(above.child_by_field_name("resources")), *statements(above.child_by_field_name("body")))
    body = statements(node.child_by_field_name("body"))
    return Handler(node, caught, file.name(parameter), body, guarded, above, _is_broad(file, caught))


def _kotlin(file: SourceFile, node: Node) -> Handler | None:
    kind, binding, above = _child(node, "user_type", "nullable_type"), _child(node, "identifier"), node.parent
    if kind is None:
        return None
    caught = (_last(file.text(kind)),)
    body, guarded = statements(_child(node, "block")), statements(_child(above, "block"))
    return Handler(node, caught, file.text(binding), body, guarded, above, _is_broad(file, caught))


def _csharp(file: SourceFile, node: Node) -> Handler | None:
    """Read a filter as making a handler narrow, unless all that it does is to leave some kinds out."""
    declared, asked, above = _child(node, "catch_declaration"), _child(node, "catch_filter_clause"), node.parent
    kind = declared.child_by_field_name("type") if declared is not None else None
    caught = (_last(file.text(kind)),) if kind is not None else ()
    named = declared.child_by_field_name("name") if declared is not None else None
    condition = file.text(first_of(asked))
    is_open = not condition or condition == "true" or re.match(r"\w+ is not\b|!\(\w+ is\b", condition) is not None
    guarded = above.child_by_field_name("body") if above is not None else None
    body = statements(node.child_by_field_name("body"))
    is_broad = is_open and _is_broad(file, caught)
    return Handler(node, caught, file.text(named), body, statements(guarded), above, is_broad, condition)


def _php(file: SourceFile, node: Node) -> Handler | None:
    kinds, above = node.child_by_field_name("type"), node.parent
    if kinds is None:
        return None
    caught = tuple(_last(file.text(kind)) for kind in kinds.named_children)
    guarded = above.child_by_field_name("body") if above is not None else None
    binding, body = file.text(node.child_by_field_name("name")), statements(node.child_by_field_name("body"))
    return Handler(node, caught, binding, body, statements(guarded), above, _is_broad(file, caught))


def _ruby(file: SourceFile, node: Node) -> Handler | None:
    """`rescue A, B => e` in a begin, a method or a block; `value rescue default` as well."""
    if node.type == "rescue_modifier":
        default, value = node.child_by_field_name("handler"), node.child_by_field_name("body")
        return Handler(node, (), "", _some(default), _some(value), node, is_broad=True)
    kinds, above = node.child_by_field_name("exceptions"), node.parent
    caught = () if kinds is None else tuple(_last(file.text(kind)) for kind in kinds.named_children)
    before = [one for one in statements(above) if one.end_byte <= node.start_byte]
    guarded = tuple(one for one in before if one.type not in {"rescue", "else", "ensure"})
    binding = file.text(first_of(node.child_by_field_name("variable")))
    body = statements(node.child_by_field_name("body"))
    return Handler(node, caught, binding, body, guarded, above, _is_broad(file, caught))


def _some(node: Node | None) -> tuple[Node, ...]:
    return () if node is None else (node,)


def _cpp(file: SourceFile, node: Node) -> Handler | None:
    """`catch (...)` has no parameter."""
    parameter, above = _child(node.child_by_field_name("parameters"), "parameter_declaration"), node.parent
    caught: tuple[str, ...] = ()
    binding = ""
    if parameter is not None:
        caught = (_last(file.text(parameter.child_by_field_name("type"))),)
        binding = file.text(parameter.child_by_field_name("declarator")).lstrip("&* ")
    guarded = above.child_by_field_name("body") if above is not None else None
    body = statements(node.child_by_field_name("body"))
    return Handler(node, caught, binding, body, statements(guarded), above, _is_broad(file, caught))


_READERS: Mapping[str, Callable[[SourceFile, Node], Handler | None]] = {
    "python": _python,
    "javascript": _script,
    "typescript": _script,
    "tsx": _script,
    "java": _java,
    "kotlin": _kotlin,
    "csharp": _csharp,
    "php": _php,
    "ruby": _ruby,
    "cpp": _cpp,
}
