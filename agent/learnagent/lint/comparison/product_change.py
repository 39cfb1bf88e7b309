"""Says what a change did to the code that tests test: which names left it, and whether it changed at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from learnagent.lint.change import Change, FileChange
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.code_words import words_of
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code import tests as tests_in
from learnagent_memory import source
from learnagent_memory.history.paths import kind_of

if TYPE_CHECKING:
    from tree_sitter import Node

_MUCH = 10
"""Lines taken away."""
_BESIDE_THE_CODE = frozenset({"docs", "changelog", "test"})
_NAME = lazy_pattern(rb"[A-Za-z_]\w{2,}")
_OWN_ATTRIBUTE = lazy_pattern(rb"(?:\bself|\bthis|\bcls)(?:\.|->)(\w{3,})")
_SHORT_STRING = lazy_pattern(rb"""["'`]([\w./:-]{4,40})["'`]""")
_FORGETTABLE = frozenset(
    {"main", "run", "get", "set", "new", "init", "index", "name", "value", "data", "test", "tests"}
)
_CONTINUOUS_INTEGRATION = lazy_pattern(
    r"^\.(?:github|circleci|gitlab)|^\.travis|^azure-pipelines|^appveyor|^\.pre-commit"
)


def vanished(change: Change) -> frozenset[str]:
    """Return what product code defined before and does not mention any more: names, attributes, short strings."""
    return change.once(_vanished)


def uses_vanished(change: Change, text: str, name: str = "") -> bool:
    """Return whether code calls, reads, imports or names what vanished; `name` is what the code itself is called."""
    gone = vanished(change)
    if not gone:
        return False
    used = set(_USE.findall(text)) | {word for found in _QUOTED.findall(text) for word in (found, *found.split(":"))}
    return not gone.isdisjoint(used) or any(_names(name, word) for word in gone)


_USE = lazy_pattern(r"\w{3,}(?=\s*[(<])|(?<=\.)\w{3,}|(?<=->)\w{3,}|(?<=::)\w{3,}|\b\w{3,}(?==[^=\s])|\b[A-Z]\w{2,}")
_QUOTED = lazy_pattern(r"""["'`]([\w./:-]{4,40})["'`]""")


def _names(name: str, word: str) -> bool:
    """Return whether a test is called after something: `test_json_available` after `json_available`."""
    plain = word.strip("_").lower()
    if len(plain) < 6 or not name:
        return False
    return plain.replace("_", "") in name.lower().replace("_", "").replace(" ", "")


def changed_product(change: Change) -> bool:
    """Return whether anything that tests may follow changed: code, templates, data, versions of dependencies."""
    return change.once(_changed_product)


def shrank(change: Change) -> bool:
    """Return whether a change takes much more product code away than it brings: most of what it does is removing."""
    return change.once(_shrank)


def _shrank(change: Change) -> bool:
    files = [one for one in change.files if kind_of(one.path) == "source"]
    removed, added = sum(len(one.removed) for one in files), sum(len(one.added) for one in files)
    return removed >= _MUCH and removed > 2 * added


def _vanished(change: Change) -> frozenset[str]:
    before: set[str] = set()
    after: set[str] = set()
    definitions: Counter[str] = Counter()
    for one in change.files:
        if one.before is not None and kind_of(one.old_path) == "source":
            content = _product_text(one.old, one.before)
            before |= set(_mentioned(one, content))
            definitions.update(_defined(one.old_path, content))
        if one.after is not None and kind_of(one.path) not in _BESIDE_THE_CODE:
            content = _product_text(one.new, one.after)
            after |= {name.decode() for name in _NAME.findall(content)}
            after |= {text.decode() for text in _SHORT_STRING.findall(content)}
            if kind_of(one.path) == "source":
                after.add(PurePosixPath(one.path).stem)
                definitions.subtract(_defined(one.path, content))
    undefined = {name for name, count in definitions.items() if count > 0 and not name.startswith("__")}
    lost = {word for word in before - after if len(word) > 2}
    return frozenset(lost | {name for name in undefined if len(name) > 2}) - _FORGETTABLE


def _product_text(file: SourceFile | None, content: bytes) -> bytes:
    """Return a file with its tests blanked, as Rust has them among product code."""
    if file is None or file.is_test or file.language != "rust":
        return content
    return file.once(_without_tests)


def _without_tests(file: SourceFile) -> bytes:
    return _blanked(file, [test.node for test in tests_in(file)])


def _blanked(file: SourceFile, nodes: Iterable[Node]) -> bytes:
    content = bytearray(file.content)
    for node in nodes:
        content[node.start_byte : node.end_byte] = b" " * (node.end_byte - node.start_byte)
    return bytes(content)


def _defined(path: str, content: bytes) -> Iterator[str]:
    """Yield the functions, classes and methods that a file defines."""
    language = source.language_of(path, content)
    kinds = {"constant", "field", "impl", "module", "namespace"}
    found = source.symbols(content, language) if language else []
    yield from {symbol.name for symbol in found if symbol.kind not in kinds}


def _mentioned(one: FileChange, content: bytes) -> Iterator[str]:
    """Yield what a product file calls things before: its symbols and parameters, own attributes, short strings."""
    language = source.language_of(one.old_path, content)
    for symbol in source.symbols(content, language) if language else ():
        yield symbol.name
        if symbol.kind in {"function", "method"}:
            yield from re.findall(r"\b([A-Za-z_]\w{2,})\s*[=:]", symbol.signature.partition("(")[2])
    for pattern in (_OWN_ATTRIBUTE, _SHORT_STRING):
        yield from (found.decode() for found in pattern.findall(content))
    if one.after is None or one.path != one.old_path:
        yield PurePosixPath(one.old_path).stem


def _changed_product(change: Change) -> bool:
    return any(_is_product(one) and _says_something_else(one) for one in change.files)


def _is_product(one: FileChange) -> bool:
    if _CONTINUOUS_INTEGRATION.match(one.path):
        return False
    kinds = {kind_of(path) for path in (one.old_path, one.path)}
    return not kinds <= _BESIDE_THE_CODE or _has_tests_within(one) or _is_template(one.path)


def _is_template(path: str) -> bool:
    """Return whether a text lies among code, where the code reads it: no README, no folder of documents."""
    *folders, name = path.split("/")
    if kind_of(path) != "docs" or not folders or any(folder.startswith(("doc", "man", ".")) for folder in folders):
        return False
    return name[:1].islower() or name[:1] == "_"


def _has_tests_within(one: FileChange) -> bool:
    """Return whether tests stand among product code, as Rust's do."""
    return kind_of(one.path) == "source" and any(file is not None and tests_in(file) for file in (one.old, one.new))


def _says_something_else(one: FileChange) -> bool:
    """Return whether more than comments and layout changed outside of tests."""
    if one.old is None or one.new is None:
        return True
    return product_words(one.old) != product_words(one.new)


def product_words(file: SourceFile) -> list[str]:
    """Return the words and signs of a file outside its tests."""
    return file.once(_product_words)


def _product_words(file: SourceFile) -> list[str]:
    tests = [] if file.is_test else [test.node for test in tests_in(file)]
    text = _blanked(file, [*file.comments, *tests]).decode("utf-8", "replace")
    return [*words_of(text, file.language), *re.findall(r"[^\w\s\"'`,;]", text)]
