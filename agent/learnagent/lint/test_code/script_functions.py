"""Finds the tests of JavaScript and TypeScript: calls of it, test and their kin, and the groups around them.

jest, vitest, mocha, node:test, ava, tap, playwright, Deno and QUnit; `script_skips` says what keeps one from running.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import script_assertions, script_rows
from learnagent.lint.test_code.asserting_functions import asserting_calls
from learnagent.lint.test_code.model import Skip, TestFunction
from learnagent.lint.test_code.places import Positions
from learnagent.lint.test_code.script_chain import FUNCTION_NODES, Step, arguments, chain, option, words
from learnagent.lint.test_code.script_skips import Skips

if TYPE_CHECKING:
    from tree_sitter import Node

_HEAD = lazy_pattern(
    rb"(?<![\w$.])(?:(?:Deno|QUnit)\.)?((?:it|test|specify|describe|context|suite|fit|xit|xtest|xspecify|fdescribe|ftest"
    rb"|xdescribe|xcontext|fcontext|xsuite)(?:[A-Z_]\w*)?)(?=\s*[.(`<)?:])"
)
_ANY = lazy_pattern(rb"\b[fx]?(?:it|test|specify|describe|suite|context)(?:[A-Z_]\w*)?\s*[.(`)]")
_ALIAS = lazy_pattern(
    rb"(?:const|let|var)\s+(\w+)\s*=\s*(?:[^;\n]*[?&|:]\s*)?(?:it|test|describe)(?:\.(?:skip|only)\b)?\s*(?:[;:\n]|\.skipIf)"
)
_GROUPS = ("describe", "context", "suite", "fdescribe", "xdescribe", "xcontext", "fcontext", "xsuite")
_NOT_TESTS = frozenset("step use extend info beforeEach afterEach beforeAll afterAll before after setTimeout".split())


@dataclass(frozen=True, slots=True)
class Block:
    """A call that makes a test or a group of tests."""

    call: Node
    names: tuple[str, ...]
    """Of the chain: `it`, `only`, `each`."""
    steps: tuple[Step, ...]
    title: Node
    given: tuple[Node, ...]
    """All arguments."""
    is_chosen: bool
    """Whether a condition chooses what is called: (isCI ? it.skip : it)(...)."""
    has_only: bool
    """Whether its options say so: { only: true }."""

    @property
    def is_group(self) -> bool:
        """Whether it holds tests."""
        return self.names[0].startswith(_GROUPS) or "describe" in self.names

    @property
    def is_focused(self) -> bool:
        """Whether all others are kept from running."""
        return "only" in self.names or self.names[0] in {"fit", "fdescribe", "fcontext", "ftest"} or self.has_only


def read(file: SourceFile) -> list[TestFunction]:
    """Return the tests of a file in the order of the text."""
    blocks = file.once(blocks_of)
    groups = [one for one in blocks if one.is_group]
    units = _outermost([one for one in blocks if not one.is_group])
    if not units:
        return []
    assertions = script_assertions.read(file)
    positions = Positions([*assertions, *asserting_calls(file, _named_functions(file), assertions)])
    skips = Skips(file)
    return [_test(file, one, groups, positions=positions, skips=skips) for one in units]


def blocks_of(file: SourceFile) -> list[Block]:
    """Return the calls that make tests and groups, in the order of the text."""
    if not _ANY.search(file.content):
        return []
    names = {match[1] for match in _ALIAS.finditer(file.content)}
    pattern = (
        lazy_pattern(rb"(?<![\w$.])(%s)(?=\s*[.(`])" % b"|".join(map(re.escape, sorted(names)))) if names else None
    )
    found: dict[int, Block] = {}
    for match in [*_HEAD.finditer(file.content), *(pattern.finditer(file.content) if pattern else ())]:
        head = file.root.descendant_for_byte_range(match.start(1), match.end(1))
        block = _block(file, head, is_alias=match.re is pattern) if head is not None else None
        if block is not None:
            found.setdefault(block.call.id, block)
    return sorted(found.values(), key=lambda one: one.call.start_byte)


def _block(file: SourceFile, head: Node, *, is_alias: bool) -> Block | None:
    if head.type not in {"identifier", "property_identifier"}:
        return None
    steps, is_chosen = chain(file, head), is_alias
    above = steps[-1].node.parent
    while above is not None and above.type in {"ternary_expression", "parenthesized_expression"}:
        outer = above.parent
        if outer is not None and outer.type == "call_expression" and outer.child_by_field_name("function") == above:
            steps, is_chosen = [*steps, Step("", outer, outer, outer)], True
        above = outer
    names = tuple(step.name for step in steps)
    if not _NOT_TESTS.isdisjoint(names):
        return None
    for index, step in enumerate(steps):
        given = arguments(step.call)
        if step.call is not None and _makes_a_test(file, given, names[: index + 1]):
            until = index + 1
            only = (option(file, one, "only") for one in given)
            return Block(
                call=step.call,
                names=names[:until],
                steps=tuple(steps[:until]),
                title=given[0],
                given=tuple(given),
                is_chosen=is_chosen,
                has_only=any(one is not None and one.type == "true" for one in only),
            )
    return None


def _makes_a_test(file: SourceFile, given: list[Node], names: tuple[str, ...]) -> bool:
    """Return whether arguments are a title and code, an object that holds both, or a title alone."""
    if not given or names[-1] in {"each", "for", "skipIf", "runIf"}:
        return False
    first, is_known = given[0], re.fullmatch(r"[fx]?(?:it|test|specify|describe|context|suite)", names[0]) is not None
    if first.type == "object":
        return is_known and len(given) == 1 and option(file, first, "name") is not None
    is_title = first.type in {"string", "template_string"}
    if len(given) == 1:
        return is_known and (is_title or first.type in FUNCTION_NODES) and names[-1] not in {"skip", "fixme", "slow"}
    if any(one.type in FUNCTION_NODES for one in given[1:]):
        return True
    return is_known and is_title and given[1].type in {"call_expression", "identifier", "member_expression", "object"}


def _outermost(units: list[Block]) -> list[Block]:
    found: list[Block] = []
    for one in units:
        if not found or one.call.start_byte >= found[-1].call.end_byte:
            found.append(one)
    return found


def _test(file: SourceFile, block: Block, groups: list[Block], *, positions: Positions, skips: Skips) -> TestFunction:
    call, body = block.call, body_of(file, block)
    around = [one for one in groups if one.call.start_byte < call.start_byte and call.end_byte <= one.call.end_byte]
    name = words(file, option(file, block.title, "name") or block.title)
    titles = [words(file, one.title) for one in around]
    found = [skip for one in (block, *around) if (skip := skips.of(one)) is not None] + skips.inside(body)
    return TestFunction(
        name=name,
        qualified=" > ".join([*titles, name]),
        node=call,
        name_node=block.title,
        body=body,
        assertions=positions.within(call.start_byte, call.end_byte),
        skip=min(found, key=_order, default=None),
        is_focused=any(one.is_focused for one in (block, *around)),
        parameters=tuple(row for one in (block, *around) for row in script_rows.rows(file, one.call, one.steps)),
    )


def _order(skip: Skip) -> bool:
    return skip.is_conditional


def body_of(file: SourceFile, block: Block) -> Node | None:
    """Return the code of a test: of a function its body, of a call that wraps one the call."""
    method = option(file, block.title, "fn")
    for one in (*reversed(block.given), *([method] if method is not None else [])):
        if one.type in FUNCTION_NODES or one.type == "method_definition":
            return one.child_by_field_name("body")
    return next((one for one in block.given[1:] if one.type == "call_expression"), None)


def _named_functions(file: SourceFile) -> list[tuple[Node, str]]:
    kinds = "function_declaration arrow_function function_expression method_definition generator_function_declaration"
    named = ((node, _name_of(file, node)) for node in file.nodes(*kinds.split()))
    return [(node, name) for node, name in named if len(name) > 1]


def _name_of(file: SourceFile, node: Node) -> str:
    above = node.parent
    if node.type in {"arrow_function", "function_expression"}:
        return file.name(above) if above is not None and above.type == "variable_declarator" else ""
    return file.name(node)
