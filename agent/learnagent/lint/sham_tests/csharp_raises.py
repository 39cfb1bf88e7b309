"""Finds the errors that tests in C# expect, by the text: xUnit, NUnit, MSTest, FluentAssertions, Shouldly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from learnagent.lint.finding import Hit
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern

_EXPECTED = lazy_pattern(
    rb"(?:(?<!\w)Assert\.(?:Throws\w*|Catch\w*)|CollectionAssert\.Throws|Should\.Throw(?:Async)?)<(?:System\.)?Exception>\s*\("
    rb"|Throws\.(?:TypeOf|InstanceOf)<(?:System\.)?Exception>\s*\(\)|Throws\.Exception\b(?!\.)"
    rb"|(?<!\w)Assert\.Throws\w*\(\s*typeof\((?:System\.)?Exception\)"
    rb"|\[(?:\w+,\s*)*ExpectedException\(\s*typeof\((?:System\.)?Exception\)"
    rb"|\.(?:Should\(\)\.)?Throw(?:Exactly|Async|ExactlyAsync)?<(?:System\.)?Exception>\s*\(\)"
)
_TELLS_MORE = lazy_pattern(rb"^[\s\S]{0,400}?;")
_MESSAGE = lazy_pattern(
    rb"WithMessage|With\.Message|\.Message\b|\.Where\(|WithInnerException|\.And\b|Property\(|With\."
)


def broad_raises(file: SourceFile) -> Iterator[Hit]:
    """Yield the places where any exception is expected, and nothing else of it is asked."""
    content = file.content
    if b"Exception" not in content or b"new Exception(" in content:
        return
    for match in _EXPECTED.finditer(content):
        node = file.root.descendant_for_byte_range(match.start(), match.start() + 1)
        if (
            node is not None
            and "comment" not in node.type
            and "string" not in node.type
            and not _is_looked_at(content, match)
        ):
            yield Hit(
                match.start(), match.end(), "any error passes for the one that is meant here: Exception is expected"
            )


def _is_looked_at(content: bytes, match: re.Match[bytes]) -> bool:
    """Return whether the statement asks for the message, or keeps the exception under a name that is used again."""
    rest = _TELLS_MORE.match(content[match.end() : match.end() + 500])
    if rest and _MESSAGE.search(rest[0]):
        return True
    begin = max(content.rfind(mark, 0, match.start()) for mark in (b";", b"{", b"}"))
    kept = re.search(rb"(\w+)\s*=\s*(?:await\s+)?(?:\(\)\s*=>\s*)?$", content[begin + 1 : match.start()])
    end = content.find(b"\n    }", match.end())
    later = content[match.end() : end if end > 0 else len(content)]
    return kept is not None and re.search(rb"\b%s\b" % re.escape(kept[1]), later) is not None
