"""Which rules run: chosen by name, from the command line and the settings."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from learnagent.lint.rule import AnyRule
from learnagent.lint.rules import RULES
from learnagent.lint.running.settings import LintSettings
from learnagent_memory.errors import UsageError


def rules_named(name: str) -> list[AnyRule]:
    """Return the rules of a name: a file rule and a change rule may share one. Raises UsageError for none."""
    found = [rule for rule in RULES if rule.name == name]
    if not found:
        close = difflib.get_close_matches(name, known_names(), n=1)
        hint = f"did you mean {close[0]}?" if close else "docs/lint.md lists the rules"
        raise UsageError(f"there is no rule {name!r}", hint=hint)
    return found


def known_names() -> list[str]:
    """Return the names of all rules, each once."""
    return sorted({rule.name for rule in RULES})


def selected_rules(select: Sequence[str], ignore: Sequence[str], settings: LintSettings) -> tuple[AnyRule, ...]:
    """Return the rules to run: what the command line selects stands above what the settings ignore.

    Raises UsageError for a name that no rule has, and where no rule is left.
    """
    _check((*select, *ignore, *settings.select, *settings.ignore))
    _check(name for names in settings.per_path_ignores.values() for name in names)
    chosen = set(select) or (set(settings.select or known_names()) - set(settings.ignore))
    rules = tuple(rule for rule in RULES if rule.name in chosen - set(ignore))
    if not rules:
        raise UsageError("no rule is left to run", hint="select more or ignore less")
    return rules


def _check(names: Iterable[str]) -> None:
    for name in names:
        rules_named(name)
