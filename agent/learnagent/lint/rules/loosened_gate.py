"""`loosened-gate`: a threshold, a strict setting, or a check that runs was made weaker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.change import Change, ChangeHit
from learnagent.lint.comparison.asked import asks, does, sentences
from learnagent.lint.comparison.changed_line import hit_on_line
from learnagent.lint.rule import LANGUAGES, ChangeRule

if TYPE_CHECKING:
    from learnagent.lint.gates.loosening import Loosening

_MAY_HOLD_GATES = re.compile(
    r"(?:^|/)(?:[^/.]+|\.[^/]+)$|\.(?:toml|cfg|ini|json[5c]?|ya?ml|xml|dist|gradle|kts|neon|mk|just|\w*proj|props|"
    r"targets|"
    r"cmake|sh|bash|\w+rc|dockerfile)$|\.config\.|(?:^|/)(?:CMakeLists\.txt|noxfile\.py|(?:spec|test)_helper\.rb|"
    r"src/(?:lib|main)\.rs|Jenkinsfile\.\w+|Dockerfile\.[\w-]+|Makefile\.\w+|\.\w+rc\.\w+)$",
    re.IGNORECASE,
)
_RELAXES = (
    r"ignor\w*|disabl\w*|allow\w*|suppress\w*|skip\w*|exclud\w*|omit\w*|lower\w*|reduc\w*|decreas\w*|relax\w*|"
    r"loosen\w*|"
    r"turn\w*\s+off|off|silenc\w*|downgrad\w*|soften\w*|tolerat\w*|deselect\w*|opt\w*\s+out|non-?blocking|"
    r"optional|quiet\w*|"
    r"drop\w*|leav\w+\s+out|no longer|rid of|stop\w*"
)
_LOOSENS = re.compile(
    rf"\b(?:{_RELAXES}|remov\w*|delet\w*|mov(?:e|es|ed|ing)|migrat\w*|replac\w*|switch\w*|revert\w*|"
    r"split\w*|set|merg(?:e|es|ed|ing)|consolidat\w*|simplif\w*|cleanup|clean\w*|deprecat\w*|re-?work\w*|refactor\w*|"
    r"re-?org\w*|renam\w*|restructur\w*|warn\w*)\b",
    re.IGNORECASE,
)
_OF_TOOL = re.compile(
    rf"\b(?:{_RELAXES}|configur\w*)\b"
    r"|\b(?:updat|chang|adjust|tweak|clean|re-?work|edit|simplif|mov|consolidat|extend|"
    r"set)\w*\b.{0,40}\b(?:config|settings?|rules?|options?|ignores?|presets?|levels?|cops|lints)\b",
    re.IGNORECASE,
)
_RAISES = re.compile(r"\b(?:rais\w*|increas\w*|bump\w*|set|relax\w*|allow\w*)\b", re.IGNORECASE)
_RUNS = (
    r"(?:CI\b|ci[:(]|(?:workflows?|pipelines?|travis|appveyor|circleci|makefile|github actions?|tox|nox|pre-commit)\b)"
)
_REBUILDS = re.compile(
    r"\b(?:re-?org\w*|re-?work\w*|refactor\w*|restructur\w*|simplif\w*|clean\w*|consolidat\w*|merg(?:e|ing)|"
    r"split\w*|remov\w*|"
    rf"drop\w*|delet\w*|disabl\w*|migrat\w*|mov(?:e|ing)|switch\w*|replac\w*)\b(?:\W+\w+){{0,5}}?\W+{_RUNS}"
    rf"|\b{_RUNS}\W*(?:\w+\W+){{0,3}}?(?:re-?org|re-?work|refactor|simplif|clean|remov|drop|delet|disabl)\w*",
    re.IGNORECASE,
)


def check(change: Change) -> Iterator[ChangeHit]:
    """Name gates that a change makes weaker: a threshold lowered, strictness switched off, a check that may fail.

    Why it hurts: the change goes through because less is asked of it, and so will all that come after it.

    Bad:
        -fail_under = 92
        +fail_under = 75

    Good:
        the tests that the new code lacks

    It is fine when the setting moved to another file or got stricter, when another tool of its kind took the check
    over, when what is left out is generated or no product code, and when the task asks for it.
    """
    if not any(_MAY_HOLD_GATES.search(path) for one in change.files for path in (one.path, one.old_path)):
        return
    from learnagent.lint.gates.comparison import loosenings  # 20 ms, and most changes hold no settings

    seen = set[tuple[str, str]]()
    for file, found in loosenings(change):
        if (file.path, found.message) in seen or _is_asked(change.task, found):
            continue
        seen.add((file.path, found.message))
        yield hit_on_line(file, found.words, found.message, level=found.level)


def _is_asked(task: str, found: Loosening) -> bool:
    """Return whether the task speaks of loosening this gate, or of rebuilding what it is part of."""
    verb = _RAISES if " raised " in found.message else _LOOSENS
    if asks(task, verb, found.names) or (found.tool and asks(task, _OF_TOOL, (found.tool,))):
        return True
    return not found.tool and any(does(one, _REBUILDS) for one in sentences(task))


LOOSENED_GATE = ChangeRule(
    name="loosened-gate",
    level="error",
    languages=LANGUAGES,
    why="The change goes through because less is asked of it, and so will all that come after it.",
    ways=(
        "put the gate back and make the code pass it",
        "narrow it: let pass the one place that must, and say why beside it",
    ),
    check=check,
)
