"""Tells a file that a program wrote by what its first lines say. Its path is judged elsewhere."""

from __future__ import annotations

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

_HEAD_BYTES = 1_500
_SAYS = lazy_pattern(
    rb"@generated\b|do not (?:edit|modify)|auto(?:matically|-)? ?generated|"
    rb"(?:generated|written|created) (?:by|from|with|using)\b"
)
"""In lower case."""


def is_generated(file: SourceFile) -> bool:
    """Return whether the head of a file says that a program wrote it."""
    return file.once(_says_so)


def _says_so(file: SourceFile) -> bool:
    return _SAYS.search(file.content[:_HEAD_BYTES].lower()) is not None
