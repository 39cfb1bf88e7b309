"""Tells by a line's first words whether it begins a definition, and of what: regular expressions for diffs.

Where a whole file is at hand, `source` reads it right. The same patterns are given to git, which prints the
nearest line above a hunk that matches: its own drivers are not used, since they differ between versions, drop
the indentation, know no JavaScript, and a repository's configuration may redefine them.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from learnagent_memory.languages import SUFFIXES

MAX_HEAD = 400
"""Bytes of a line that are looked at: some of the patterns take quadratic time."""
_DRIVER = "learnagent-"


@dataclass(frozen=True, slots=True)
class Definition:
    """The line that begins a definition."""

    name: str
    indent: int
    """Bytes of white space before it."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """How one language begins its definitions."""

    line: str
    """Written so that POSIX (git) and Python read it alike; no group around the whole."""
    name: re.Pattern[bytes]
    """Finds the name: the last group that matched."""
    never: str = ""
    """Lines that look like a definition and are none."""


_STATEMENT = (
    r"^[ \t]*[}]?[ \t]*(if|else|for|foreach|while|switch|catch|return|throw|new|do|try|case|with|using|lock|await|"
    r"yield|delete|typeof|super|this|assert|expect|require|when|match|print|echo|synchronized|elif|elseif|"
    r"describe|it|test)([^A-Za-z0-9_]|$)"
)
_METHOD = rb"([A-Za-z_$][\w$]*)\s*(?:<[^()]*>)?\("

_PYTHON = _Pattern(
    line=r"^[ \t]*(class|def|async[ \t]+def)[ \t]+[A-Za-z_]",
    name=re.compile(rb"(?:class|def)\s+(\w+)"),
)
_GO = _Pattern(
    line=r"^(func|type)[ \t]+[A-Za-z_(]",
    name=re.compile(rb"^func\s+(?:\([^)]*\)\s*)?(\w+)|^type\s+(\w+)"),
)
_RUST = _Pattern(
    line=(
        r"^[ \t]*(pub([(][^)]*[)])?[ \t]+)?((async|const|unsafe|default|extern|\"C\")[ \t]+)*"
        r"((fn|struct|enum|trait|union|mod|type)[ \t]+[A-Za-z_]|impl[ \t<]|macro_rules![ \t])"
    ),
    name=re.compile(
        rb"\b(?:fn|struct|enum|trait|union|mod|type)\s+(\w+)|macro_rules!\s*(\w+)"
        rb"|\bimpl\b(?:<[^{]*?>)?\s+(?:[^{]*?\bfor\s+)?&?(?:mut\s+)?(?:\w+::)*(\w+)"
    ),
)
_SCRIPT = _Pattern(
    line=(
        r"^[ \t]*((export|default|declare|abstract|async|public|private|protected|static)[ \t]+)*"
        r"((function|class|interface|enum|namespace|type)[ \t*]+[A-Za-z_$]"
        r"|(const|let|var)[ \t]+[A-Za-z_$][A-Za-z0-9_$]*[^=]*=[ \t]*(async[ \t]*)?"
        r"(function|class|[(][^)]*[)][^=]*=>|[A-Za-z_$]+[ \t]*=>)"
        r"|[A-Za-z_$][A-Za-z0-9_$.]*[ \t]*[=:][ \t]*(async[ \t]+)?function"
        r"|((get|set|readonly|override)[ \t]+)*[#*]?[A-Za-z_$][A-Za-z0-9_$]*[ \t]*"
        r"(<[^()]*>)?[(][^;=]*[)][^;()=]*[{][ \t]*$)"
    ),
    name=re.compile(
        rb"\b(?:function|class|interface|enum|namespace|type)[\s*]+([A-Za-z_$][\w$]*)"
        rb"|\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)"
        rb"|([A-Za-z_$][\w$]*)\s*[=:]\s*(?:async\s+)?function|" + _METHOD
    ),
    never=_STATEMENT,
)
_BRACES = _Pattern(
    line=(
        r"^[ \t]*(([A-Za-z_]+[ \t]+)*"
        r"(class|interface|enum|record|struct|trait|namespace|object|fun|function)[ \t]+[A-Za-z_&<]"
        r"|([A-Za-z_<][A-Za-z0-9_.,<>?@]*(\[\])?[ \t]+)+[A-Za-z_][A-Za-z0-9_]*[ \t]*[(][^;=]*$)"
    ),
    name=re.compile(
        rb"\b(?:class|interface|enum|record|struct|trait|namespace|object)\s+(\w+)"
        rb"|\b(?:fun|function)\s+(?:<[^>]*>\s*)?&?(?:\w+\.)?(\w+)|" + _METHOD
    ),
    never=_STATEMENT,
)
_C = _Pattern(
    line=(
        r"^([ \t]*(class|struct|enum|union|namespace)[ \t]+[A-Za-z_][^;()]*$"
        r"|[A-Za-z_][^;={}\"]*[(][^;={}]*[{]?[ \t]*$)"
    ),
    name=re.compile(
        rb"^\s*(?:typedef\s+)?(?:class|struct|enum|union|namespace)\s+(?:class\s+)?(\w+)[^()]*$|([A-Za-z_~]\w*)\s*\("
    ),
    never=_STATEMENT,
)
_RUBY = _Pattern(
    line=r"^[ \t]*(def|class|module)[ \t]+[A-Za-z_]",
    name=re.compile(rb"(?:def\s+(?:self\.)?|class\s+|module\s+)(?:\w+::)*(\w+)"),
)
_BASH = _Pattern(
    line=r"^[ \t]*(function[ \t]+[A-Za-z_]|[A-Za-z_][A-Za-z0-9_-]*[ \t]*[(][)])",
    name=re.compile(rb"function\s+([\w-]+)|([\w-]+)\s*\(\)"),
)
_PATTERNS = {
    "python": _PYTHON,
    "go": _GO,
    "rust": _RUST,
    "javascript": _SCRIPT,
    "typescript": _SCRIPT,
    "tsx": _SCRIPT,
    "java": _BRACES,
    "csharp": _BRACES,
    "kotlin": _BRACES,
    "php": _BRACES,
    "c": _C,
    "cpp": _C,
    "ruby": _RUBY,
    "bash": _BASH,
}


def definition_in(line: bytes, language: str | None) -> Definition | None:
    """Return what a line begins to define; None where it defines nothing or the language is unknown."""
    if language not in _PATTERNS:
        return None
    line = line[:MAX_HEAD]
    begins, never = _matchers(language)
    if not begins.match(line) or (never is not None and never.match(line)):
        return None
    found = _PATTERNS[language].name.search(line)
    if found is None:
        return None
    return Definition(_decode(found[found.lastindex or 0]), len(line) - len(line.lstrip()))


def git_settings() -> tuple[tuple[str, str], ...]:
    """Return the settings that give git these patterns, for the drivers named in `git_attributes`."""
    return tuple((f"diff.{_DRIVER}{language}.xfuncname", _for_git(pattern)) for language, pattern in _PATTERNS.items())


def git_attributes() -> str:
    """Return the content of a file for core.attributesFile; a repository's own attributes go before it."""
    return "".join(
        f"*{suffix} diff={_DRIVER}{language}\n" for suffix, language in SUFFIXES.items() if language in _PATTERNS
    )


@functools.cache
def _matchers(language: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes] | None]:
    """Return what matches a definition and what never is one; compiled when a diff first needs them."""
    pattern = _PATTERNS[language]
    return re.compile(pattern.line.encode()), re.compile(pattern.never.encode()) if pattern.never else None


def _for_git(pattern: _Pattern) -> str:
    """Write a pattern as git wants it: one a line, `!` before what never matches, all of the line in a group."""
    positive = pattern.line.replace(r"\t", "\t").removeprefix("^")
    never = f"!{pattern.never}\n".replace(r"\t", "\t") if pattern.never else ""
    return f"{never}^({positive}.*)"


def _decode(name: bytes) -> str:
    return name.decode("utf-8", "replace")
