"""Finds the checks among the hooks of pre-commit. It opens no file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.gates.commands import Check, classified
from learnagent.lint.gates.kinds import Kind
from learnagent.lint.gates.loosening import Loosening, is_harmless, listed
from learnagent.lint.gates.values import Table, Value, at, items, table, text, words

_KNOWN: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("types", re.compile(r"mypy|pyright|\btsc\b|\bty\b|pyre|type-?check|pytype|pyrefly")),
    ("tests", re.compile(r"pytest|\bunit|\btests?\b")),
    (
        "lint",
        re.compile(
            r"ruff(?!-format)|flake8|pylint|lint|bandit|shellcheck|hadolint|clippy|\bvet\b|pydocstyle|rubocop|"
            r"detect|gitleaks|"
            r"secrets|semgrep|zizmor|codespell|vulture|interrogate|check-(?:ast|merge-conflict|github|jsonschema)"
        ),
    ),
)


def checks(value: Value) -> list[Check]:
    """Return the hooks that check something; a hook that only runs by hand counts as one that does not run."""
    return [
        check
        for repository in items(at(value, "repos"))
        for hook in items(at(repository, "hooks"))
        if (check := _check(table(hook))) is not None
    ]


def _check(hook: Table) -> Check | None:
    name, entry = text(hook.get("id")), text(hook.get("entry"))
    kind = next((kind for kind, pattern in _KNOWN if pattern.search(name.lower())), None) or classified(entry)[0]
    if kind is None or not name:
        return None
    command = " ".join([name, *(text(one) for one in items(hook.get("args")))])
    mask = "stages: [manual]" if words(hook.get("stages")) == ["manual"] else ""
    return Check(kind, command, mask or _masked(entry), "pre-commit")


def _masked(entry: str) -> str:
    return "|| true" if re.search(r"\|\|\s*(?:true|:)", entry) else ""


def exclusions(before: Value, after: Value) -> Iterator[Loosening]:
    """Yield files that hooks pass over, which they did not before."""
    were, are = _hooks(before), _hooks(after)
    for name, hook in are.items():
        old, new = text(at(were.get(name), "exclude")), text(hook.get("exclude"))
        if (
            name in were
            and new != old
            and _patterns(new) > _patterns(old)
            and not all(map(is_harmless, _patterns(new) - _patterns(old)))
        ):
            yield Loosening(
                f"the hook {name} passes over {listed(sorted(_patterns(new) - _patterns(old)))}",
                (new.splitlines()[-1], name),
                (name, "exclude"),
            )


def _hooks(value: Value) -> dict[str, Table]:
    found = [table(hook) for repository in items(at(value, "repos")) for hook in items(at(repository, "hooks"))]
    return {text(hook.get("id")): hook for hook in found if any(p.search(text(hook.get("id"))) for _, p in _KNOWN)}


def _patterns(exclude: str) -> set[str]:
    plain = re.sub(r"\(\?x\)|\s+|^\^?\(|\)\$?$", "", exclude)
    return {one.strip("^$()") for one in plain.split("|") if one.strip("^$()")}
