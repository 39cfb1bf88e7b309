"""Tells where a program begins: there Ctrl-C may end quietly, and a failure has a status to leave with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.functions import function_around, name_around, name_of
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_NAMES = lazy_pattern(
    r"^_*(?:main\w*|Main|cli|run(?:_(?!hook|callback|plugin|handler|step|task|job)\w+)?|serve(?:_\w+)?|start(?:_\w+)?|watch|repl|interact\w*|shell|cmdloop|handle|execute|"
    r"command|entry_?point)$"
)
_MAIN_BLOCK = lazy_pattern(r"if\s+__name__\s*==\s*[\"']__main__[\"']\s*:(.*)", re.DOTALL)
_COMMAND = lazy_pattern(r"@[\w.]*\.?(?:command|group|callback)\b")


def is_program_entry(file: SourceFile, node: Node) -> bool:
    """Return whether a node stands where a program begins: at the top of a file, in main, in a command."""
    function = function_around(file, node)
    if function is None:
        return True
    if _NAMES.match(name_around(file, node)):
        return True
    above = function.parent
    if above is not None and above.type == "decorated_definition" and _COMMAND.search(file.text(above)[:400]):
        return True
    return _is_started(file, name_of(file, function))


def _is_started(file: SourceFile, name: str) -> bool:
    """Return whether the main block of a Python file calls a function of that name."""
    if file.language != "python" or not name or b"__main__" not in file.content:
        return False
    block = _MAIN_BLOCK.search(file.text(file.root))
    return block is not None and re.search(rf"\b{re.escape(name)}\(", block[1]) is not None
