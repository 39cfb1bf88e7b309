"""Weighs the calls in a handler: what raises, ends, prints, waits, tidies up, or answers with a constant.

Precision first: a call that is none of these counts as handling the error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.cleanup import tidies
from learnagent.lint.exceptions.dialect import Dialect
from learnagent.lint.exceptions.dialect.form import LOG_HELPER, types
from learnagent.lint.exceptions.plain import Values
from learnagent.lint.exceptions.weight import Reaction
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.callee import callee_of, calls_below, head_of, last_of
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_UNDO = lazy_pattern(r"^(?:rollback|rollBack|Rollback|RollbackAsync)$")
_SETTER = lazy_pattern(r"^(?:set[A-Z]\w*|set_\w+)$")
_STORE = lazy_pattern(r"^(?:append|push|add|insert|push_back|emplace_back|put|Add|set)$")
_ANSWER = lazy_pattern(r"^(?:resolve|set_result|complete|resume|(?:Try)?SetResult|setResult|onSuccess|onComplete)$")
_CALLBACK = lazy_pattern(r"^(?:callback|cb|done|next)$")
"""Functions that go on: their first argument is the error, if there is one."""
_EXIT = lazy_pattern(r"(?:sys\.|os\._|process\.|System\.|Environment\.|std::|Kernel\.)?[eE]xit!?|exitProcess|die")
_FAILURE = lazy_pattern(
    r"err|fail|invalid|problem|broken|unavailable|offline|unreachable|reject|abort|crash|denied|unhealthy|message|alert|"
    r"skip|miss|exception|retr|queue|pending|todo|dead|status|warn|issue|notif|toast|open|show|visible|snack",
    re.IGNORECASE,
)
_BARE_PRINT = lazy_pattern(
    r"(?:\w+\.)*[cC]onsole\b|print|System\.|Debug|Trace|puts|pp?$|warn$|error_log|\$std|STD|var_dump|dump|fwrite|fputs"
    r"|.*\bcore\."
)
"""Callees that are no loggers: what they are handed is shown as they like."""
_CARRIERS = types(
    "object pair argument value_argument dictionary keyword_argument hash as_expression array_creation_expression array"
    " array_element_initializer non_null_expression cast_expression"
)


def says_failure(text: str) -> bool:
    """Return whether the name of a place, or what is put there, says that something went wrong."""
    return _FAILURE.search(text) is not None


@dataclass(slots=True)
class Calls:
    """The calls of one handler."""

    file: SourceFile
    dialect: Dialect
    values: Values
    is_strict: bool
    """Whether a logged trace is not enough."""
    has_tidied: bool = False
    """Whether something was closed or removed: enough where nothing else happens."""

    def weigh(self, call: Node) -> Reaction:
        """Return what a call does."""
        if self.values.is_plain(call):
            return Reaction.DEFAULT
        dialect, callee = self.dialect, callee_of(self.file, call)
        name = last_of(callee)
        if dialect.exit_call.search(self.file.text(call)) or dialect.raise_call.search(callee):
            return Reaction.HANDLES
        if dialect.trace_call.search(callee):
            return self._trace()
        if self._does_nothing(callee, name):
            return Reaction.SILENT
        if LOG_HELPER.search(callee) or dialect.print_call.search(callee):
            return self.show(call)
        if _SETTER.match(name) or _STORE.match(name) or _ANSWER.match(name) or _CALLBACK.match(name):
            return self._store(call, name)
        if tidies(self.file, [call]) and not self.values.mentions_error(call):
            self.has_tidied = True
            return Reaction.SILENT
        return Reaction.HANDLES

    def _does_nothing(self, callee: str, name: str) -> bool:
        """Return whether a call waits, undoes, leaves as if all were well, or only rewords the error."""
        if self.dialect.neutral_call.search(callee) or _UNDO.match(name) or _EXIT.fullmatch(callee):
            return True
        return name in self.dialect.transparent

    def _trace(self) -> Reaction:
        return Reaction.LOGS if self.is_strict else Reaction.HANDLES

    def show(self, shown: Node) -> Reaction:
        """Weigh what is printed or logged: it counts if the trace is part of it, or a logger gets the error itself."""
        dialect, callee = self.dialect, callee_of(self.file, shown) if shown.type in self.dialect.calls else ""
        inside = [callee_of(self.file, one) for one in calls_below(self.file, shown)]
        if any(map(dialect.trace_call.search, (self.file.text(shown), *inside))):
            return self._trace()
        arguments = self.file.arguments(head_of(shown)) if callee else None
        is_own = LOG_HELPER.search(callee) is not None and not dialect.print_call.search(callee)
        is_logger = dialect.trusts_logged_error and _BARE_PRINT.match(callee) is None
        if (is_own or is_logger) and arguments is not None and self._hands_over(arguments):
            return self._trace()
        return Reaction.LOGS

    def _hands_over(self, arguments: Node) -> bool:
        """Return whether the error itself is among the arguments, or the value of a key of one of them."""
        inside = descendants(arguments, into=lambda one: one.type in _CARRIERS)
        return any(self.values.is_error(node) for node in inside)

    def _store(self, call: Node, name: str) -> Reaction:
        """Weigh handing a constant to where results go: `results.append(None)`, `setItems([])`, `resolve(null)`."""
        arguments = self.file.arguments(call)
        given = [] if arguments is None else [one for one in arguments.named_children if "comment" not in one.type]
        if self.values.mentions_error(arguments) or not all(map(self.values.is_plain, given)):
            return Reaction.HANDLES
        if _CALLBACK.match(name):
            return Reaction.DEFAULT if not given or self.values.is_empty(given[0]) else Reaction.HANDLES
        if _ANSWER.match(name):
            return Reaction.DEFAULT
        is_default = any(map(self.values.is_empty, given)) and not says_failure(self.file.text(call))
        return Reaction.DEFAULT if is_default else Reaction.HANDLES
