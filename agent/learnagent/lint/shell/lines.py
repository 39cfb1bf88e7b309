"""Says whether a piece of shell takes the exit status away from a command that checks, builds or deploys.

Pure functions on text, for shell scripts, strings in other languages, Makefiles, Dockerfiles and CI files alike.
`|| true` beside a search, a kill or a clean-up is fine: of 65 such uses outside of test runners all were.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from learnagent.lint.shell.checkers import is_checker
from learnagent.lint.shell.commands import Command, split
from learnagent.lint.syntax.patterns import lazy_pattern

_NOTHING = lazy_pattern(r"^(?:/(?:usr/)?bin/)?true$|^:$|^(?:exit|return)\s+0$|^/(?:usr/)?bin/echo\b|^(?:echo|printf)\b")
_TELLS = lazy_pattern(r"^(?:/(?:usr/)?bin/)?(?:echo|printf)\b")
_FAILS = lazy_pattern(
    r"^(?:exit|return)(?:\s+(?!0\b)\S+)?$|^(?:false|kill|die|fail\w*|abort|fatal|err\w*)\b|^\w+=|^(?:let|export)\b|^\(\("
)
_FILTERS = frozenset("grep egrep fgrep rg wc head sort uniq awk cut diff jq xargs tr comm".split())
"""At the end of a pipe it is their status that is taken away."""
_HIDES = lazy_pattern(r"(?:(?<![\d>])2>{1,2}|&>{1,2})\s*/dev/null|>\s*/dev/null\s+2>&1|>&\s*/dev/null")
_ASKED = lazy_pattern(r"^\s*(?:if|elif|while|until|!)\b|^\s*!")
_NESTED = lazy_pattern(
    r"""\b(?:ba|z|da|k)?sh\s+(?:-\w+\s+)*-\w*c\s+(?P<quote>["'])(?P<script>.*?)(?<!\\)(?P=quote)""", re.DOTALL
)
_HEAD = lazy_pattern(
    r"^\s*(?:-\s+)?(?:(?:run|script|command|cmd|before_script|after_script|entrypoint|test_command|args)\s*:\s*)?(?:[|>][-+]?\s*)?"
    r"(?:(?:RUN|CMD|ENTRYPOINT)\s+(?:--\w+(?:=\S+)?\s+)*)?[@+]?",
)
_JSON_VALUE = lazy_pattern(r'^\s*"[^"]+"\s*:\s*"(?P<shell>(?:[^"\\]|\\.)*)"\s*,?\s*$')
MAX_CHARACTERS = 20_000


@dataclass(frozen=True, slots=True)
class Masked:
    """A command whose exit status, or complaint, is taken away."""

    command: str
    """The command, shortened."""
    mask: str
    """What takes it away, as it is written."""
    start: int
    """Of the mask, in characters of the text."""
    end: int


def masked_check(shell: str) -> Masked | None:
    """Return the first command of a piece of shell whose failure nobody can see; None where there is none."""
    if len(shell) > MAX_CHARACTERS:
        return None
    commands = split(shell)
    for index, one in enumerate(commands):
        found = _inside(one) or _behind(commands, index) or _hidden(commands, index)
        if found is not None:
            return found
    return _at_end(commands)


def masked_check_of_line(line: str) -> Masked | None:
    """Return the same for a line of a Makefile, a Dockerfile, a CI file or package.json, its head left out.

    A recipe line of make that begins with `-` ignores the status too.
    """
    value = _JSON_VALUE.match(line)
    if value is not None:
        return masked_check(value["shell"])
    ignored = re.match(r"^\t\s*@?-@?\s*(?P<shell>\S.*)$", line)
    if ignored is not None and is_checker(ignored["shell"]):
        return Masked(_short(ignored["shell"]), "-", line.index("-"), line.index("-") + 1)
    head = _HEAD.match(line)
    at = head.end() if head else 0
    shell = line[at:].rstrip().removesuffix("\\")
    if shell[:1] in {"'", '"'} and shell[-1:] == shell[:1]:
        at, shell = at + 1, shell[1:-1]
    found = masked_check(shell)
    return None if found is None else _moved(found, at)


def _moved(found: Masked, by: int) -> Masked:
    return Masked(found.command, found.mask, found.start + by, found.end + by)


def _inside(one: Command) -> Masked | None:
    """Look into groups, and into what is handed to another shell."""
    if one.group:
        found = masked_check(one.group)
        at = one.start + one.text.index(one.group)
        return None if found is None else _moved(found, at)
    nested = _NESTED.search(one.text)
    if nested is None:
        return None
    found = masked_check(nested["script"])
    return None if found is None else _moved(found, one.start + nested.start("script"))


def _behind(commands: list[Command], index: int) -> Masked | None:
    """Look at what runs when a command fails: `|| true`, `|| echo`, `|| { echo ..; exit 0; }`."""
    one = commands[index]
    if one.operator != "||" or index + 1 >= len(commands) or not _is_nothing(commands, index + 1):
        return None
    checker = _checker_before(commands, index)
    if checker is None:
        return None
    mask = commands[index + 1]
    start = one.end
    return Masked(_short(checker.text), f"|| {_short(mask.text)}", start, start + len(f"||{mask.text}".rstrip()))


def _is_nothing(commands: list[Command], index: int) -> bool:
    """Return whether a command that runs after a failure lets it pass."""
    one = commands[index]
    if one.operator in {"&&", "|"} and index + 1 < len(commands):
        return one.operator == "&&" and _TELLS.match(one.text.strip()) is not None and _is_nothing(commands, index + 1)
    if not one.group:
        return _NOTHING.match(_bare(one.text)) is not None
    inner = [_bare(part.text) for part in split(one.group)]
    does = any(_NOTHING.match(text) is None and not text.startswith("sleep") for text in inner)
    return bool(inner) and not does and not any(_FAILS.match(text) and not text.endswith(" 0") for text in inner)


def _bare(text: str) -> str:
    """Return a command without comments and redirections."""
    text = re.sub(r"(?:^|\s)#.*", "", text)
    return re.sub(r"\s*\d*>{1,2}&?\s*\S+", "", text).strip()


def _checker_before(commands: list[Command], index: int) -> Command | None:
    """Return the checker in the chain of `&&` and pipes that ends with a command."""
    last = commands[index]
    if index and commands[index - 1].operator in {"|", "|&"} and _name(last.text) in _FILTERS:
        return None
    at = index
    while True:
        one = commands[at]
        inner = split(one.group) if one.group else [one]
        if any(is_checker(part.text) for part in inner):
            return one
        if at == 0 or commands[at - 1].operator not in {"&&", "|", "|&"}:
            return None
        at -= 1


def _name(text: str) -> str:
    return (text.split() or [""])[0]


def _hidden(commands: list[Command], index: int) -> Masked | None:
    """Look for what a checker says being thrown away, where nobody asks for its status either."""
    one = commands[index]
    match = _HIDES.search(re.sub(r"\$\([^)]*\)|'[^']*'", lambda m: " " * len(m[0]), one.text))
    if match is None or one.group or _ASKED.match(one.text) or one.operator in {"&&", "||", "|", "&"}:
        return None
    before = commands[index - 1].text if index else ""
    if index and (
        commands[index - 1].operator == "||" or (_ASKED.match(before) and commands[index - 1].operator == "&&")
    ):
        return None
    follows = commands[index + 1].text if index + 1 < len(commands) else ""
    if "$?" in follows or re.match(r"^\s*\w+=", one.text) or not is_checker(one.text):
        return None
    return Masked(_short(one.text[: match.start()]), match[0], one.start + match.start(), one.start + match.end())


def _at_end(commands: list[Command]) -> Masked | None:
    """Look for `; true` behind a checker at the very end."""
    if len(commands) < 2:
        return None
    last, before = commands[-1], commands[-2]
    if before.operator != ";" or not re.match(r"^(?:/bin/)?true$|^:$|^exit\s+0$", _bare(last.text)):
        return None
    checker = _checker_before(commands, len(commands) - 2)
    if checker is None:
        return None
    return Masked(_short(checker.text), f"; {_short(last.text)}", before.end, last.end)


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= 40 else f"{folded[:37]}..."
