"""Finds the checks in Makefiles, Dockerfiles, tox, nox, shell scripts and the scripts of package.json and its like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from learnagent.lint.gates.commands import Check, checks_in
from learnagent.lint.gates.values import Table, Value, at, flag, items, lines, table, text

_TARGET = re.compile(r"^([\w./%$(){}-]+(?:\s+[\w./%-]+)*)\s*:(?!=)")
_NOX_RUN = re.compile(
    r"session\.run(?:_always|_install)?\(\s*((?:\"[^\"\n]*\"|'[^'\n]*'|\*\w+(?:\.\w+)*|"
    r"[\w.]+)(?:\s*,\s*(?:\"[^\"\n]*\"|'[^'\n]*'|\*\w+(?:\.\w+)*|f\"[^\"\n]*\")){0,40})([^)]{0,400})\)",
    re.DOTALL,
)
_DOCKER = re.compile(r"^\s*(?:RUN|CMD|ENTRYPOINT)\s+(?:--\w+(?:=\S+)?\s+)*(.*)$", re.IGNORECASE)
_SH_STEP = re.compile(
    r"\b(?:sh|bat|powershell)\s*\(?\s*(?:script:\s*)?(?:'{3}(.*?)(?:'{3}|\Z)|\"{3}(.*?)(?:\"{3}|\Z)|'([^'\n]*)'|\"([^\"\n]*)\")",
    re.DOTALL,
)
_CHECKING_SCRIPT = re.compile(
    r"^(?:pre|post)?(?:tests?|lint|check|type-?check|types|tsc|coverage|ci|verify|validate|e2e|unit|spec)(?:[:\-_].*)?$"
)
_NO_OP = re.compile(r"^\s*(?:echo\b|exit 0|true\b|:|printf\b|\s*$)")


def make(source: str) -> list[Check]:
    """Return the checks in the recipes of a Makefile; a recipe line that begins with `-` may fail."""
    found: list[Check] = []
    target, mask = "", ".IGNORE" if re.search(r"(?m)^\.IGNORE\s*:\s*$", source) else ""
    for line in source.replace("\\\n", " ").split("\n"):
        head = _TARGET.match(line)
        if head:
            target = head[1]
        if line.startswith("\t") or (line.startswith(" ") and target):
            recipe = line.strip()
            bare = recipe.lstrip("@-+ ")
            prefix = recipe[: len(recipe) - len(bare)]
            found += checks_in(bare, mask=mask or ("-" if "-" in prefix else ""), place=target)
    return found


def docker(source: str) -> list[Check]:
    """Return the checks that a Dockerfile runs."""
    found: list[Check] = []
    for line in source.replace("\\\n", " ").split("\n"):
        match = _DOCKER.match(line)
        if match and not match[1].startswith("["):
            found += checks_in(match[1])
    return found


def shell(source: str) -> list[Check]:
    """Return the checks of a shell script."""
    return list(checks_in("\n".join(line.strip() for line in source.split("\n"))))


def jenkins(source: str) -> list[Check]:
    """Return the checks in the steps of a Jenkinsfile."""
    found: list[Check] = []
    for match in _SH_STEP.finditer(source):
        found += checks_in(next(group for group in match.groups() if group is not None))
    return found


def nox(source: str) -> list[Check]:
    """Return the checks of the sessions of a noxfile."""
    found: list[Check] = []
    for match in _NOX_RUN.finditer(source):
        line = " ".join(part.strip(" \"'\n") for part in match[1].split(",") if not part.strip().startswith("*"))
        found += checks_in(line, mask="success_codes" if re.search(r"success_codes\s*=\s*\[[^\]]*1", match[2]) else "")
    return found


def tox(value: Value) -> list[Check]:
    """Return the checks of the environments of tox; a command that begins with `-` may fail."""
    found: list[Check] = []
    for name, section in table(value).items():
        if name.startswith("testenv"):
            found += _environment(table(section), name.partition(":")[2] or name)
    for name, section in {**table(value, "env"), "": table(value, "env_run_base")}.items():
        settings = {**table(section), "commands": [_joined(one) for one in items(at(section, "commands"))]}
        found += _environment(settings, name)
    return found


def _environment(settings: Table, name: str) -> Iterator[Check]:
    mask = next((f"{key} = true" for key in ("ignore_outcome", "ignore_errors") if flag(settings.get(key))), "")
    for key in ("commands", "commands_pre", "commands_post"):
        commands = (
            text(settings.get(key)) if isinstance(settings.get(key), str) else "\n".join(lines(settings.get(key)))
        )
        for line in commands.replace("\\\n", " ").split("\n"):
            bare = re.sub(r"^[\w!.,{}-]+:\s+", "", line.strip())
            tolerated = bare.startswith("-") and bare[1:2] != "-"
            yield from checks_in(
                bare.lstrip("- ") if tolerated else bare, mask=mask or ("-" if tolerated else ""), place=name
            )


def _joined(command: Value) -> Value:
    return command if isinstance(command, str) else " ".join(text(one) for one in items(command))


def scripts(value: Value, place: str = "") -> list[Check]:
    """Return the checks in named scripts: of package.json, Composer, Hatch, PDM, Poe.

    A script whose name says that it checks counts whatever it runs, unless that is nothing.
    """
    found: list[Check] = []
    for name, one in table(value).items():
        if isinstance(one, Mapping):
            found += (
                scripts(one.get("shell", one.get("cmd", one.get("script", one.get("composite", one)))), name)
                if _is_task(one)
                else scripts(one, name)
            )
            continue
        command = "\n".join(text(part) for part in items(one) if not isinstance(part, Mapping))
        checks = [replace(check, place=name or place) for check in checks_in(command)]
        if not checks and _CHECKING_SCRIPT.match(name) and not _NO_OP.match(command):
            checks = [Check("any", " ".join(command.split()), place=name)]
        found += checks
    return found


def _is_task(one: Table) -> bool:
    return any(isinstance(one.get(key), str) for key in ("shell", "cmd", "script"))
