"""What is told of a language about its handlers of errors, and what languages have in common. Nothing here reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from learnagent.lint.syntax.patterns import lazy_pattern


def types(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


NEVER = lazy_pattern(r"(?!)")
"""Matches nothing."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one language writes what matters about a handler. Names of types are tree-sitter's.

    Patterns of calls are searched in the name of the call as `callee.callee_of` gives it: no arguments, no generics.
    """

    handlers: tuple[str, ...]
    """Types of a handler."""
    broad: frozenset[str]
    """Errors (last part of the name) that stand for every error."""
    raises: frozenset[str]
    """Types that raise."""
    nothing: frozenset[str]
    """Statements that do nothing."""
    blocks: frozenset[str]
    """Types whose children are weighed one by one: blocks, branches, loops, wrapped statements."""
    conditions: frozenset[str]
    """Fields that are not weighed: a question does nothing."""
    leaves: frozenset[str]
    """Types that leave the block: return, break, continue."""
    assignments: frozenset[str]
    """Types of an assignment or a declaration with a value."""
    plain: frozenset[str]
    """Expressions that compute nothing but their parts: literals, names, containers, operators."""
    names: frozenset[str]
    """Types of an identifier."""
    calls: frozenset[str]
    wrappers: frozenset[str]
    """Expressions that stand for the one inside: await, parentheses."""
    print_call: re.Pattern[str]
    """Callees that only show something to whoever looks."""
    trace_call: re.Pattern[str]
    """Callees or arguments that keep the traceback."""
    exit_call: re.Pattern[str]
    """Calls, with their arguments, that end the program with a failure."""
    neutral_call: re.Pattern[str]
    """Callees that neither handle nor report: waiting."""
    empty_value: re.Pattern[str]
    """Callees that make an empty or constant value."""
    empty_is_silent: bool = False
    """Whether an empty handler of any error counts: the language has no other way to be that brief."""
    trusts_logged_error: bool = False
    """Whether a logger that is handed the error itself writes its trace."""
    last_is_value: bool = False
    """Whether what a handler ends with is its value."""
    result_fields: tuple[str, ...] = ("right", "value")
    """Fields of an assignment that hold what is assigned; without one it is the last child."""
    target_fields: tuple[str, ...] = ("left", "name")
    """Fields of an assignment that hold where to; without one it is the first child."""
    transparent: frozenset[str] = field(default_factory=frozenset)
    """Names of calls that only reword or copy: what is done with their result counts."""
    prints: frozenset[str] = field(default_factory=frozenset)
    """Statements that print, and streams that are written to."""
    raise_call: re.Pattern[str] = NEVER
    """Callees that raise, where raising is a call."""


_LOGGER = (
    r"(?:\w*(?:[Ll]ogger|LOGGER|[Ll]ogging)\w*|(?:\w*_)?(?:log|LOG)_?|(?:\w*[a-z0-9_])?Log|\w*[Cc]onsole|Timber|"
    r"spdlog|log4\w+)"
)
_LEVEL = (
    r"(?:log|debug|info|information|notice|warn|warning|error|severe|critical|fatal|trace|verbose|success|fine|finer|"
    r"finest|print|printf|println|alert|emergency|e|w|d|i|v|wtf|err|"
    r"(?:Log|Debug|Info|Notice|Warn|Error|Critical|Fatal|Trace|Verbose|Write|Print)\w*)"
)
_PART = r"(?:\.|->|::|\?\.|&\.)"

LOGGED = (
    rf"(?:^|[.>:@$])_*{_LOGGER}(?:{_PART}\w+)*?{_PART}{_LEVEL}!?$"
    r"|(?:^|[.>:])Log(?:Trace|Debug|Information|Warning|Error|Critical)$"
)
"""Callees of loggers, in all languages."""

LOG_HELPER = lazy_pattern(
    r"^(?:self\.|this\.|cls\.|\$this->|self::|static::)?_*"
    r"(?:log(?!_?(?:in|out)$|In$|Out$)|debug|warn|warning|trace|info|verbose|notice|print)(?:_\w+|[A-Z]\w*)?[!?]?$"
)
"""Functions of a program's own that show something; one that is handed the error itself is a reporter."""

DEFAULT_MAKER = r"(?:^|[._>:])_*(?:(?:get|make|create|new|build)_?)?(?:[Dd]efault|[Ee]mpty)\w*$"
"""Callees that say that they make a default."""
