"""`broad-raises`: an error is expected, and any error will do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.sham_tests.csharp_raises import broad_raises
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import Assertion, TestFunction, collected

_BROAD = {
    "python": frozenset({"Exception", "BaseException"}),
    "java": frozenset({"Exception", "Throwable"}),
    "javascript": frozenset({"Error"}),
}
_ANY_MESSAGE = frozenset({'""', '".*"', 'r".*"', '".+"', 'r".+"', '"."', "/.*/", "/./"})
_RAISED_HERE = {
    "python": lazy_pattern(
        r"raise (?:\w+\.)*(?:Base)?Exception\b|side_effect\s*=\s*(?:Base)?Exception\b|\(\s*(?:Base)?Exception\("
    ),
    "java": lazy_pattern(r"new (?:Exception|Throwable)\("),
    "javascript": lazy_pattern(r"(?!)"),
}


def check(file: SourceFile) -> Iterator[Hit]:
    """Name expected errors that any error satisfies: Exception, BaseException, Throwable, Error, and no message.

    Why it hurts: a misspelt name in the test, or a crash elsewhere, passes for the error that was meant.

    Bad:
        with pytest.raises(Exception):
            verify(token, key="k2")

    Good:
        with pytest.raises(SignatureError, match="k2"):
            verify(token, key="k2")

    It is fine with a message or pattern, where the error is kept and looked at, and where the test itself raises
    a plain Exception.
    """
    if file.language == "csharp":
        yield from broad_raises(file)
        return
    for test in collected(file):
        for one in test.assertions:
            if one.kind == "raises" and _is_broad(file, one, test):
                yield Hit.at(one.node, f"any error passes for the one that is meant here: {one.raised} is expected")


def _is_broad(file: SourceFile, one: Assertion, test: TestFunction) -> bool:
    if (one.match and one.match not in _ANY_MESSAGE) or one.is_negated or not _names(one.raised) & _broad(file):
        return False
    text = file.text(test.node)
    return not (
        _RAISED_HERE[_family(file)].search(_whole(file)) or _is_examined(file, one, text) or _has_message(one, test)
    )


def _family(file: SourceFile) -> str:
    return "javascript" if file.language in SCRIPT else file.language


def _broad(file: SourceFile) -> frozenset[str]:
    return _BROAD[_family(file)]


def _names(raised: str) -> set[str]:
    parts = (part.strip(" ()[]\n") for part in re.split(r"[,|]", raised))
    return {re.sub(r"^(?:builtins|exceptions|java\.lang)\.", "", part) for part in parts}


def _whole(file: SourceFile) -> str:
    return file.content.decode("utf-8", "replace")


def _has_message(one: Assertion, test: TestFunction) -> bool:
    """Return whether another link of the same chain asks for the message."""
    start = one.node.start_byte
    return any(other.kind == "matches" and other.node.start_byte == start for other in test.assertions)


def _is_examined(file: SourceFile, one: Assertion, text: str) -> bool:
    """Return whether the error is kept under a name, and the name is used again; or a further argument tells more."""
    line = file.line(one.node.start_byte)
    around = " ".join(file.line_text(number) for number in range(line - 1, file.line(one.node.end_byte) + 1))
    own = re.escape(file.text(one.node).split("\n")[0])
    named = re.search(own + r"(?:.*?)\)?\s+as\s+(\w+)\s*[,:)]", around) or re.search(
        r"(\w+)\s*=\s*(?:await\s+)?(?:\w+\.)*" + own, around
    )
    shown = re.sub(r"(?m)^\s*(?:print|logger\.\w+|console\.\w+|System\.out\.\w+)\(.*$", "", text)
    if named and len(re.findall(rf"(?<![\w.]){named[1]}\b", shown)) > 1:
        return True
    return re.search(r"\bcheck\s*=|\bexpect(?:Message|Cause)\(", text) is not None


BROAD_RAISES = FileRule(
    name="broad-raises",
    level="error",
    languages=SCRIPT | {"python", "java", "csharp"},
    why="A misspelt name in the test passes for the error that was meant.",
    ways=("expect the type that the code raises", "expect its message as well"),
    check=check,
    where="tests",
)
