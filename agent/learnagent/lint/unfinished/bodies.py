"""Reads what the body of a function amounts to when it does no work: nothing, a refusal, a constant.

It does not judge: an abstract method is empty as well as a stub.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.comment_rows import comment_rows, rows
from learnagent.lint.syntax.constants import GROUPS, RETURNS, is_constant, value_of
from learnagent.lint.syntax.functions import body_of, name_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.admissions import admits
from learnagent.lint.unfinished.refusals import refusal, said_in

if TYPE_CHECKING:
    from tree_sitter import Node

_SCRIPT = ("function_declaration", "function_expression", "arrow_function", "method_definition")
FUNCTION_TYPES: Mapping[str, tuple[str, ...]] = {
    "python": ("function_definition",),
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "tsx": _SCRIPT,
    "go": ("function_declaration", "method_declaration"),
    "rust": ("function_item",),
    "java": ("method_declaration",),
    "kotlin": ("function_declaration",),
    "csharp": ("method_declaration", "property_declaration", "accessor_declaration"),
    "php": ("function_definition", "method_declaration"),
    "ruby": ("method", "singleton_method"),
    "cpp": ("function_definition",),
}
"""What is read as a function, by language."""

_MOST_STATEMENTS = 3
_MOST_CHILDREN = 16
"""Of a body: a stub may hold a plan of many comments."""
_MOST_CHARACTERS = 600
_MOST_DOCUMENTATION = 1_500
_MARK = lazy_pattern(rb"#|//|/\*")
_CONSTANT_RETURN = lazy_pattern(
    rb"return\s*(?:$|[-+]?\d|[\"'\[{(rbf.]|None|True|False|[A-Z]|dict|list|set|tuple|frozenset)", re.M
)
_UNDONE_WORDS = tuple(b"mplement TODO todo FIXME yet stub Stub soon XXX TBD WIP NYI".split())
_TEXTS = frozenset({"string", "concatenated_string"})
_BLOCKS = frozenset("block statement_block compound_statement body_statement statement_list function_body".split())
_NOTHING = lazy_pattern(r"(?:pass|\.\.\.|return|;|nil|Unit|\(\)|return\s+Unit)\s*;?")
_DISCARDS = lazy_pattern(
    r"(?:_\s*=|let\s+_\s*=|del\s|void\s|\(void\)|_,?\s*_?\s*=)\s*[\w.&, ()]*;?|"
    r"[\w$.&, ]+;?|await\s+Task\.CompletedTask;?"
)
_SPEAKS = lazy_pattern(
    r"(?:await\s+)?(?:(?:[\w$]+(?:\(\))?\s*(?:\.|->|::))*(?:print\w*|log\w*|logger|console|warn\w*|debug|info|error|echo\w*|puts|"
    r"Print\w*|WriteLine|eprintln!?|println!?|Log\w*|trigger_error|fprintf|printf|NSLog|emit)\b|std::c(?:out|err)\s*<<|echo\s)",
)
_NULL = (
    r"(?:None|null|nullptr|nil|undefined|NULL|false|False|0(?:\.0*)?[fFdDLlm]?|\"\"|''|\[\s*\]|\{\s*\}|\(\s*\)|dict\(\)|list\(\)|"
    r"default(?:\(\w+\))?|Vec::new\(\)|String::new\(\)|vec!\[\]|None|Default::default\(\)|Ok\(\(\)\)|std::nullopt|"
    r"(?:new\s+)?(?:\w*(?:List|Map|Set|Dictionary|Array|Object|String|Builder))(?:<[^>]*>)?(?:\(\)|\{\s*\})|\w+\.empty\w*\(\)|empty\w+\(\)|Promise\.resolve\(\w*\)|Task\.\w+(?:\([^()]*\))?|"
    r"(?:string|String)\.(?:Empty|EMPTY)|\w+\{\s*\}|Ok\((?:vec!\[\]|None|0|false|String::new\(\))\))"
)
_RETURNS_NULL = lazy_pattern(rf"(?:return\s+)?{_NULL}(?:\s*,\s*{_NULL})*\s*;?")
_RETURNS_CONSTANT = lazy_pattern(
    r"(?:return\s+)?(?:[-+]?\d[\w.]*|\"[^\"]*\"|'[^']*'|[Tt]rue|TRUE|`[^`$]*`|(?:Ok|Some)\(\s*(?:true|\d[\w.]*|\"[^\"]*\")\s*\))\s*;?"
)

_Kind = Literal["empty", "refuses", "constant", "speaks"]
_How = tuple[_Kind, str, str, bool]


@dataclass(frozen=True, slots=True)
class Body:
    """What a function without work does."""

    function: Node
    name: str
    how: _Kind
    """Nothing; an error that says it is not implemented; a constant; words on a screen or in a log."""
    error: str
    """Type or macro by which it refuses."""
    words: str
    """What it says when it refuses or speaks."""
    notes: str
    """Comments in it and beside it."""
    documentation: str
    """Its docstring, or the comment above it."""
    is_null: bool
    """Of a constant: whether it is the one for nothing."""
    place: Node
    """The statement that does it; the whole body where there is none."""


def idle_bodies(file: SourceFile) -> Iterator[Body]:
    """Yield the functions of a file that do no work of their own."""
    for function in file.nodes(*FUNCTION_TYPES.get(file.language, ())):
        block = _block(function, file.language)
        if block is not None and _may_be_idle(file, block):
            found = _read(file, function, block)
            if found is not None:
                yield found


def _may_be_idle(file: SourceFile, block: Node) -> bool:
    """Return whether a body is worth reading: few statements besides comments, the last of them brief."""
    count = block.named_child_count
    if count > _MOST_CHILDREN:
        return False
    if count > _MOST_STATEMENTS + 1 and not _MARK.search(file.content, block.start_byte, block.end_byte):
        return False
    if file.language != "python" or count == 0:
        return True
    last = block.named_child(count - 1)
    return last is not None and _may_end_idle(file.content, last)


def _may_end_idle(content: bytes, last: Node) -> bool:
    """Return whether the last statement of a body of Python could be all that it does, at a first look."""
    kind, start, end = last.type, last.start_byte, last.end_byte
    if kind in {"pass_statement", "comment"}:
        return True
    if kind == "return_statement":
        return end - start <= _MOST_CHARACTERS and _CONSTANT_RETURN.match(content, start) is not None
    text = content[start : min(end, start + _MOST_CHARACTERS)]
    if kind in {"raise_statement", "assert_statement"}:
        return any(word in text for word in _UNDONE_WORDS)
    is_string = text[:1] in b"\"'." or text[1:2] in b"\"'"
    return kind == "expression_statement" and (is_string or any(word in text for word in _UNDONE_WORDS))


def _block(function: Node, language: str) -> Node | None:
    if language == "python":
        return function.child_by_field_name("body")
    body = body_of(function) or function.child_by_field_name("value")
    if body is None and function.type in {"method", "singleton_method"}:
        return function  # Ruby's empty method has no body, and its comments are its own
    while body is not None and body.type in {"function_body", "arrow_expression_clause", "block"}:
        inner = body.named_children
        if len(inner) != 1 or inner[0].type not in {"block", "statement_list", "throw_expression"}:
            return body
        body = inner[0]
    return body


def statements_of(file: SourceFile, function: Node) -> list[Node]:
    """Return the statements of a function, comments and docstring left out; its expression where it has no block."""
    block = _block(function, file.language)
    return [] if block is None else _parts(file, function, block)[1]


def documentation_of(file: SourceFile, function: Node) -> str:
    """Return the docstring of a function, or the comment above it; empty for none."""
    block = _block(function, file.language)
    docstring = None if block is None else _parts(file, function, block)[0]
    return _above(file, function) if docstring is None else file.text(docstring)


def _parts(file: SourceFile, function: Node, block: Node) -> tuple[Node | None, list[Node]]:
    """Return docstring and statements."""
    if block is function:
        return None, []
    if block.type not in _BLOCKS:
        return None, [block]
    parts = [child for child in block.named_children if "comment" not in child.type]
    if file.language == "python" and parts and _is_string(parts[0]):
        return parts[0], parts[1:]
    return None, parts


def _read(file: SourceFile, function: Node, block: Node) -> Body | None:
    docstring, parts = _parts(file, function, block)
    if len(parts) > _MOST_STATEMENTS or any(part.end_byte - part.start_byte > _MOST_CHARACTERS for part in parts):
        return None
    statements = [text for part in parts if not _NOTHING.fullmatch(text := file.text(part).strip())]
    found = _how(file.language, statements) or _written_out(file, parts)
    if found is None or (found[0] == "empty" and parts == [block]):
        return None
    how, error, words, is_null = found
    return Body(
        function=function,
        name=name_of(file, function) or file.name(function),
        how=how,
        error=error,
        words=words,
        notes=_notes(file, function),
        documentation=(file.text(docstring) if docstring is not None else _above(file, function))[:_MOST_DOCUMENTATION],
        is_null=is_null,
        place=parts[-1] if parts else docstring or block,
    )


def _written_out(file: SourceFile, parts: list[Node]) -> _How | None:
    """Return how a function does no work that only gives a list or an object that is written out."""
    if len(parts) != 1:
        return None
    value = value_of(parts[0]) if parts[0].type in RETURNS else parts[0]
    is_written_out = value is not None and value.type in GROUPS and is_constant(file, value)
    return ("constant", "", "", False) if is_written_out else None


def _is_string(statement: Node) -> bool:
    inner = statement.named_children[:1]
    return statement.type == "expression_statement" and bool(inner) and inner[0].type in _TEXTS


def _how(language: str, statements: list[str]) -> _How | None:
    """Return how a list of statements does no work: kind, error, words, whether a null is returned."""
    if not statements:
        return "empty", "", "", False
    *before, last = statements
    refused = refusal(language, last)
    if refused is not None:
        return ("refuses", *refused, False) if all(map(_is_aside, before)) else None
    spoken = " ".join(said_in(one) for one in statements if _SPEAKS.match(one) and admits(said_in(one)))
    if not before and re.match(r"return\s*[\"'`]", last) and admits(said_in(last)):
        return "speaks", "", said_in(last), False
    is_null = _RETURNS_NULL.fullmatch(last) is not None
    is_constant = is_null or _RETURNS_CONSTANT.fullmatch(last) is not None
    rest = before if is_constant else statements
    if spoken and all(map(_is_aside, rest)):
        return "speaks", "", spoken, is_null
    if is_constant and all(_DISCARDS.fullmatch(one) for one in before):
        return "constant", "", "", is_null
    return None


def _is_aside(statement: str) -> bool:
    """Return whether a statement only discards what it got, or says something."""
    return _DISCARDS.fullmatch(statement) is not None or _SPEAKS.match(statement) is not None


def _notes(file: SourceFile, function: Node) -> str:
    content = file.content
    end = content.find(b"\n", function.end_byte)
    parameters = function.child_by_field_name("parameters")
    start = parameters.end_byte if parameters is not None else function.start_byte
    comments = comment_rows(file).within(start, end if end >= 0 else len(content))
    return "\n".join(file.text(comment) for comment in comments)


def _above(file: SourceFile, function: Node) -> str:
    found = comment_rows(file)
    return found.text(found.above(rows(function)[0], over=lambda row: _is_decoration(file.line_text(row + 1))))


def _is_decoration(line: str) -> bool:
    return line.lstrip().startswith(("@", "#[", "[", "template", "export"))
