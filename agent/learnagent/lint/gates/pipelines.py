"""Finds the checks in what continuous integration runs: GitHub, GitLab, CircleCI, Azure, Travis and their like.

One walk serves them all: what they differ in is the name of the key that holds shell, and of the key that lets
it fail. It opens no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from learnagent.lint.gates.commands import Check, checks_in, classified
from learnagent.lint.gates.values import Table, Value, at, items, table, text, words

_SHELL = frozenset(
    "run script commands command cmd cmds bash sh pwsh powershell test_script build_script before_script after_script"
    " after_test before_test on_success test inlineScript args entry".split()
)
_NEVER = re.compile(
    r"^(?:\$\{\{\s*)?(?:false|0|'false'|github\.event_name == 'never')(?:\s*\}\})?$|(?:^|&&)\s*false\s*(?:&&|$)"
)
_GROUPS = frozenset("jobs steps workflows on env defaults stages pipelines tasks orbs executors".split())
"""Keys that hold jobs or what is about them, and are no jobs themselves."""
_NAMES = ("name", "id", "displayName", "label", "stage")


def checks(value: Value) -> list[Check]:
    """Return the checks of a pipeline in their order."""
    tolerated = [one for name in ("matrix", "jobs") for one in items(at(value, name, "allow_failures"))]
    masks = {word for one in tolerated for found in table(one).values() for word in words(found)}
    mask = "workflow_dispatch only" if _is_manual(at(value, "on")) else ""
    return list(_walk(value, mask, "", frozenset(masks)))


def _is_manual(triggers: Value) -> bool:
    """Return whether a workflow runs only when somebody starts it."""
    names = list(triggers) if isinstance(triggers, Mapping) else words(triggers)
    return bool(names) and set(names) <= {"workflow_dispatch"}


def _walk(value: Value, mask: str, place: str, tolerated: frozenset[str]) -> Iterator[Check]:
    if not isinstance(value, Mapping):
        for one in items(value):
            if isinstance(one, Mapping | list):
                yield from _walk(one, mask, place, tolerated)
        return
    mask = mask or _mask(value, tolerated)
    if not place and not _GROUPS & value.keys():
        place = next((text(value[key]) for key in _NAMES if isinstance(value.get(key), str)), "")
    for key, one in value.items():
        if key in _SHELL and not isinstance(one, Mapping):
            for line in items(one):
                yield from (
                    checks_in(text(line), mask=mask, place=place)
                    if not isinstance(line, Mapping)
                    else _walk(line, mask, place, tolerated)
                )
        elif key == "uses" and isinstance(one, str):
            yield from _used(one, mask, place)
        else:
            is_job = isinstance(one, Mapping) and not place and key not in _GROUPS
            yield from _walk(one, mask, key if is_job else place, tolerated)


def _used(action: str, mask: str, place: str) -> Iterator[Check]:
    name = action.partition("@")[0]
    kind, _ = classified(f"uses {name}")
    if kind is not None:
        yield Check(kind, f"uses {name}", mask, place)


def _mask(job: Table, tolerated: frozenset[str]) -> str:
    """Return what lets a job or a step fail, or keeps it from running; empty for nothing."""
    for key in ("continue-on-error", "allow_failure", "continueOnError", "soft_fail", "ignore_error", "allow_failures"):
        if job.get(key) is True or text(job.get(key)).strip("'\"") == "true":
            return f"{key}: true"
    for key in ("if", "condition", "enabled"):
        if key in job and not isinstance(job[key], Mapping) and _NEVER.search(text(job[key]).strip()):
            return f"{key}: false"
    if text(job.get("when")) in {"never", "manual"} and ("script" in job or "extends" in job):
        return f"when: {text(job['when'])}"
    rules = [table(rule) for rule in items(job.get("rules"))]
    if rules and all(text(rule.get("when")) == "never" for rule in rules):
        return "when: never"
    if text(job.get("failure")) == "ignore":
        return "failure: ignore"
    names = {
        word for key in ("env", "python", "node_js", "rust", "go", "php", "name", "os") for word in words(job.get(key))
    }
    return "allow_failures" if tolerated and names & tolerated else ""
