"""Tells a stub from what is empty or refuses by design: abstract methods, hooks, null objects, other platforms."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.admissions import (
    GONE,
    MEANT,
    OTHERS_FILL,
    PENDING,
    TO_WRITE,
    admits,
    is_by_design,
    is_unfinished_by_documentation,
    leaves_out,
)
from learnagent.lint.unfinished.bodies import Body, idle_bodies
from learnagent.lint.unfinished.owners import Owner, has_subclass, owner_of
from learnagent.lint.unfinished.python_stubs import is_empty_stub, is_left_to_others, is_refusing_stub

if TYPE_CHECKING:
    from tree_sitter import Node

_LEFT_TO_OTHERS = lazy_pattern(r"\b(?:abstract|virtual|open|default|external|@Abstract)\b")
_SAYS_SO = lazy_pattern(r"^test_|not_?implemented|unimplemented|unsupported|abstract", re.IGNORECASE)
"""Names of what refuses on purpose, and of tests."""
_HEAD_CHARACTERS = 400
_ONE_WAY = frozenset({"ConvertBack", "ReadJson", "WriteJson"})
"""Half of an interface of .NET that callers of the other half never use."""


def idle(file: SourceFile) -> list[Body]:
    """Return the functions of a file that do no work, read once."""
    return file.once(_idle)


def _idle(file: SourceFile) -> list[Body]:
    return list(idle_bodies(file))


def is_stub(file: SourceFile, body: Body) -> bool:
    """Return whether a function that does no work was meant to do some."""
    if body.how == "constant" and not _is_unfinished_constant(body):
        return False
    owner = owner_of(file, body.function)
    if _is_left_to_others(file, body, owner) or is_in_rust_tests(file, body.function) or _SAYS_SO.search(body.name):
        return False
    if body.how in {"speaks", "constant"}:
        return True
    if is_unfinished_by_documentation(body.documentation) or _is_left_to_do(body):
        return True
    if body.how == "refuses":
        return _is_refusing_stub(file, body, owner)
    if file.language == "python":
        return is_empty_stub(file, body, owner, _idle_members(file, owner))
    return False


def _is_left_to_do(body: Body) -> bool:
    """Return whether a comment says that the work is to be done; of what others fill it may speak of anything."""
    if not (admits(body.notes) if body.how == "refuses" else leaves_out(body.notes)):
        return False
    return TO_WRITE.search(body.notes) is not None or not MEANT.search(body.documentation)


def _is_left_to_others(file: SourceFile, body: Body, owner: Owner | None) -> bool:
    """Return whether the language says that somebody else fills the function."""
    if file.language == "python":
        return is_left_to_others(file, body, owner)
    if owner is not None and owner.node.type in {"trait_item", "interface_declaration"}:
        return True
    if body.how == "constant":
        return False
    head = file.text(body.function)[:_HEAD_CHARACTERS].partition("{")[0].partition("=>")[0]
    is_virtual = _LEFT_TO_OTHERS.search(head) is not None and "override" not in head
    return is_virtual and not PENDING.search(f"{body.words}\n{body.notes}")


def _is_unfinished_constant(body: Body) -> bool:
    if not leaves_out(body.notes):
        return False
    return body.is_null or TO_WRITE.search(body.notes) is not None


def _is_refusing_stub(file: SourceFile, body: Body, owner: Owner | None) -> bool:
    if OTHERS_FILL.search(body.words) or GONE.search(body.words):
        return False
    if PENDING.search(body.words):
        return True
    if owner is not None and (owner.is_open or has_subclass(file, owner.name)):
        return False
    if is_by_design(body.words) or is_by_design(body.notes) or body.name in _ONE_WAY or body.error == "unreachable":
        return False
    if MEANT.search(body.documentation):
        return False
    idle_members = _idle_members(file, owner)
    return file.language not in {"python", "ruby"} or is_refusing_stub(file, body, owner, idle_members)


def _idle_members(file: SourceFile, owner: Owner | None) -> int:
    """Return how many functions of a class do no work."""
    return 0 if owner is None else file.once(_count_idle_members)[owner.node.id]


def _count_idle_members(file: SourceFile) -> Counter[int]:
    owners = (owner_of(file, body.function) for body in idle(file) if body.how in {"empty", "refuses"})
    return Counter(owner.node.id for owner in owners if owner is not None)


def is_in_rust_tests(file: SourceFile, node: Node) -> bool:
    """Return whether a place of Rust is compiled for tests only."""
    if file.language != "rust":
        return False
    above: Node | None = node
    while above is not None:
        before = above.prev_named_sibling
        while before is not None and before.type in {"attribute_item", "line_comment"}:
            if re.search(r"cfg\s*\(\s*(?:all\s*\()?\s*test\b|#\[(?:\w+::)*test\b", file.text(before)):
                return True
            before = before.prev_named_sibling
        above = above.parent
    return False
