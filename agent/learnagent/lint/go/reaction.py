"""Weighs what Go code does with an error that it found: nothing, a default, a line in a log, or something that counts.

Precision first, as in `reaction`: whatever is not plainly one of the first three counts as handling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.reaction import Reaction
from learnagent.lint.go.aftermath import is_judged_later
from learnagent.lint.go.calls import ends_program, is_default_call, is_neutral, prints, says_failure
from learnagent.lint.go.errors import ErrorBranch, is_error_name
from learnagent.lint.go.excuses import is_excused
from learnagent.lint.go.flow import is_of_outer_function, targets
from learnagent.lint.go.functions import callee, declared, is_error_type, names_in, results, returned_values
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_BLOCKS = frozenset(
    "block statement_list if_statement for_statement labeled_statement expression_switch_statement expression_case"
    " default_case".split()
)
_PLAIN = frozenset(
    "identifier field_identifier package_identifier type_identifier selector_expression nil true false iota int_literal"
    " float_literal rune_literal interpreted_string_literal raw_string_literal imaginary_literal composite_literal"
    " literal_value literal_element keyed_element unary_expression binary_expression parenthesized_expression"
    " expression_list slice_type array_type map_type pointer_type qualified_type struct_type interface_type"
    " generic_type type_arguments interpreted_string_literal_content raw_string_literal_content escape_sequence"
    " index_expression slice_expression type_elem".split()
)
_TELLS = lazy_pattern(
    r"(?i)[{,]\s*\"?(?:ok|success|healthy|valid|found|alive|ready|available|connected|up|passed)\"?\s*:\s*false\b"
    r"|[{,]\s*\"?\w*(?:err|fail|reason)\w*\"?\s*:|:\s*\"?\w*(?:error|fail|down|unhealthy|unavailable|degraded|invalid)\w*\"?"
)
"""A value whose fields say that something failed."""
_JUMPS = frozenset({"break_statement", "continue_statement"})


def go_reaction(file: SourceFile, branch: ErrorBranch) -> Reaction:
    """Return what a branch does with the error."""
    weighing = _Weighing(file, branch)
    found = max((weighing.weigh(node) for node in branch.body), default=Reaction.SILENT)
    if found is Reaction.HANDLES or is_excused(file, branch, found) or is_judged_later(file, branch, weighing.defaults):
        return Reaction.HANDLES
    return found


@dataclass(slots=True)
class _Weighing:
    """One branch being weighed."""

    file: SourceFile
    branch: ErrorBranch
    errors: set[str] = field(init=False)
    """Names that hold the error, or its words."""
    defaults: set[str] = field(default_factory=set)
    """Names that were assigned a default."""

    def __post_init__(self) -> None:
        self.errors = {self.branch.name.partition(".")[0].removesuffix("()")}

    def weigh(self, node: Node) -> Reaction:
        """Return what a statement does."""
        kind = node.type
        if kind in _BLOCKS:
            return self._children(node)
        if kind in _JUMPS or kind in {"comment", "empty_statement"}:
            return Reaction.SILENT
        if kind == "return_statement":
            return self._return(node)
        if kind in {"assignment_statement", "short_var_declaration"}:
            return self._assign(node)
        if kind == "expression_statement":
            value = node.named_children[0] if node.named_children else None
            return self._call(value) if value is not None and value.type == "call_expression" else Reaction.HANDLES
        return Reaction.HANDLES

    def _children(self, node: Node) -> Reaction:
        """Weigh what stands in a block; asking what kind of error it is counts as handling."""
        found = Reaction.SILENT
        for index, child in enumerate(node.children):
            field_name = node.field_name_for_child(index)
            if not child.is_named:
                continue
            if field_name in {"condition", "value"}:
                if self._mentions_error(child) and not self.file.text(child).endswith("!= nil"):
                    return Reaction.HANDLES
            elif child.type not in {"range_clause", "for_clause", "label_name"}:
                found = max(found, self.weigh(child))
        return found

    def _return(self, node: Node) -> Reaction:
        values = returned_values(node)
        if any(self._mentions_error(value) for value in values):
            return Reaction.HANDLES
        kinds = results(self.file, self.branch.function) if self.branch.function is not None else []
        if not values:
            named = {name for name, _ in kinds if name}
            if self.errors & named or is_of_outer_function(self.file, self.branch.name, self.branch.node):
                return Reaction.HANDLES
            return Reaction.DEFAULT if kinds else Reaction.SILENT
        if kinds and is_error_type(kinds[-1][1]):
            return self._returned_error(values, is_whole=len(values) == len(kinds))
        if len(values) > 1 and any(self.file.text(value) == "false" for value in values):
            return Reaction.HANDLES  # the comma-ok form: the caller is told
        if (
            self._is_callers_default(values)
            or not all(self._is_plain(value) for value in values)
            or any(_TELLS.search(self.file.text(one)) for one in values)
        ):
            return Reaction.HANDLES
        function = self.branch.function
        is_status = function is not None and says_failure(self.file, values, function)
        return Reaction.HANDLES if is_status else Reaction.DEFAULT

    def _is_callers_default(self, values: list[Node]) -> bool:
        """Return whether the default is one that the caller has asked for."""
        function = self.branch.function
        given = declared(self.file, function.child_by_field_name("parameters")) if function is not None else ()
        wished = {name for name, _ in given if re.match(r"(?i)def|fallback|otherwise", name)}
        return any(self.file.text(value) in wished for value in values)

    def _returned_error(self, values: list[Node], *, is_whole: bool) -> Reaction:
        if not is_whole or values[-1].type != "nil":
            return Reaction.HANDLES
        return Reaction.DEFAULT if all(self._is_plain(value) for value in values) else Reaction.HANDLES

    def _assign(self, node: Node) -> Reaction:
        right, written = node.child_by_field_name("right"), targets(node)
        names = [self.file.text(one) for one in written]
        if right is None or all(name == "_" for name in names):
            return Reaction.SILENT
        if self._mentions_error(right):
            return self._keep(written)
        if not self._is_plain(right):
            return Reaction.HANDLES
        if any(
            re.search(r"(?i)fail|err(?!\w*\.)|exit|code$|status|ok$|success|health|valid|broken|degraded|missing", name)
            and not is_error_name(name)
            for name in names
        ):
            return Reaction.HANDLES
        self.defaults.update(names)
        return Reaction.DEFAULT

    def _keep(self, written: list[Node]) -> Reaction:
        """Weigh keeping the error, or words about it: it counts where somebody reads it later."""
        if any(one.type != "identifier" for one in written):
            return Reaction.HANDLES
        names = {self.file.text(one) for one in written} - {"_"}
        self.errors |= names
        later = self.file.content[self.branch.statement.end_byte : _outermost_end(self.file, self.branch)]
        is_read = any(re.search(rb"(?<![\w.])%s(?!\w)" % re.escape(name.encode()), later) for name in names)
        return Reaction.HANDLES if is_read or self.branch.function is None else Reaction.SILENT

    def _call(self, call: Node) -> Reaction:
        called = callee(self.file, call)
        if ends_program(self.file, call, called):
            return Reaction.HANDLES
        if is_neutral(called):
            return Reaction.SILENT
        return Reaction.LOGS if prints(self.file, call, called) else Reaction.HANDLES

    def _is_plain(self, node: Node) -> bool:
        """Return whether an expression computes nothing and says nothing of the error."""
        if node.type == "call_expression":
            arguments = node.child_by_field_name("arguments")
            plain = arguments is None or all(self._is_plain(one) for one in arguments.named_children)
            return plain and is_default_call(callee(self.file, node), arguments)
        if node.type == "func_literal":
            return False
        return node.type in _PLAIN and all(self._is_plain(child) for child in node.named_children)

    def _mentions_error(self, node: Node) -> bool:
        return not self.errors.isdisjoint(names_in(self.file, node))


def _outermost_end(file: SourceFile, branch: ErrorBranch) -> int:
    """Return where the function ends whose variables a branch may write to, literals in it included."""
    outer = file.enclosing(branch.statement, "function_declaration", "method_declaration")
    return outer.end_byte if outer is not None else len(file.content)
