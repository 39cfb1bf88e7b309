"""`discarded-result`: the error of a Rust `Result` is thrown away by a form that the compiler is content with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import FileRule
from learnagent.lint.rust.calls import CHANNELS, CLEANUP, last_name
from learnagent.lint.rust.errors import is_ok_pattern, receiver
from learnagent.lint.rust.excuses import is_in_predicate, origin
from learnagent.lint.rust.reaction import is_plain_value
from learnagent.lint.rust.results import gives_results, is_in_test, is_plain_result, may_be_result, results_flattened
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMED_NOTHING = lazy_pattern(r"^_(?:r|res|result|ret|err|error|ignored?|unused|outcome|status|ok)?$")
_LEAVES = lazy_pattern(r"\b(?:return|continue|break)\b[^{}]*;?\s*\}$")
_DEFAULTS = ("unwrap_or_default", "unwrap_or", "unwrap_or_else", "map_or", "map_or_else")


def check(file: SourceFile) -> Iterator[Hit]:
    """Name Rust results whose error is thrown away: `let _ =`, `.ok();`, a default, `if let Ok` without `else`.

    Why it hurts: the code goes on as if the work were done, or with a default, and no one learns that it was not.

    Bad:
        let _ = fs::write(&path, &bytes);
        let count: usize = text.parse().unwrap_or(0);
        let rows: Vec<Row> = lines.map(parse_row).filter_map(Result::ok).collect();

    Good:
        fs::write(&path, &bytes)?;
        let count: usize = text.parse().context("count")?;
        let rows: Vec<Row> = lines.map(parse_row).collect::<Result<_, _>>()?;

    It is fine for `write!` into a string, a channel whose other end is gone, a poisoned lock, cleaning up,
    a variable of the environment that may be absent, numbers that do not fit, `.ok()?` and `.ok().and_then`,
    where only one of several forms has to match, and in tests.
    """
    for hit_node, message in _found(file):
        if not is_in_test(file, hit_node):
            yield Hit.at(hit_node, message)


def _found(file: SourceFile) -> Iterator[tuple[Node, str]]:
    for node in file.nodes("let_declaration"):
        value = node.child_by_field_name("value")
        if _NAMED_NOTHING.match(file.text(node.child_by_field_name("pattern"))) and may_be_result(file, value):
            yield node, "the result is bound to nothing here, its error with it"
    for node in file.nodes("assignment_expression"):
        if file.text(node.child_by_field_name("left")) == "_" and may_be_result(
            file, node.child_by_field_name("right")
        ):
            yield node, "the result is assigned to nothing here, its error with it"
    for node in file.nodes("if_expression"):
        if _is_half(file, node):
            yield (
                node.child_by_field_name("condition") or node,
                "nothing happens here when it fails, and nobody learns why",
            )
    yield from _calls(file)


def _calls(file: SourceFile) -> Iterator[tuple[Node, str]]:
    for names, is_thrown_away, message in _THROWN_AWAY:
        yield from ((call, message) for call in file.calls(*names) if is_thrown_away(file, call))


def _is_left_alone(file: SourceFile, call: Node) -> bool:
    return _is_statement(call) and may_be_result(file, receiver(call), is_result=True)


def _flattens(file: SourceFile, call: Node) -> bool:
    return results_flattened(file, origin(file, receiver(call)))


def _is_statement(call: Node) -> bool:
    return call.parent is not None and call.parent.type == "expression_statement"


def _is_half(file: SourceFile, node: Node) -> bool:
    """Return whether an `if let Ok` has no other branch, and the code behind it is not one either."""
    condition = node.child_by_field_name("condition")
    if condition is None or condition.type != "let_condition" or node.child_by_field_name("alternative") is not None:
        return False
    if not is_ok_pattern(file, condition.child_by_field_name("pattern")):
        return False
    value = origin(file, condition.child_by_field_name("value"))
    if value is not None and value.type == "identifier":
        return _is_element(file, value)
    name = last_name(file, value)
    if name in CHANNELS | CLEANUP or not may_be_result(file, value, is_result=True):
        return False
    if (node.parent is not None and node.parent.type == "else_clause") or is_in_predicate(file, node):
        return False
    return _LEAVES.search(file.text(node.child_by_field_name("consequence"))) is None


def _is_element(file: SourceFile, name: Node) -> bool:
    """Return whether a name is that of a loop over results."""
    loop = file.enclosing(name, "for_expression", "function_item")
    if loop is None or file.text(loop.child_by_field_name("pattern")) != file.text(name):
        return False
    return results_flattened(file, origin(file, loop.child_by_field_name("value")))


def _defaults(file: SourceFile, call: Node) -> bool:
    owner = receiver(call)
    if owner is None or _is_statement(call):
        return False
    if owner.type == "call_expression" and last_name(file, owner) == "ok":
        owner = receiver(owner)
    arguments = file.arguments(call)
    given = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if given is None:
        return is_plain_result(file, owner)
    if file.text(given) == "false" and is_in_predicate(file, call):
        return False
    if given.type != "closure_expression":
        return is_plain_value(file, given) and is_plain_result(file, owner)
    parameters, body = given.child_by_field_name("parameters"), given.child_by_field_name("body")
    name = file.text(parameters).strip("| ")
    if not name or body is None or not is_plain_value(file, body, without=name):
        return False
    return may_be_result(file, owner)


def _keeps_successes(file: SourceFile, call: Node) -> bool:
    arguments = file.arguments(call)
    given = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    text = re.sub(r"\s+", "", file.text(given))
    if given is None or re.fullmatch(r"(?:\w+::)*Result::(?:ok|is_ok)", text):
        return given is not None
    if file.text(call.child_by_field_name("function")).endswith("flat_map") and gives_results(file, given):
        return True
    if given.type != "closure_expression":
        return False
    if re.fullmatch(r"\|&?(\w+)(?::[^|]+)?\|\1\.(?:ok|is_ok)\(\)(?:\?)?", text):
        return True
    body = given.child_by_field_name("body")
    if body is None or body.type != "call_expression" or last_name(file, body) != "ok":
        return False
    return is_plain_result(file, receiver(body))


def _drops(file: SourceFile, call: Node) -> bool:
    arguments = file.arguments(call)
    if arguments is None or arguments.named_child_count != 1:
        return False
    value = arguments.named_children[0]
    if value.type == "identifier":
        made = origin(file, value)
        return made is not value and is_plain_result(file, made)
    return is_plain_result(file, value) or last_name(file, value) == "join"


_THROWN_AWAY: Sequence[tuple[Sequence[str], Callable[[SourceFile, Node], bool], str]] = (
    (("ok", "is_ok", "unwrap_or_default", "unwrap_or"), _is_left_alone, "the error is thrown away here"),
    (_DEFAULTS, _defaults, "any error becomes a default here, which nobody can tell from a result"),
    (("filter_map", "flat_map", "filter"), _keeps_successes, "what fails is left out here, and nobody learns of it"),
    (("flatten",), _flattens, "what fails is left out here, and nobody learns of it"),
    (("drop",), _drops, "the result is dropped here, its error with it"),
)
"""Calls by their names: whether one throws the error away, and what is said of it."""


DISCARDED_RESULT = FileRule(
    name="discarded-result",
    level="error",
    languages=frozenset({"rust"}),
    why="The code goes on as if the work were done, or with a default, and no one learns that it was not.",
    ways=(
        "return the error with `?`, or with what was being done: `.context(..)?`",
        "handle it where it happens: `match`, `if let .. else`",
        "collect into a `Result`, or keep the errors beside the successes",
    ),
    check=check,
    where="product",
)
