"""What a rule is about: its page, for `--explain` and for SARIF's help."""

from __future__ import annotations

from typing import Any

from learnagent.lint.rule import AnyRule
from learnagent.lint.running.selection import rules_named


def page_of(name: str) -> str:
    """Return the page of a rule as text. Raises UsageError for a name that no rule has."""
    return "\n\n".join(_page(rule) for rule in rules_named(name)) + "\n"


def page_object(name: str) -> dict[str, Any]:
    """Return the page of a rule for a program. Raises UsageError for a name that no rule has."""
    rules = rules_named(name)
    return {
        "rule": name,
        "level": "error" if any(rule.level == "error" for rule in rules) else "warn",
        "languages": sorted({language for rule in rules for language in rule.languages}),
        "why": rules[0].why,
        "ways_out": list(rules[0].ways_out),
        "page": page_of(name),
    }


def _page(rule: AnyRule) -> str:
    about = f"{rule.name} ({rule.level}; {', '.join(sorted(rule.languages)) or 'any language'})"
    ways = "\n".join(f"    - {way}" for way in rule.ways_out)
    return f"{about}\n\n{rule.page}\n\nWays out:\n{ways}"
