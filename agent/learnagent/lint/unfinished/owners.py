"""Tells what kind of class, trait or interface a function belongs to, by its head and its file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.comment_rows import comment_rows, rows
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_OWNERS = frozenset(
    "class_definition class_declaration abstract_class_declaration class interface_declaration impl_item trait_item"
    " struct_specifier class_specifier object_declaration module enum_declaration record_declaration struct_declaration"
    " trait_declaration object_creation_expression anonymous_class object_literal object singleton_class"
    " companion_object".split()
)
_FUNCTIONS = lazy_pattern(r"function|method|lambda|closure|func_literal")
_OPEN = lazy_pattern(
    r"\b(?:abstract|interface|trait|Protocol|ABC|ABCMeta|protocol|Interface|mixin)\b|\bABC\b|^module\b"
)
_BASE_NAME = lazy_pattern(
    r"^_*(?:Base|Abstract|Generic|Default|Null|No[A-Z]|Noop|NoOp|Nop|Dummy|Fake|Mock|Stub|Silent|Ignor|Discard|Empty|I[A-Z][a-z]|Virtual)|"
    r"(?:Base|Mixin|MixIn|Interface|Protocol|ABC|Callbacks?|Listener|Plugin|Hooks?|Visitor|Observer|Adapter|Middleware|"
    r"Delegate|Spec|Template|Extension|Noop|Stub|Mock|Trait|API|Api|Subscriber)$"
)
_BASE_DOC = lazy_pattern(
    r"\bbase\b|\bsub-?class|\boverrid|\binterface\b|\babstract|\bmixin|\binherit|\bderive|\bno-?op\b|\bnothing\b|"
    r"\bnobody\b|\bnull object|\bdummy\b|\bhooks?\b|\bcallbacks?\b|\bimplement (?:this|these|the methods)|\bstub\b",
    re.IGNORECASE,
)
_MOST_CHARACTERS = 1_500
"""Of documentation: what a class is for stands at its beginning."""
_HEAD_CHARACTERS = 300
_CLASS_HEAD = lazy_pattern(rb"(?:class|struct|interface|object)\s+([A-Za-z_]\w*)([^{\n]*)")
_NO_BASES = frozenset({"object", "Generic", "Object"})


@dataclass(frozen=True, slots=True)
class Owner:
    """What a function is a member of."""

    node: Node
    name: str
    head: str
    """Its source up to its body."""
    bases: tuple[str, ...]
    """Last parts of the names of what it extends and implements."""
    is_open: bool
    """Whether it says that others fill it: an interface, a trait, abstract, or so named or documented."""


def owner_of(file: SourceFile, function: Node) -> Owner | None:
    """Return what a function is a member of; None for one of its own, and for one inside another function."""
    above = function.parent
    while above is not None and (above.type not in _OWNERS or above.parent is None):
        if _FUNCTIONS.search(above.type) and above.type != "method_signature":
            return None
        above = above.parent
    if above is None:
        return None
    known = file.once(_known)
    if above.id not in known:
        known[above.id] = _read(file, above)
    return known[above.id]


def _known(_file: SourceFile) -> dict[int, Owner]:
    """Return where the owners of a file are kept: most have many members."""
    return {}


def is_inner(function: Node) -> bool:
    """Return whether a function stands in another one, classes between them or not."""
    above = function.parent
    while above is not None:
        if re.search(
            r"^(?:function|method|arrow_function|lambda|func_literal|closure)", above.type
        ) and above.type not in {
            "method_invocation",
            "function_body",
            "function_declarator",
        }:
            return True
        above = above.parent
    return False


def _read(file: SourceFile, node: Node) -> Owner:
    body = node.child_by_field_name("body")
    if body is None:
        body = next((child for child in node.named_children if child.type.endswith(("body", "list", "block"))), None)
    end = body.start_byte if body is not None else node.end_byte
    head = file.content[node.start_byte : end].decode("utf-8", "replace").strip()
    name = file.text(node.child_by_field_name("type")) if node.type == "impl_item" else file.name(node)
    bases = tuple(base for base in (*_bases(file.language, head), *_declared(file, node)) if base not in _NO_BASES)
    says = _documentation(file, node, body)
    is_open = bool(
        _OPEN.search(_without_comments(head))
        or _BASE_NAME.search(name)
        or _BASE_DOC.search(says)
        or node.type == "trait_item"
    )
    return Owner(node, name, head, bases, is_open)


def _declared(file: SourceFile, node: Node) -> list[str]:
    """Return the interfaces that decorators of zope declare for a class of Python."""
    above = node.parent
    if above is None or above.type != "decorated_definition":
        return []
    return re.findall(r"@(?:\w+\.)*(?:implementer|provider)\(\s*(\w+)", file.text(above)[:_HEAD_CHARACTERS])


def _without_comments(head: str) -> str:
    return re.sub(r"//[^\n]*|/\*.*?\*/|\"[^\"]*\"", "", head, flags=re.DOTALL)


def _bases(language: str, head: str) -> list[str]:
    if language == "python":
        inside = re.search(r"\((.*)\)", head, re.DOTALL)
        parts = re.sub(r"\[[^\[\]]*\]", "", inside[1]).split(",") if inside else []
        return [part.strip().rpartition(".")[2] for part in parts if part.strip() and "=" not in part]
    if language == "rust":
        return re.findall(r"^(?:unsafe\s+)?impl(?:<.*?>)?\s+(?:\w+::)*(\w+)(?:<.*?>)?\s+for\b", head, re.DOTALL)
    if language == "ruby":
        return re.findall(r"<\s*(?:\w+::)*(\w+)", head)
    after = re.search(r"\b(?:extends|implements)\b(.*)|(?<!:):(?!:)(.*)", head, re.DOTALL)
    return re.findall(r"[A-Z]\w*", after[1] or after[2] or "") if after else []


def _documentation(file: SourceFile, node: Node, body: Node | None) -> str:
    """Return the docstring of a class, or the comment above it."""
    if file.language == "python" and body is not None and body.named_child_count:
        first = body.named_children[0]
        text = file.text(first)
        is_text = first.type == "expression_statement" and text.lstrip("rbuRBU").startswith(('"', "'"))
        return text[:_MOST_CHARACTERS] if is_text else ""
    found = comment_rows(file)
    above = found.above(
        rows(node)[0], over=lambda row: file.line_text(row + 1).lstrip().startswith(("@", "#[", "[", "export"))
    )
    return found.text(above)


def has_subclass(file: SourceFile, name: str) -> bool:
    """Return whether another class of the file is made from one of that name."""
    return any(name in above for other, above in class_heads(file) if other != name)


def class_heads(file: SourceFile) -> list[tuple[str, frozenset[str]]]:
    """Return the classes of a file by name, each with the words behind its name on that line."""
    return file.once(_class_heads)


def _class_heads(file: SourceFile) -> list[tuple[str, frozenset[str]]]:
    heads = [match.groups() for match in _CLASS_HEAD.finditer(file.content)]
    return [(name.decode(), frozenset(re.findall(r"\w+", rest.decode("utf-8", "replace")))) for name, rest in heads]
