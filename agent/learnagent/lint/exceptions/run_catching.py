"""Names results of Kotlin's `runCatching` whose failure is dropped: a handler of every error in other clothes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.aftermath import is_judged_later
from learnagent.lint.exceptions.expected_errors import is_optional
from learnagent.lint.exceptions.handlers import Handler, statements
from learnagent.lint.exceptions.reaction import Reaction, reaction
from learnagent.lint.finding import Hit
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import first_of
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_CALL = lazy_pattern(rb"\brunCatching\s*\{")
_LOOKS = frozenset(
    "getOrThrow exceptionOrNull fold recover recoverCatching isFailure isSuccess mapError throwOnFailure".split()
)
"""Methods of a result that look at the failure."""
_TAKES = frozenset({"onFailure", "getOrElse"})
"""Methods that hand the failure to a function."""
_DEFAULTS = frozenset({"getOrNull", "getOrDefault", "getOrElse"})


@dataclass(frozen=True, slots=True)
class _Chain:
    """The calls on one result."""

    call: Node
    top: Node
    methods: dict[str, Node]
    """Call by the name of the method."""


def dropped_results(file: SourceFile) -> Iterator[Hit]:
    """Yield the calls of runCatching whose failure nobody looks at; none in other languages."""
    if file.language != "kotlin":
        return
    for match in _CALL.finditer(file.content):
        chain = _chain_at(file, match.start())
        if chain is not None and _is_dropped(file, chain):
            yield Hit.at(chain.call, "every error is caught here, and nobody looks at the failure")


def _chain_at(file: SourceFile, offset: int) -> _Chain | None:
    name = file.root.descendant_for_byte_range(offset, offset)
    call = name.parent if name is not None else None
    if call is None or call.type != "call_expression":
        return None
    top = call
    methods: dict[str, Node] = {}
    while (link := top.parent) is not None and link.type == "navigation_expression" and first_of(link) == top:
        outer = link.parent
        if outer is None or outer.type != "call_expression":
            break
        methods[file.text(link.named_children[-1])] = outer
        top = outer
    return _Chain(call, top, methods)


def _is_dropped(file: SourceFile, chain: _Chain) -> bool:
    if not _LOOKS.isdisjoint(chain.methods) or _reaction(file, chain) is Reaction.HANDLES or _is_probe(file, chain):
        return False
    above = chain.top.parent
    if _DEFAULTS.isdisjoint(chain.methods):
        return above is not None and _is_statement(above, chain.top)
    if (
        above is not None
        and above.type == "binary_expression"
        and "throw_expression" in {c.type for c in above.children}
    ):
        return False
    holder = above if above is not None and above.type in {"property_declaration", "assignment"} else None
    return holder is None or not is_judged_later(file, holder, set(re.findall(r"\w+", file.text(first_of(holder)))))


def _reaction(file: SourceFile, chain: _Chain) -> Reaction:
    """Return what is done with the failure, or with the whole where it only tidies up."""
    guarded = statements(_lambda(chain.call))
    takers = [_lambda(chain.methods[name]) for name in chain.methods if name in _TAKES]
    return max(reaction(file, _handler(file, chain, taker, guarded)) for taker in takers or [None])


def _is_probe(file: SourceFile, chain: _Chain) -> bool:
    """Return whether only something that may not be installed is looked for."""
    return is_optional(file, _handler(file, chain, None, statements(_lambda(chain.call))))


def _handler(file: SourceFile, chain: _Chain, taker: Node | None, guarded: tuple[Node, ...]) -> Handler:
    """Return a function that takes the failure, read as a handler; an empty one for None."""
    parameters = next((one for one in taker.named_children if one.type == "lambda_parameters"), None) if taker else None
    body = tuple(one for one in statements(taker) if one != parameters)
    return Handler(taker or chain.call, (), file.text(parameters) or "it", body, guarded, None, is_broad=True)


def _lambda(call: Node) -> Node | None:
    """Return the lambda that a call is given."""
    outer = next((child for child in call.named_children if child.type == "annotated_lambda"), None)
    return first_of(outer)


def _is_statement(above: Node, node: Node) -> bool:
    """Return whether a value is not that of a function or a lambda."""
    if above.type == "block":
        return True
    return above.type == "lambda_literal" and above.named_children[-1] != node
