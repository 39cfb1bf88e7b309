"""The settings and variables that make git harmless, as data. `git` is the one that runs it.

Each was found by experiment: a hostile repository with every program it can name, and a look at which
of them ran (tests/memory/test_git.py repeats it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Pairs = tuple[tuple[str, str], ...]

# What a git that somebody else starts must not run either. Filters and signing stay the user's there:
# without its filter a `git add` typed by the model would commit whole files where LFS wants pointers.
HARMLESS: Pairs = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("core.pager", "cat"),
    ("safe.bareRepository", "explicit"),
    ("protocol.ext.allow", "never"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
)

HARDENED: Pairs = (
    *HARMLESS,
    ("core.alternateRefsCommand", "true"),
    ("core.askPass", ""),
    ("core.editor", "true"),
    ("core.quotePath", "false"),
    ("core.splitIndex", "false"),
    ("core.sshCommand", "false"),
    ("core.untrackedCache", "false"),
    ("color.ui", "false"),
    ("commit.gpgSign", "false"),
    ("credential.helper", ""),
    ("gpg.program", "false"),
    ("i18n.commitEncoding", "UTF-8"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("log.showSignature", "false"),
    ("protocol.allow", "never"),
    ("submodule.recurse", "false"),
    ("tag.gpgSign", "false"),
)

VARIABLES = {
    "GIT_ALLOW_PROTOCOL": "none",  # a promisor remote named in the config is never fetched from ...
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",  # ... in older versions and in newer ones
    "GIT_NO_REPLACE_OBJECTS": "1",  # refs/replace would show other bytes than were stored
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}

NEVER_EXTERNAL = {
    "diff": ("--no-ext-diff", "--no-textconv"),
    "diff-files": ("--no-ext-diff", "--no-textconv"),
    "diff-index": ("--no-ext-diff", "--no-textconv"),
    "diff-tree": ("--no-ext-diff", "--no-textconv"),
    "grep": ("--no-textconv",),
    "log": ("--no-ext-diff", "--no-textconv"),
    "show": ("--no-ext-diff", "--no-textconv"),
}
"""Flags that these commands always get: their programs are named by attributes."""

_KEPT_VARIABLES = frozenset(
    {
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_CEILING_DIRECTORIES",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_EXEC_PATH",
    }
)


def kept_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the GIT_* variables that redirect git or make it run something."""
    return {
        name: value for name, value in environment.items() if not name.startswith("GIT_") or name in _KEPT_VARIABLES
    }


def as_variables(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Write settings as git reads them from the environment: no `=` in a name can confuse it."""
    variables: dict[str, str] = {}
    count = 0
    for count, (key, value) in enumerate(pairs, start=1):
        variables[f"GIT_CONFIG_KEY_{count - 1}"] = key
        variables[f"GIT_CONFIG_VALUE_{count - 1}"] = value
    return {"GIT_CONFIG_COUNT": str(count), **variables}


def inherited_pairs(environment: Mapping[str, str]) -> Pairs:
    """Return the settings that the user's own environment brings, `safe.directory` for one."""
    count = environment.get("GIT_CONFIG_COUNT", "0")
    pairs = (
        (environment.get(f"GIT_CONFIG_KEY_{number}"), environment.get(f"GIT_CONFIG_VALUE_{number}"))
        for number in range(int(count) if count.isdecimal() and len(count) < 4 else 0)
    )
    return tuple((key, value) for key, value in pairs if key and value is not None)


def switched_off(section: str) -> Pairs:
    """Return the settings that empty one `filter.<name>` or (git 2.54) `hook.<name>` section."""
    if section.startswith("hook."):
        return ((f"{section}.enabled", "false"), (f"{section}.event", ""))
    programs = ("clean", "smudge", "process")
    return (*((f"{section}.{program}", "") for program in programs), (f"{section}.required", "false"))
