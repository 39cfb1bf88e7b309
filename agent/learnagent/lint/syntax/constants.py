"""Finds what a line returns or assigns, and tells whether that is a constant: nothing is computed from anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import CALLS

if TYPE_CHECKING:
    from tree_sitter import Node

RETURNS = frozenset({"return_statement", "return_expression", "return", "jump_expression"})
_GIVES = RETURNS | frozenset(
    "assignment assignment_expression variable_declarator init_declarator let_declaration const_item static_item"
    " short_var_declaration assignment_statement var_spec const_spec property_declaration property_element"
    " const_element public_field_definition field_definition field_declaration pair keyword_argument"
    " keyed_element field_initializer array_element_initializer match_arm when_entry switch_expression_arm".split()
)
"""Types of what gives a value to somebody or something."""
_PARTS = frozenset({"pair", "keyword_argument", "keyed_element", "field_initializer", "array_element_initializer"})
_NAMED_VALUES = ("right", "value", "default_value")
_LAST_VALUES = frozenset(
    {"const_element", "property_declaration", "variable_declarator", "array_element_initializer", "when_entry"}
)
"""Types whose value is their last child, after a name."""
_TAILS = frozenset({"block", "body_statement", "function_body", "arrow_expression_clause", "arrow_function"})
"""What gives the value of its last expression."""
_SCOPES = lazy_pattern(
    r"function_(?:definition|declaration|item)$|^method|^class|^(?:arrow_function|lambda|closure)|impl_item|_specifier$"
)
_SIMPLE = frozenset(
    "string integer float number true false none null nil undefined concatenated_string encapsed_string regex"
    " simple_symbol symbol hash_key_symbol boolean number_literal null_literal nil_literal ellipsis".split()
)
GROUPS = frozenset(
    "list tuple dictionary set array object pair hash expression_list parenthesized_expression unary_operator"
    " unary_expression unary_op prefix_expression as_expression satisfies_expression cast_expression literal_value"
    " keyed_element literal_element composite_literal array_creation_expression array_element_initializer"
    " binary_operator binary_expression array_expression tuple_expression reference_expression struct_expression"
    " field_initializer_list field_initializer initializer_expression initializer_list compound_literal_expression"
    " argument value_argument keyword_argument argument_list arguments value_arguments array_initializer"
    " arrow_expression_clause type_conversion_expression spread_element field".split()
)
"""Types that are constant where all their values are."""
_NAMES = frozenset(
    "type_identifier property_identifier field_identifier shorthand_field_identifier name predefined_type"
    " primitive_type generic_type type_arguments user_type slice_type map_type array_type pointer_type type"
    " type_descriptor generic_name template_type integral_type scoped_type_identifier qualified_name"
    " qualified_identifier scoped_identifier"
    " string_fragment string_content interpreted_string_literal_content computed_property_name".split()
)
"""Types within those that hold no value."""
_MEMBERS = frozenset(
    "attribute member_expression selector_expression field_access scoped_identifier navigation_expression identifier"
    " constant member_access_expression class_constant_access_expression scope_resolution field_expression"
    " qualified_identifier".split()
)
_CONSTANT_NAME = lazy_pattern(
    r"^_*[A-Z][A-Z0-9_]*$|^(?:\w+(?:\.|::))*[A-Z]\w*(?:\.|::)[A-Z]\w*$|^(?:time|http|math)\.[A-Z]\w*$|^None$"
)
_MAKERS = lazy_pattern(
    r"^(?:\w+(?:\.|::|\\))*(?:dict|list|set|tuple|frozenset|str|int|float|bool|bytes|array|(?:mutable)?(?:list|map|set|array)Of|"
    r"emptyList|emptyMap|emptySet|string|vector|map|timedelta|date|datetime|jsonify|freeze|Some|Ok|Just|Right|"
    r"(?:[A-Z]\w*(?:\.|::))?(?:of|from|from_\w+|from[A-Z]\w*|of[A-Z]\w*|valueOf|value_of|new|empty\w*|zero|asList|resolve|parse|"
    r"FromResult|Success|success|default|ofEntries|singletonList))!?$"
)
"""Calls that give a constant, made of constants."""
_CLASS = lazy_pattern(r"^(?:\w+(?:\.|::|\\))*[A-Z]\w*$")
_NOT_A_VALUE = lazy_pattern(r"(?:Err|Error|Exception|Lock|Client|Emitter|Machine|Manager|Session|Thread|Event)$")
_MOST_DEPTH = 5


def constant_given(file: SourceFile, row: int, *, deep: bool = False) -> Node | None:
    """Return the part of a row that returns or assigns a constant; None where there is none.

    `deep` says whether a function that begins on the row is entered, and the arguments of a call.
    """
    outer = _outermost(file, row)
    if outer is None:
        return None
    for node in _within_row(outer, row, into_functions=deep):
        if node.type in _PARTS and not deep and node.start_byte != outer.start_byte:
            continue
        if node.type in _GIVES and (value := value_of(node)) is not None and is_constant(file, value):
            return node
        if is_tail(file, node) and is_constant(file, node):
            return node
    return None


def value_of(giver: Node) -> Node | None:
    """Return what is returned or assigned; None for nothing."""
    for name in _NAMED_VALUES:
        value = giver.child_by_field_name(name)
        if value is not None:
            return value
    inner = [child for child in giver.named_children if "comment" not in child.type]
    if giver.type in RETURNS:
        return inner[-1] if inner else None
    return inner[-1] if giver.type in _LAST_VALUES and len(inner) > 1 else None


def is_tail(file: SourceFile, node: Node) -> bool:
    """Return whether an expression is the value of the block or function around it, by standing last in it."""
    above = node.parent
    if above is None or above.type not in _TAILS or node.type.endswith(("statement", "declaration")):
        return False
    if above.type == "block" and file.language != "rust":
        return False
    return above.named_children[-1].id == node.id and node.type not in {"block", "statement_block", "formal_parameters"}


def is_constant(file: SourceFile, node: Node) -> bool:
    """Return whether an expression is written out: literals, groups of them, objects made of them, named constants."""
    kind = node.type
    if kind in GROUPS:
        return all(_is_part_constant(file, child, node) for child in node.named_children)
    if kind in _SIMPLE or kind == "template_string" or kind.endswith("_literal"):
        return not any(child.type in {"interpolation", "template_substitution"} for child in node.named_children)
    if kind in CALLS[file.language] or kind == "new_expression":
        return _is_made_of_constants(file, node)
    if kind in _MEMBERS:
        return _CONSTANT_NAME.match(file.text(node)) is not None
    return False


def _is_part_constant(file: SourceFile, child: Node, group: Node) -> bool:
    """Return whether a part of a group is constant, or is no value."""
    if "comment" in child.type or child.type in _NAMES:
        return True
    is_key = group.type in {"pair", "keyed_element", "keyword_argument", "array_element_initializer"}
    if is_key and child.id == group.named_children[0].id and group.named_child_count > 1:
        return True
    return is_constant(file, child)


def _is_made_of_constants(file: SourceFile, call: Node) -> bool:
    """Return whether a call makes a value of constants alone, or an object whose parts are written out."""
    if call.type == "macro_invocation":
        return re.match(r"(?:vec|format|json)!\s*[\[({][\w\s,.\"'&*/+:{}\[\]-]*[\])}]$", file.text(call)) is not None
    callee, arguments = callee_of(file, call), file.arguments(call)
    given = [] if arguments is None else [one for one in arguments.named_children if "comment" not in one.type]
    if not all(_is_part_constant(file, child, call) for child in given):
        return False
    if _MAKERS.match(callee):
        return _NOT_A_VALUE.search(callee) is None
    is_object = file.language != "go" and _CLASS.match(callee) is not None and not _NOT_A_VALUE.search(callee)
    return is_object and any(re.search(r"[\"'\d]", file.text(child)) for child in given)


def _outermost(file: SourceFile, row: int) -> Node | None:
    """Return the largest node that begins where the code of a row begins, short of the whole file."""
    line, starts = file.line_text(row + 1), file.once(_line_starts)
    if row >= len(starts):
        return None
    start = starts[row] + len(line[: len(line) - len(line.lstrip())].encode())
    node = file.root.descendant_for_byte_range(start, start)
    while node is not None and node.parent is not None and node.parent.start_byte == node.start_byte:
        if node.parent.parent is None or node.parent.type in _TAILS | {"statement_list", "statement_block"}:
            break
        node = node.parent
    return node


def _line_starts(file: SourceFile) -> list[int]:
    return [0, *(match.end() for match in re.finditer(rb"\n", file.content))]


def _within_row(node: Node, row: int, *, into_functions: bool) -> Iterator[Node]:
    """Yield a node and what begins on its row below it, from the outside."""
    level = [node]
    for _ in range(_MOST_DEPTH):
        below: list[Node] = []
        for one in level:
            yield one
            if into_functions or not _SCOPES.search(one.type):
                below += [child for child in one.named_children if child.start_point[0] == row]
        level = below
