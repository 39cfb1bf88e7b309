"""Splits source of Rust at what stands outside brackets and strings: the arguments of macros are no syntax tree."""

from __future__ import annotations

import re

from learnagent.lint.syntax.patterns import lazy_pattern

_TOKENS = lazy_pattern(
    r"""//[^\n]*|/\*.*?\*/|b?r(?P<hash>#*)".*?"(?P=hash)|b?"(?:\\.|[^"\\])*"|b?'(?:\\.|[^'\\])'|[(\[{]|[)\]}]"""
    r"""|&&|\|\||==|!=|<=|>=|=>|->|,| < | > |[^\s]""",
    re.S,
)
_LITERAL = lazy_pattern(
    r"""^(?:&*\s*)(?:-?\d[\w.]*(?:e[+-]?\d\w*)?|true|false|None|b?"(?:\\.|[^"\\])*"|b?r(#*)".*"\1|b?'(?:\\.|[^'\\])'|\(\))"""
    r"""(?:\.(?:to_string|to_owned|into|as_bytes)\(\))?$""",
    re.S,
)
_CONTAINER = lazy_pattern(
    r"^&*\s*(?:vec!\s*)?(?:\[(.*)\]|\((.*)\))(?:\.to_vec\(\))?$|^&*\s*(?:Some|Ok|Err|String::from)\((.*)\)$", re.S
)


def closing(text: str, start: int) -> int:
    """Return the place after the bracket that closes the one at `start`; the end of the text where none does."""
    depth = 0
    for match in _TOKENS.finditer(text, start):
        if match[0] in "([{":
            depth += 1
        elif match[0] in ")]}":
            depth -= 1
            if depth == 0:
                return match.end()
    return len(text)


def split(text: str, *marks: str) -> list[tuple[str, str]]:
    """Return the parts between marks outside brackets, each with the mark before it; the first has none."""
    found, depth, begin, mark = [], 0, 0, ""
    for match in _TOKENS.finditer(text):
        token = match[0]
        if token in {"(", "[", "{"}:
            depth += 1
        elif token in {")", "]", "}"}:
            depth -= 1
        elif depth == 0 and token.strip() in marks:
            found.append((mark, text[begin : match.start()].strip()))
            mark, begin = token.strip(), match.end()
    found.append((mark, text[begin:].strip()))
    return found


def arguments(text: str) -> list[str]:
    """Return the arguments between the brackets of a call; a last comma makes none."""
    return [part for _, part in split(text, ",") if part]


def is_literal(text: str) -> bool:
    """Return whether an expression is written out: a literal, or a container of such."""
    if _LITERAL.match(text):
        return True
    found = _CONTAINER.match(text)
    if found is None:
        return False
    inner = next((group for group in found.groups() if group is not None), "")
    return all(is_literal(part) for part in re.split(r";", inner) for part in arguments(part))
