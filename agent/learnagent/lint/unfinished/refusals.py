"""Reads the errors by which code says that it is not implemented, in each language. It knows no functions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.unfinished.admissions import admits

_OWN_TYPE = lazy_pattern(r"NotImplemented(?:Error|Exception)?$|NotYetImplemented\w*$|Unimplemented\w*$")
_REFUSALS: Mapping[str, re.Pattern[str]] = {
    "python": lazy_pattern(
        r"(?:raise\s+(?:\w+\.)*(?P<type>\w+)|return\s+(?P<todo>NotImplemented)\b|(?P<macro>assert)\s+(?:False|0)\s*,)(?P<rest>.*)",
        re.DOTALL,
    ),
    "go": lazy_pattern(r"(?P<type>panic|log\.(?:Fatal|Panic)\w*)\((?P<rest>.*)", re.DOTALL),
    "rust": lazy_pattern(
        r"(?:\w+::)?(?P<type>todo|unimplemented|panic|unreachable|bail)!\s*[({\[](?P<rest>.*)", re.DOTALL
    ),
    "ruby": lazy_pattern(r"(?:raise|fail)\b\s*\(?\s*(?P<type>(?:\w+::)*[A-Z]\w*)?(?P<rest>.*)", re.DOTALL),
    "kotlin": lazy_pattern(r"(?:return\s+)?(?:throw\s+(?P<type>\w+)|(?P<todo>TODO)\s*\()(?P<rest>.*)", re.DOTALL),
    "cpp": lazy_pattern(
        r"(?:throw\s+(?:\w+::)*(?P<type>\w+)|(?P<macro>assert|(?:Q_)?(?:NOT_?IMPLEMENTED|UNIMPLEMENTED|TODO)|LOG)\s*\()(?P<rest>.*)",
        re.DOTALL,
    ),
}
_THROW = lazy_pattern(r"throw\s+(?:new\s+)?(?:[\w\\]+[.\\])*\\?(?P<type>\w*)(?P<rest>.*)", re.DOTALL)
_ERROR_VALUE = lazy_pattern(
    r"(?:return\b.*?)?(?:errors\.New|fmt\.Errorf|Promise\.reject|Err|anyhow!|Result\.failure|Task\.FromException\w*(?:<[^>]*>)?|"
    r"status\.Errorf?)\s*\((?P<rest>.*)",
    re.DOTALL,
)
_STRINGS = lazy_pattern(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|`([^`]*)`")


def refusal(language: str, statement: str) -> tuple[str, str] | None:
    """Return type and words of an error that says it is not implemented."""
    match = _REFUSALS.get(language, _THROW).match(statement)
    if match is None:
        match = None if language in {"python", "ruby", "php"} else _ERROR_VALUE.match(statement)
        words = said_in(match["rest"]) if match else ""
        return ("", words) if match and (admits(words) or _OWN_TYPE.search(match["rest"].partition("(")[0])) else None
    groups = match.groupdict()
    kind = next((groups[name] for name in ("todo", "macro", "type") if groups.get(name)), "")
    words = said_in(match["rest"])
    is_own = (
        _OWN_TYPE.search(kind) or kind in {"TODO", "todo", "unimplemented"} or re.search(r"(?i)not_?impl|unimpl", kind)
    )
    return (kind, words) if is_own or admits(words) else None


def said_in(text: str) -> str:
    """Return what the strings in a piece of code say."""
    return " ".join(part for groups in _STRINGS.findall(text) for part in groups if part)
