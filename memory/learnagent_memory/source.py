"""Reads source code: parse trees, symbols, and the names a file uses. The one importer of tree-sitter.

It opens no files, keeps no state and judges nothing: bytes in, facts out. Code that is broken or binary
gives what can be read of it, never an exception. Grammars are native code, so files that nobody has
read before are best parsed in a process of their own (`learnagent.outline` does).
"""

from __future__ import annotations

import functools
import importlib
import itertools
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learnagent_memory.declaration import MAX_NAME, SCOPES, Scope, define, has_body
from learnagent_memory.declaration import MAX_SIGNATURE as MAX_SIGNATURE
from learnagent_memory.declaration import Symbol as Symbol
from learnagent_memory.languages import GRAMMARS, Grammar
from learnagent_memory.languages import language_of as language_of
from learnagent_memory.languages import suffix_of as suffix_of
from learnagent_memory.symbol_digest import Definition, digest_definitions

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Query, Tree

MAX_BYTES = 1_000_000
"""Of a longer file the beginning is read, up to the end of a line."""
MAX_SYMBOLS = 10_000
MAX_DEPTH = 24
"""Definitions nested deeper are left out: the names of generated towers grow without bound."""
PARSE_LIMIT_S = 3.0
"""Parsing takes 0.25 s a megabyte; 200 KB of line continuations would take tree-sitter-python 140 s."""
BEGINNING_BYTES = 32_768
"""Read of a file that took longer."""
MAX_NESTING = 3_000
"""Brackets open at once. At 200,000 tree-sitter-javascript overflows the C stack."""
MAX_LESS_THAN = 500
"""`<` in a row, only names between: 16,000 take tree-sitter-c-sharp 2 GB, 30,000 crash tree-sitter-java."""

_BRACKETS = b"([{)]}"
_NOT_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))
_NAMES_AND_SPACE = bytes(set(range(128, 256)) | set(b"_.,: \t\r\n") | {c for c in range(128) if chr(c).isalnum()})
_IDENTIFIER = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]{2,}")
# Unclosed comments run to the end (\Z): without it, a megabyte of "/*" costs quadratic time.
_COMMENTS = {
    "python": re.compile(rb'#[^\n]*|""".*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)', re.S),
    "hash": re.compile(rb"#[^\n]*"),
    "slash": re.compile(rb"//[^\n]*|/\*.*?(?:\*/|\Z)", re.S),
    "both": re.compile(rb"(?:#|//)[^\n]*|/\*.*?(?:\*/|\Z)", re.S),
}


def parse(content: bytes, language: str) -> Tree | None:
    """Parse what is readable, past PARSE_LIMIT_S its beginning; None where not even that can be parsed."""
    return _parse(readable(content), language)


def symbols(content: bytes, language: str) -> list[Symbol]:
    """Return the definitions in the order of the text; empty where nothing can be read."""
    content = readable(content)
    tree = _parse(content, language)
    if tree is None:
        return []
    walked = _walk(tree.root_node, content, GRAMMARS[language])
    return [symbol for symbol, _ in itertools.islice(walked, MAX_SYMBOLS)]


@dataclass(frozen=True, slots=True)
class Digests:
    """What the definitions of a file say."""

    symbols: Mapping[str, str] = field(default_factory=dict)
    """Digest by qualified name, in the order of the text."""
    values: frozenset[str] = frozenset()
    """Those of them that are constants or fields: too little is in many of them to know one again by it."""
    is_complete: bool = False
    """Whether all of the file was understood: what is not among the symbols is then not in the file."""


def symbol_digests(content: bytes, language: str) -> dict[str, str]:
    """Return the digest of each definition by qualified name, as `symbol_digest` describes them.

    Empty where nothing can be read; of broken code what can be read.
    """
    return dict(read_digests(content, language).symbols)


def read_digests(content: bytes, language: str) -> Digests:
    """Return the digests of the definitions, and whether the whole file was understood."""
    text = readable(content)
    tree = _parse(text, language)
    if tree is None:
        return Digests(is_complete=language in GRAMMARS and not content.strip())
    grammar = GRAMMARS[language]
    walked = itertools.islice(_walk(tree.root_node, text, grammar), MAX_SYMBOLS)
    found = [Definition(symbol, node.id, has_body(node, grammar.definitions[node.type])) for symbol, node in walked]
    is_whole = tree.root_node.end_byte >= len(text.rstrip()) and len(content) <= MAX_BYTES and len(found) < MAX_SYMBOLS
    digests = digest_definitions(tree.root_node, text, found, language=language)
    values = frozenset(one.symbol.qualified for one in found if one.symbol.kind in {"constant", "field"})
    return Digests(digests, values, is_complete=is_whole and not tree.root_node.has_error)


def captures(root: Node, language: str, types: Sequence[str]) -> dict[str, list[Node]]:
    """Return the nodes of each type below a root of that language, in the order of the text, in one pass.

    Raises QueryError (a ValueError) for a type that the grammar does not have.
    """
    from tree_sitter import QueryCursor

    found = QueryCursor(_query(language, tuple(types))).captures(root)
    return {kind: sorted(found.get(kind, ()), key=_start_byte) for kind in types}


def references(content: bytes, language: str) -> frozenset[str]:
    """Return the identifiers of three characters or more outside comments: cheap, for ranking."""
    grammar = GRAMMARS.get(language)
    content = readable(content)
    if grammar is None or not content:
        return frozenset()
    code = _COMMENTS[grammar.comments].sub(b" ", content)
    return frozenset(
        name.decode("utf-8", "replace") for name in set(_IDENTIFIER.findall(code)) if len(name) <= MAX_NAME
    )


def readable(content: bytes) -> bytes:
    """Return what is parsed of a file: no byte-order mark, whole lines up to MAX_BYTES, nothing if binary."""
    if b"\0" in content[:8192]:
        return b""
    return _whole_lines(content.removeprefix(b"\xef\xbb\xbf"), MAX_BYTES)


@functools.cache
def _load(language: str) -> Language:
    from tree_sitter import Language

    grammar = GRAMMARS[language]
    return Language(getattr(importlib.import_module(grammar.module), grammar.function)())


@functools.cache
def _query(language: str, types: tuple[str, ...]) -> Query:
    from tree_sitter import Query

    return Query(_load(language), "\n".join(f"({kind}) @{kind}" for kind in types))


def _start_byte(node: Node) -> int:
    return node.start_byte


def _parse(content: bytes, language: str) -> Tree | None:
    """Parse all, else the beginning where that took too long: the bad cases are quadratic."""
    if language not in GRAMMARS or not content or _is_tower(content):
        return None
    tree = _parse_within(content, language, PARSE_LIMIT_S)
    if tree is None and len(content) > BEGINNING_BYTES:
        tree = _parse_within(_whole_lines(content, BEGINNING_BYTES), language, PARSE_LIMIT_S)
    return tree


def _parse_within(content: bytes, language: str, limit_s: float) -> Tree | None:
    from tree_sitter import Parser

    deadline = time.thread_time() + limit_s  # by CPU: on a busy machine the same file must give the same digests
    # tree-sitter-kotlin hangs on an annotation at the very end: `val z = 1\n@S("x")`
    view = memoryview(content + b"\n" if language == "kotlin" else content)
    try:
        return Parser(_load(language)).parse(
            lambda offset, _point: view[offset : offset + 65536],
            progress_callback=lambda _offset, _error: time.thread_time() > deadline,
        )
    except ValueError:  # how the binding says that the callback stopped it
        return None


def _whole_lines(content: bytes, limit: int) -> bytes:
    """Return the lines that fit into `limit` bytes, or a part of the first."""
    if len(content) <= limit:
        return content
    cut = content.rfind(b"\n", 0, limit) + 1
    return content[: cut or limit]


def _is_tower(content: bytes) -> bool:
    """Return whether the content nests so deep that a parser may crash or blow up on it."""
    if len(content) <= MAX_NESTING:
        return False
    if b"<" * MAX_LESS_THAN in content.translate(None, _NAMES_AND_SPACE):
        return True
    steps = (1 if bracket in b"([{" else -1 for bracket in content.translate(None, _NOT_BRACKETS))
    return max(itertools.accumulate(steps), default=0) > MAX_NESTING


def _walk(root: Node, content: bytes, grammar: Grammar) -> Iterator[tuple[Symbol, Node]]:
    """Yield the definitions in order, with their nodes.

    It enters only what may hold one, so it beats a tree-sitter Query, which visits every node: 0.3 s
    against 1.2 s for the 2,788 Python files of Django.
    """
    walked = grammar.containers | grammar.definitions.keys() | {"ERROR"}
    stack = [(root, Scope())]
    while stack:
        node, scope = stack.pop()
        kind = node.type
        if kind not in walked:
            continue
        rule = grammar.definitions.get(kind)
        if rule is not None and (symbol := define(node, rule, scope, content=content, grammar=grammar)):
            yield symbol, node
            if symbol.kind in SCOPES:
                scope = Scope(symbol.qualified, symbol.kind, scope.depth + 1)
        elif kind in grammar.scopes:
            scope = Scope(scope.qualified, "function", scope.depth)
        if scope.depth < MAX_DEPTH:
            stack.extend((child, scope) for child in reversed(node.named_children))
