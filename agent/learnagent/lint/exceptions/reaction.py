"""Weighs what a handler does with the error: nothing, a default, a line in a log, or something that counts.

Precision first: whatever is not plainly one of the first three counts as handling. That is a raise, an exit
with a failure, a kept traceback, the error handed to any call that is no mere print, stored or returned, and
work of any other kind. `call_weight` weighs the calls.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.aftermath import is_failing_exit, is_judged_later
from learnagent.lint.exceptions.call_weight import Calls, says_failure
from learnagent.lint.exceptions.cleanup import is_cleanup as is_cleanup
from learnagent.lint.exceptions.cleanup import is_closing
from learnagent.lint.exceptions.dialect import DIALECTS, Dialect
from learnagent.lint.exceptions.dialect.cpp import STREAM
from learnagent.lint.exceptions.handlers import Handler
from learnagent.lint.exceptions.plain import Values
from learnagent.lint.exceptions.weight import Reaction as Reaction
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.callee import callee_of, calls_below, first_of
from learnagent.lint.syntax.functions import function_around
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_EXIT_CODE = lazy_pattern(r"process\.exitCode|(?:\w+\.)*(?:exit_?code|status_?code|returncode)", re.IGNORECASE)
_FAILURE_TEXT = lazy_pattern(
    r"[rbuf]?([\"'])(?=[^\"']*\b(?:unable|cannot|can't|could not|couldn't|unprintable|failed|error|invalid|"
    r"not available)\b)"
    r"(?:[^\"'\s]+\s+){2,}[^\"']*\1",
    re.IGNORECASE,
)
"""A text of several words that says that something went wrong: whoever gets it can tell."""
_HTTP_FAILURE = lazy_pattern(r"[\[(]?.*,\s*[45]\d\d[\])]?", re.DOTALL)


def reaction(file: SourceFile, handler: Handler, *, is_strict: bool = False) -> Reaction:
    """Return what a handler does with the error; if strict, neither a logged trace nor clean-up is enough."""
    weighing = _Weighing(file, DIALECTS[file.language], handler, is_strict)
    found = max((weighing.weigh(node) for node in handler.body), default=Reaction.SILENT)
    if found is Reaction.SILENT and weighing.calls.has_tidied:
        return Reaction.HANDLES
    if found is Reaction.HANDLES or is_judged_later(file, handler.statement, weighing.defaults):
        return Reaction.HANDLES
    if is_strict:
        return found
    is_closed = found is Reaction.SILENT and is_closing(file, handler.guarded)
    return Reaction.HANDLES if is_closed or is_cleanup(file, handler) else found


@dataclass(slots=True)
class _Weighing:
    """One handler being weighed."""

    file: SourceFile
    dialect: Dialect
    handler: Handler
    is_strict: bool
    values: Values = field(init=False)
    calls: Calls = field(init=False)
    defaults: set[str] = field(default_factory=set)
    """Names that were assigned a default."""

    def __post_init__(self) -> None:
        self.values = Values(self.file, self.dialect, set(re.findall(r"[\w$@]+", self.handler.binding)))
        self.calls = Calls(self.file, self.dialect, self.values, self.is_strict)

    def weigh(self, node: Node) -> Reaction:
        """Return what a statement or expression does."""
        kind, dialect = node.type, self.dialect
        if "comment" in kind or kind in dialect.nothing or kind in FUNCTIONS[self.file.language]:
            return Reaction.SILENT
        if kind in dialect.raises:
            return Reaction.HANDLES
        if kind in dialect.prints:
            return self.calls.show(node)
        if kind == "binary_expression" and self.file.language == "cpp" and (stream := _stream_of(node)) is not None:
            return self.calls.show(node) if STREAM.search(callee_of(self.file, stream)) else Reaction.HANDLES
        if kind in dialect.blocks:
            return self._children(node)
        if kind in dialect.leaves:
            return self._leave(node)
        if kind in dialect.assignments:
            return self._assign(node)
        if kind in dialect.calls:
            return self._scoped(node) if self.file.language == "kotlin" else self.calls.weigh(node)
        if kind in dialect.wrappers:
            return max((self.weigh(child) for child in node.named_children), default=Reaction.SILENT)
        return self._expression(node) if kind in dialect.plain else Reaction.HANDLES

    def _children(self, node: Node) -> Reaction:
        """Weigh what stands in a block; the questions of branches and loops do nothing."""
        found = Reaction.SILENT
        for index, child in enumerate(node.children):
            if child.is_named and node.field_name_for_child(index) not in self.dialect.conditions:
                found = max(found, self.weigh(child))
        return found

    def _scoped(self, call: Node) -> Reaction:
        """Weigh a call of Kotlin: `error.message?.let { println(it) }` does what its lambda does."""
        inner = next((first_of(child) for child in call.named_children if child.type == "annotated_lambda"), None)
        if inner is None or re.search(r"\b(?:let|also|run|apply)$", callee_of(self.file, call)) is None:
            return self.calls.weigh(call)
        if self.file.text(first_of(first_of(call))) in self.values.errors:
            self.values.errors.add("it")
        return self._children(inner)

    def _expression(self, node: Node) -> Reaction:
        """Weigh an expression that stands alone: a value where the language has it so, else only its calls count."""
        text = self.file.text(node)
        if text in {"continue", "break"}:
            return Reaction.SILENT
        if self.dialect.raise_call.search(text):
            return Reaction.HANDLES
        found = max(map(self.calls.weigh, calls_below(self.file, node)), default=Reaction.SILENT)
        if not self.dialect.last_is_value and not _is_body_of_arrow(node):
            return found
        if self.values.mentions_error(node) or self._is_call_of_own(node):
            return Reaction.HANDLES
        return max(found, Reaction.DEFAULT)

    def _is_call_of_own(self, node: Node) -> bool:
        """Return whether a bare name is a call, as it may be in Ruby: nothing around assigns it."""
        if self.file.language != "ruby" or node.type != "identifier":
            return False
        function = function_around(self.file, node)
        while function is not None and function.type.endswith("block"):
            function = function_around(self.file, function)
        name = re.escape(self.file.text(node))
        around = self.file.text(function if function is not None else self.file.root)
        return re.search(rf"(?<![\w@.]){name}\s*(?:[|&+*-]*=(?!=)|,|\))|[(|,*&]\s*{name}\b", around) is None

    def _leave(self, node: Node) -> Reaction:
        """Weigh leaving the block, with a value or without."""
        label = node.child_by_field_name("label")
        values = [child for child in node.named_children if "comment" not in child.type and child != label]
        if not values or node.type.startswith(("break", "continue", "goto", "labeled")):
            return Reaction.SILENT
        if not all(self.values.is_plain(value) for value in values):
            return Reaction.HANDLES
        text = self.file.text(values[0])
        names_failure = _HTTP_FAILURE.fullmatch(text) or _FAILURE_TEXT.fullmatch(text)
        return Reaction.HANDLES if names_failure or is_failing_exit(self.file, node) else Reaction.DEFAULT

    def _assign(self, node: Node) -> Reaction:
        """Weigh an assignment: of the error, of a default, or of the result of other work."""
        value, target = self._sides(node)
        if value is None or target is None:
            return Reaction.SILENT
        if value.type in self.dialect.assignments:
            return self._assign(value)
        name = self.file.text(target)
        if self.values.mentions_error(value):
            return self._keep(target)
        if not self.values.is_plain(value) or _EXIT_CODE.fullmatch(name):
            return Reaction.HANDLES
        if says_failure(name) and not self.values.is_empty(value):
            return Reaction.HANDLES
        self.defaults.add(name)
        return Reaction.DEFAULT

    def _sides(self, node: Node) -> tuple[Node | None, Node | None]:
        """Return what is assigned and to what."""
        dialect, children = self.dialect, node.named_children
        value = next((one for name in dialect.result_fields if (one := node.child_by_field_name(name))), None)
        target = next((one for name in dialect.target_fields if (one := node.child_by_field_name(name))), None)
        if len(children) > 1:
            value, target = value or children[-1], target or children[0]
        if target is not None and target.type == "variable_declaration":
            target = first_of(target)
        return (None, None) if value == target else (value, target)

    def _keep(self, target: Node) -> Reaction:
        """Weigh keeping the error, or words about it, under a name: it counts where somebody reads it later."""
        name = self.file.text(target)
        if name == "_":
            return Reaction.SILENT
        if target.type not in self.dialect.names:
            return Reaction.HANDLES
        self.values.errors.add(name)
        function = function_around(self.file, self.handler.node) or self.file.root
        word = rb"(?<![\w$])%s(?![\w$])" % re.escape(name.encode())
        later = self.file.content[self.handler.node.end_byte : function.end_byte]
        is_kept = re.search(word, later) is not None or self._outlives(name, function)
        return Reaction.HANDLES if is_kept else Reaction.SILENT

    def _outlives(self, name: str, function: Node) -> bool:
        """Return whether a name belongs to more than the function that assigns it."""
        begin = self.file.content[function.start_byte : self.handler.node.end_byte].decode("utf-8", "replace")
        name = re.escape(name)
        if self.file.language in {"python", "ruby", "php"}:
            return re.search(rf"\b(?:global|nonlocal)\b[^\n]*{name}", begin) is not None
        declared = rf"(?:\b(?:let|var|const|val|auto|final)\b[^;=\n]*|[\w>\]?*&]\s+|[(,]\s*){name}\s*[=;,:)]"
        return re.search(declared, begin) is None


def _is_body_of_arrow(node: Node) -> bool:
    """Return whether an expression is what an arrow function returns."""
    above = node.parent
    while above is not None and above.type == "parenthesized_expression":
        above = above.parent
    return above is not None and above.type == "arrow_function"


def _stream_of(node: Node) -> Node | None:
    """Return what `a << b << c` writes to; None for another operator."""
    left: Node | None = node
    while left is not None and left.type == "binary_expression":
        operator = left.child_by_field_name("operator")
        if operator is None or operator.type != "<<":
            return None
        left = left.child_by_field_name("left")
    return left
