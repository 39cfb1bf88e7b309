"""`commented-out-code`: a change turned code that worked into a comment."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from learnagent.lint.change import Change, ChangeHit, FileChange
from learnagent.lint.comparison.asked import does, sentences
from learnagent.lint.comparison.dead_text import DeadLine, code_lines, dead_lines
from learnagent.lint.finding import Hit
from learnagent.lint.rule import LANGUAGES, ChangeRule
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.generated import is_generated

MIN_CHARACTERS = 6
"""Of a line that tells something; shorter ones go along."""
_COMMENTS_OUT = re.compile(r"\bcomment\w*\s+(?:\S+\s+){0,4}?out\b|\buncomment\w*", re.IGNORECASE)
_SAYS_LITTLE = re.compile(
    r"[\W\d_]*|(?:else|try|finally|do|begin|end|then|pass|break|continue|default|return|done|fi|esac)\W*"
)
_CODE = re.compile(
    r"[()\[\]{}=<>+*/%&|!@.;:]|^(?:return|raise|throw|assert|import|from|del|yield|await|use|let|var|const)"
)


def check(change: Change) -> Iterator[ChangeHit]:
    """Name code that a change comments out: assertions, tests, product code; bare strings and `#if 0` count too.

    Why it hurts: what the code did is not done any more, and the comment pretends that it is only put aside.

    Bad:
        -    assert shelf[0] == ("Austen", 1811)
        +    # assert shelf[0] == ("Austen", 1811)

    Good:
        the code stays and works, or it goes: git remembers it

    It is fine when a comment explains in prose, when documentation shows code, when commented code comes back to
    life, and when the task asks to comment something out.
    """
    if any(does(sentence, _COMMENTS_OUT) for sentence in sentences(change.task)):
        return
    for one in change.files:
        if one.old is not None and one.new is not None and one.added and not is_generated(one.new):
            yield from _of_file(one, one.old, one.new)


def _of_file(one: FileChange, old: SourceFile, new: SourceFile) -> Iterator[ChangeHit]:
    gone = code_lines(old) - code_lines(new)
    if not gone:
        return
    known = Counter(line.key for line in dead_lines(old))
    found: list[DeadLine] = []
    for line in dead_lines(new):
        if known[line.key] > 0:
            known[line.key] -= 1
        elif gone[line.key] > 0 and any(row + 1 in one.added for row in line.whole):
            gone[line.key] -= 1
            found.append(line)
    for run in _runs(found):
        telling = [line for line in run if _tells(line, is_shell=new.language == "bash")]
        if telling:
            count = "code is" if len(run) == 1 else f"{len(run)} lines of code are"
            yield ChangeHit(one, Hit(telling[0].start, telling[0].end, f"{count} commented out here"))


def _tells(line: DeadLine, *, is_shell: bool) -> bool:
    """Return whether a line is more than brackets and keywords; a command of a shell needs no sign at all."""
    if len(line.key) < MIN_CHARACTERS or _SAYS_LITTLE.fullmatch(line.key):
        return False
    return is_shell or _CODE.search(line.key) is not None


def _runs(lines: list[DeadLine]) -> Iterator[list[DeadLine]]:
    """Yield the lines that follow each other, with at most one line between, and those of one comment."""
    run: list[DeadLine] = []
    for line in lines:
        if run and line.row - run[-1].row > 2 and line.whole != run[-1].whole:
            yield run
            run = []
        run.append(line)
    if run:
        yield run


COMMENTED_OUT_CODE = ChangeRule(
    name="commented-out-code",
    level="error",
    languages=LANGUAGES,
    why="What the code did is not done any more, and the comment pretends that it is only put aside.",
    ways=(
        "bring it back and make it work",
        "delete it, if it is not needed: git remembers it",
    ),
    check=check,
)
