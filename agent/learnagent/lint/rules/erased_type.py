"""`erased-type`: a type is thrown away so that the checker says nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import FileRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.suppression.reasons import remarks, said
from learnagent.lint.syntax.comment_rows import rows
from learnagent.lint.syntax.generated import is_generated
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_ANY = lazy_pattern(r"[\"']?(?:\w+\.)*Any[\"']?")
_PYTHON = lazy_pattern(rb"cast\(\s*[\"']?(?:\w+\.)*Any\b")
_SCRIPT = lazy_pattern(rb"(?P<cast>\bas\s+any\b|\bas\s+unknown\s+as\b|<any>)|[:?]\s*any\b")
_CASTS = frozenset({"as_expression", "type_assertion"})
_PARAMETERS = frozenset({"required_parameter", "optional_parameter"})
_ABOUT_TYPES = lazy_pattern(
    r"\btyp(?:e|es|ed|ing|ings)\b|\bany\b|\bcast|\bdeclar|\bchecker|\bmypy|\bTypeScript|\btsc?\b|\bcompiler|\bupstream|"
    r"\blibrary|\bDOM\b|\.d\.ts|\binfer|\bgeneric|\bnarrow|\boverload|\bstubs?\b|\bbecause|\bsince\b|\bknown\b|\bprivate",
    re.IGNORECASE,
)


def check(file: SourceFile) -> Iterator[Hit]:
    """Name casts to `Any` or `any`, casts through `unknown`, and parameters and variables declared `any`.

    Why it hurts: from there on nothing is checked, and the mistake that the checker saw is still there.

    Bad:
        const { id } = await api.signup(values as any);

    Good:
        const request: SignupRequest = parseSignup(values);
        const { id } = await api.signup(request);

    It is fine in tests, in type guards (`value is T`), in the body of an overload, for parameters that are not used,
    and where a comment says why the type is wrong or cannot be told.
    """
    if file.path.endswith(".d.ts"):
        return
    for hit in _python(file) if file.language == "python" else _script(file):
        if not _is_explained(file, hit) and not is_generated(file):
            yield hit


def _python(file: SourceFile) -> Iterator[Hit]:
    for match in _PYTHON.finditer(file.content) if b"cast(" in file.content else ():
        call = file.root.descendant_for_byte_range(match.start(), match.end() - 1)
        arguments = None if call is None else file.arguments(call)
        given = [] if arguments is None else [one for one in arguments.named_children if "comment" not in one.type]
        if call is not None and len(given) == 2 and _ANY.fullmatch(file.text(given[0])):
            yield Hit(call.start_byte, given[0].end_byte, "`cast(Any, …)` throws the type away here")


def _script(file: SourceFile) -> Iterator[Hit]:
    for match in _SCRIPT.finditer(file.content):
        node = file.root.descendant_for_byte_range(match.start(), match.end() - 1)
        if match["cast"] is None:
            yield from _declared(file, node)
        elif node is not None and (cast := _cast_around(node)) is not None:
            yield Hit(match.start(), cast.end_byte, _message(match["cast"]))


def _message(cast: bytes) -> str:
    if b"unknown" in cast:
        return "a cast through `unknown` makes any type of any other here"
    return "a cast to `any` throws the type away here"


def _cast_around(node: Node) -> Node | None:
    """Return the cast that a node belongs to."""
    above: Node | None = node
    for _ in range(4):
        if above is None or above.type in _CASTS:
            return above
        above = above.parent
    return None


def _declared(file: SourceFile, node: Node | None) -> Iterator[Hit]:
    """Yield what is declared `any`: a variable, or a parameter of a function that has a body and reads it."""
    for _ in range(3):
        if node is None or node.type in _PARAMETERS or node.type == "variable_declarator":
            break
        node = node.parent
    if node is not None and node.type == "variable_declarator":
        yield from _variable(file, node)
    if node is None or node.type not in _PARAMETERS:
        return
    name, declared = node.child_by_field_name("pattern"), node.child_by_field_name("type")
    function = node.parent.parent if node.parent is not None else None
    if name is None or declared is None or function is None or function.child_by_field_name("body") is None:
        return
    if not re.fullmatch(r":\s*any(?:\[\])*", file.text(declared)) or name.type == "rest_pattern":
        return
    if file.text(name).startswith("_") or _is_guard(file, function) or _is_overloaded(function):
        return
    if not _is_narrowed(file, function, file.text(name)):
        yield Hit.at(node, f"`{file.text(name)}` is declared `any`: nothing that is done with it is checked")


def _variable(file: SourceFile, node: Node) -> Iterator[Hit]:
    """Yield a variable that is declared `any` although it has a value to take a type from."""
    name, declared = node.child_by_field_name("name"), node.child_by_field_name("type")
    if name is None or declared is None or node.child_by_field_name("value") is None or name.type != "identifier":
        return
    if re.fullmatch(r":\s*any(?:\[\])*", file.text(declared)):
        message = f"`{file.text(name)}` is declared `any`: nothing that is done with it is checked"
        yield Hit(name.start_byte, declared.end_byte, message)


def _is_guard(file: SourceFile, function: Node) -> bool:
    returns = file.text(function.child_by_field_name("return_type"))
    return re.search(r"\bis\b|\basserts\b", returns) is not None


def _is_narrowed(file: SourceFile, function: Node, name: str) -> bool:
    """Return whether a function asks what a parameter is."""
    asks = rf"typeof\s+{re.escape(name)}\b|Array\.isArray\(\s*{re.escape(name)}\b|\b{re.escape(name)}\s+instanceof\b"
    return re.search(asks, file.text(function.child_by_field_name("body"))) is not None


def _is_overloaded(function: Node) -> bool:
    """Return whether a function is the body behind the signatures above it."""
    holder = function.parent if function.parent is not None and function.parent.type == "export_statement" else function
    before = holder.prev_named_sibling
    while before is not None and before.type in {"comment", "export_statement"} and before.named_children:
        before = before.named_children[-1]
    return before is not None and before.type in {"function_signature", "method_signature"}


def _is_explained(file: SourceFile, hit: Hit) -> bool:
    """Return whether a comment beside the place says something, or one above it speaks of types."""
    node = file.root.descendant_for_byte_range(hit.start, max(hit.start, hit.end - 1))
    if node is None:
        return False
    found, row = remarks(file), rows(node)[0]
    at = file.line(hit.start) - 1
    code = file.line_text(at + 1)
    if said(found.beside(node), ("any", "cast"), re.sub(r"//.*|/\*.*|#.*", "", code)):
        return True
    above = "\n".join(found.before(one, set()) for one in {row, at})
    return bool(said(above, ("any",))) and _ABOUT_TYPES.search(above) is not None


ERASED_TYPE = FileRule(
    name="erased-type",
    level="warn",
    languages=frozenset({"python", "typescript", "tsx"}),
    why="From there on nothing is checked, and the mistake that the checker saw is still there.",
    ways=("give the value its type: declare it, narrow it by a check, mend the declaration",),
    check=check,
    where="product",
)
