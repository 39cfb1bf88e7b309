"""Reads Go's functions: what they return, what their parameters and local names are, how a call spells its callee.

There is no type checker here: a type is the text that stands in the file, or what a well-known constructor makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_ERROR_TYPE = lazy_pattern(r"^\*?(?:\w+\.)?(?:error|\w*(?:Error|Err))$")
_SIMPLE = lazy_pattern(r"^[\w.]+$")
_GROUPS = lazy_pattern(r"\([^()]*\)|\[[^\[\]]*\]|\s+")
MADE_BY: Mapping[str, str] = {
    "exec.Command": "*exec.Cmd",
    "exec.CommandContext": "*exec.Cmd",
    "bufio.NewWriter": "*bufio.Writer",
    "bufio.NewWriterSize": "*bufio.Writer",
    "os.Create": "*os.File",
    "os.CreateTemp": "*os.File",
    "os.OpenFile": "*os.File",
    "os.Open": "*os.File",
    "sql.Open": "*sql.DB",
    "gzip.NewWriter": "*gzip.Writer",
    "zlib.NewWriter": "*zlib.Writer",
    "zip.NewWriter": "*zip.Writer",
    "tar.NewWriter": "*tar.Writer",
    "json.NewEncoder": "*json.Encoder",
    "json.NewDecoder": "*json.Decoder",
    "xml.NewEncoder": "*xml.Encoder",
    "xml.NewDecoder": "*xml.Decoder",
    "yaml.NewEncoder": "*yaml.Encoder",
    "yaml.NewDecoder": "*yaml.Decoder",
    "gob.NewEncoder": "*gob.Encoder",
    "gob.NewDecoder": "*gob.Decoder",
    "csv.NewWriter": "*csv.Writer",
    "tabwriter.NewWriter": "*tabwriter.Writer",
    "multipart.NewWriter": "*multipart.Writer",
    "db.Begin": "*sql.Tx",
    "db.BeginTx": "*sql.Tx",
    "DB.Begin": "*sql.Tx",
    "DB.BeginTx": "*sql.Tx",
    "net.Listen": "net.Listener",
    "net.Dial": "net.Conn",
    "errgroup.WithContext": "*errgroup.Group",
    "bytes.NewBuffer": "*bytes.Buffer",
    "bytes.NewBufferString": "*bytes.Buffer",
}
"""Type of the first value of a call, by the last two parts of its callee."""


def results(file: SourceFile, function: Node) -> list[tuple[str, str]]:
    """Return the name (empty where it has none) and the type of each result of a function."""
    result = function.child_by_field_name("result")
    if result is None:
        return []
    return list(declared(file, result)) if result.type == "parameter_list" else [("", file.text(result))]


def declared(file: SourceFile, parameters: Node | None) -> Iterator[tuple[str, str]]:
    """Yield name and type of what a list of parameters declares."""
    for one in parameters.named_children if parameters is not None else ():
        kind = file.text(one.child_by_field_name("type"))
        names = one.children_by_field_name("name")
        if kind:
            yield from [(file.text(name), kind) for name in names] or [("", kind)]


def returns_error(file: SourceFile, function: Node) -> bool:
    """Return whether a function's last result is an error."""
    found = results(file, function)
    return bool(found) and is_error_type(found[-1][1])


def is_error_type(kind: str) -> bool:
    """Return whether a type is `error`, or is called one."""
    return _ERROR_TYPE.match(kind) is not None


def function_of(file: SourceFile, node: Node) -> Node | None:
    """Return the function or function literal that a node stands in."""
    return file.enclosing(node, *FUNCTIONS["go"])


def signatures(file: SourceFile) -> Mapping[str, list[str]]:
    """Return the types of the results of the functions and methods of a file, by `name` or `Type.name`."""
    return file.once(_signatures)


def _signatures(file: SourceFile) -> dict[str, list[str]]:
    found = {}
    for function in file.nodes("function_declaration", "method_declaration"):
        receiver = [kind for _, kind in declared(file, function.child_by_field_name("receiver"))]
        owner = f"{plain_type(receiver[0])}." if receiver else ""
        found[owner + file.name(function)] = [kind for _, kind in results(file, function)]
    return found


def plain_type(kind: str) -> str:
    """Return a type without pointer and type parameters."""
    return kind.lstrip("*").partition("[")[0]


def callee(file: SourceFile, call: Node) -> str:
    """Return how a call spells what it calls, arguments inside it left out: `log.Error().Err().Msg`."""
    text, before = file.text(call.child_by_field_name("function"))[:400], ""
    if _SIMPLE.match(text):
        return text
    while text != before:
        before, text = text, _GROUPS.sub("", text.replace("()", "\0")).replace("\0", "()")
        if "(" not in text.replace("()", "") and "[" not in text:
            break
    return text.replace("()", "").replace("..", ".")


def type_of(file: SourceFile, name: str, at: Node) -> str:
    """Return the type of a name, as far as the function around a node tells; empty where it does not."""
    function = function_of(file, at)
    while function is not None:
        for field in ("parameters", "receiver", "result"):
            for known, kind in declared(file, function.child_by_field_name(field)):
                if known == name:
                    return kind
        found = _local_type(file, name, function, before=at.start_byte)
        if found:
            return found
        function = function_of(file, function)
    return ""


def _local_type(file: SourceFile, name: str, function: Node, *, before: int) -> str:
    """Return what the last declaration of a name in front of a place says of its type."""
    start, end = function.start_byte, min(before, function.end_byte)
    pattern = rb"(?<![\w.])%s(?:\s*,\s*\w+)*\s*:?=\s*&?([\w.]+)" % re.escape(name.encode())
    for match in reversed(list(re.finditer(pattern, file.content[start:end]))):
        made = match[1].decode()
        known = MADE_BY.get(".".join(made.split(".")[-2:]))
        if known:
            return known
        if made in signatures(file):
            return next(iter(signatures(file)[made]), "")
        if file.content[start + match.end() : start + match.end() + 1] == b"{":
            return made
    declared_at = re.search(rb"\bvar\s+%s\s+([*\w.]+)" % re.escape(name.encode()), file.content[start:end])
    return declared_at[1].decode() if declared_at else ""


def names_in(file: SourceFile, node: Node) -> Iterator[str]:
    """Yield the identifiers in an expression, fields of others left out."""
    if node.type == "identifier":
        yield file.text(node)
    for one in descendants(node):
        if one.type == "identifier":
            yield file.text(one)


def field_type(file: SourceFile, owner: str, name: str) -> str:
    """Return the type of a field of a struct of this file; empty where it is not known."""
    pattern = rb"\btype\s+%s\s+struct\s*\{(.*?)\n\}" % re.escape(owner.encode())
    body = re.search(pattern, file.content, re.S)
    found = (
        re.search(rb"(?m)^\s*(?:\w+\s*,\s*)*%s\s+([*\w.\[\]]+)" % re.escape(name.encode()), body[1]) if body else None
    )
    return found[1].decode() if found else ""


def returned_values(statement: Node) -> list[Node]:
    """Return the values of a return statement."""
    found = [child for child in statement.named_children if child.type != "comment"]
    return found[0].named_children if len(found) == 1 and found[0].type == "expression_list" else found
