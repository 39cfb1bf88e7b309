"""Tells Python's stubs from abstract methods, hooks and fallbacks, which look the same: the language has no keyword."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.admissions import MEANT, UNDONE
from learnagent.lint.unfinished.bodies import Body
from learnagent.lint.unfinished.owners import Owner, class_heads, has_subclass, is_inner

if TYPE_CHECKING:
    from tree_sitter import Node

_ABSTRACT = lazy_pattern(
    r"@(?:\w+\.)*(?:abstract\w*|overload|singledispatch\w*|dispatch|hookspec|hookimpl|\w*not_implemented\w*|fixture|\w+\.register)\b"
)
_ORDINARY = lazy_pattern(
    r"@(?:staticmethod|classmethod|property|(?:functools\.)?(?:cached_property|lru_cache|cache|wraps)|\w+\.(?:setter|getter|deleter)|"
    r"override|(?:typing\.)?override|final|contextmanager|(?:\w+\.)*(?:command|argument|option|route|get|post|put|delete|patch|task|"
    r"job|action|shared_task|login_required))\b"
)
_HOOK = lazy_pattern(
    r"^_*a?(?:on|pre|post|before|after|begin|end|handle|visit|leave|enter|exit|notify|will|did|start|stop|open|close|flush|"
    r"reset|setup|set_up|setUp|teardown|tear_down|tearDown|shutdown|cleanup|clean|finali[sz]e|finish|dispose|release|"
    r"cancel|abort|init|initiali[sz]e|prepare|configure|ready|connect|disconnect|acquire|lock|unlock|commit|rollback|log|"
    r"debug|trace|warn|warning|info|error|tick|ping|wait|isatty|fileno|settimeout|noop|no_op|nop|null|nothing|ignore|dummy|"
    r"skip|pass|do_nothing)(?:_|[A-Z]|$)"
)
_NO_OP = lazy_pattern(
    r"no_?op|^_*nop|nothing|^_+$|dummy|ignore|null|placeholder|^_*(?:on|handle)_|callback|stub", re.IGNORECASE
)
_FEW = 2
_INTERFACE_SHARE = 0.5
_TRIVIAL_RETURN = lazy_pattern(
    r"^(?:None|\"None\"|.*\bNone\b.*|.*Optional\b.*|.*\bAny\b.*|NoReturn|.*\bNever\b)$", re.DOTALL
)


def is_left_to_others(file: SourceFile, body: Body, owner: Owner | None) -> bool:
    """Return whether a decorator, a branch or the kind of class says that somebody else fills the function."""
    if _is_conditional(body.function):
        return True
    if any(_ABSTRACT.match(one) for one in _decorators(file, body.function)):
        return True
    return owner is not None and (
        "Protocol" in owner.bases or "TypedDict" in owner.bases or "NamedTuple" in owner.bases
    )


def is_refusing_stub(file: SourceFile, body: Body, owner: Owner | None, idle_members: int) -> bool:
    """Return whether a function that raises NotImplementedError, with no word on why, is no abstract method."""
    if any(not _ORDINARY.match(one) for one in _decorators(file, body.function)):
        return False
    if owner is None:
        return not is_inner(body.function)
    if _overrides_abstract(file, body.name, owner):
        return True
    if owner.bases:
        return UNDONE.search(body.words) is not None
    return idle_members <= _FEW and _is_made_here(file, owner)


def is_empty_stub(file: SourceFile, body: Body, owner: Owner | None, idle_members: int) -> bool:
    """Return whether an empty function was meant to do something; `idle_members` of its class do no work."""
    if body.notes or re.fullmatch(r"__\w+__", body.name):
        return False
    if any(not _ORDINARY.match(one) for one in _decorators(file, body.function)):
        return False
    is_alone = owner is None and not (
        is_inner(body.function) or _NO_OP.search(body.name) or _is_handed_on(file, body.name)
    )
    is_member = owner is not None and _is_empty_member(file, body, owner, idle_members)
    return (is_alone or is_member) and not MEANT.search(body.documentation)


def _is_empty_member(file: SourceFile, body: Body, owner: Owner, idle_members: int) -> bool:
    """Return whether an empty method promises something, by what it is annotated to return or by its name."""
    if owner.is_open or has_subclass(file, owner.name):
        return False
    if _is_interface(owner, idle_members) and not _is_made_here(file, owner):
        return False
    return _promises(file, body.function) or (not owner.bases and not _HOOK.match(body.name))


def _is_interface(owner: Owner, idle_members: int) -> bool:
    """Return whether so many methods do nothing that the class is there to be extended."""
    return idle_members > _FEW or (idle_members == _FEW and idle_members >= _INTERFACE_SHARE * _members(owner))


def _promises(file: SourceFile, function: Node) -> bool:
    """Return whether a function is annotated to return something."""
    returns = file.text(function.child_by_field_name("return_type"))
    return bool(returns) and not _TRIVIAL_RETURN.match(returns)


def _decorators(file: SourceFile, function: Node) -> list[str]:
    above = function.parent
    if above is None or above.type != "decorated_definition":
        return []
    return [file.text(child) for child in above.named_children if child.type == "decorator"]


def _is_conditional(function: Node) -> bool:
    """Return whether a definition stands in a branch: what one platform or version lacks."""
    above = function.parent
    while above is not None and above.type not in {"class_definition", "function_definition", "module"}:
        if above.type in {
            "if_statement",
            "else_clause",
            "elif_clause",
            "except_clause",
            "try_statement",
            "match_statement",
        }:
            return True
        above = above.parent
    if above is not None and above.type == "class_definition":
        return _is_conditional(above)
    return False


def _overrides_abstract(file: SourceFile, name: str, owner: Owner) -> bool:
    """Return whether a base class in the same file declares the method abstract."""
    here = {other for other, _ in class_heads(file)}
    if here.isdisjoint(owner.bases) or b"abstract" not in file.content:
        return False
    pattern = rb"@(?:\w+\.)*abstract\w+\s+(?:@[\w.]+\s+)*(?:async\s+)?def\s+%s\b" % re.escape(name.encode())
    return re.search(pattern, file.content) is not None


def _is_made_here(file: SourceFile, owner: Owner) -> bool:
    """Return whether the file makes an object of the class, which is therefore not abstract."""
    return re.search(rb"(?<![\w.])(?<!class )%s\(" % re.escape(owner.name.encode()), file.content) is not None


def _is_handed_on(file: SourceFile, name: str) -> bool:
    """Return whether a function is passed as a value: as a callback that does nothing."""
    pattern = rb"(?:[=(,\[{]\s*|\breturn )%s\s*(?:[,)\]}\n]|\Z)" % re.escape(name.encode())
    return re.search(pattern, file.content) is not None


def _members(owner: Owner) -> int:
    """Return how many methods a class has, its constructor left out."""
    body = owner.node.child_by_field_name("body")
    count = 0
    for child in body.named_children if body is not None else ():
        inner = child.child_by_field_name("definition") if child.type == "decorated_definition" else child
        count += inner is not None and inner.type == "function_definition"
    return count
