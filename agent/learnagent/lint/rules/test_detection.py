"""`test-detection`: product code asks whether it runs under a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from learnagent.lint.finding import Hit
from learnagent.lint.rule import SCRIPT, FileRule
from learnagent.lint.rust.results import is_in_test
from learnagent.lint.sham_tests.runner_signs import SIGNS, STACKS
from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.watched import FUNCTIONS

if TYPE_CHECKING:
    from tree_sitter import Node

_SETTINGS = lazy_pattern(
    r"(?:^|/)(?:[\w.-]*(?:config|rc|settings|setup|webpack|babel|knexfile|ormconfig|gulpfile|gruntfile|conftest)[\w.-]*)\.\w+$",
    re.IGNORECASE,
)
"""Files that choose between environments, the tests' among them."""
_PLUGIN = lazy_pattern(rb"(?m)^(?:import|from)\s+(?:_?pytest|unittest|nose|hypothesis)\b")
_PLUGIN_PATH = lazy_pattern(
    r"pytest|unittest|(?:^|/)testing(?:/|\.py$)|testkit|testutil|test[-_]?support|junit|jest|vitest|mocha|(?:^|/)test_?utils?",
    re.IGNORECASE,
)
_GO_HELPERS = lazy_pattern(r"(?:^|/)\w*test(?:env|utils?|ing|help\w*|kit|support)?/[^/]*$")
_TEXTS = frozenset(
    "string string_content comment line_comment block_comment string_fragment template_string string_literal".split()
)
_NAMELESS = frozenset({"lambda", "arrow_function", "lambda_expression", "closure_expression"})
_HOLDS_ENVIRONMENT = lazy_pattern(
    rb"\b(?:const|let|var)\s+(\w+)(?::\s*\w+)?\s*=\s*process\.env(?:\.|\[[\"'])NODE_ENV\b"
)
_SERVES = lazy_pattern(
    r"^\{?\s*(?:(?:await\s+)?[\w.]*(?:listen|start\w*|serve|bootstrap|connect\w*|main|run)\s*\("
    r"|(?:app|server|router)\.use\(\s*(?:morgan|logger|pino)"
    r"|(?:console|logger|log)\.\w+\(|process\.on\()"
)
_GUARDS = lazy_pattern(r"^\s*(?:panic\(|log\.(?:Fatal|Panic)|raise\b|throw\b|assert\b|\{\s*(?:panic|throw|log\.Fatal))")


def check(file: SourceFile) -> Iterator[Hit]:
    """Name product code that asks whether it runs under a test: a loaded runner, its variables, frames of a stack.

    Why it hurts: what the tests see is not what users get, so they prove nothing.

    Bad:
        def send(message):
            if "pytest" in sys.modules:
                return "250 OK"

    Good:
        def send(message, transport=smtp):
            return transport.deliver(message)

    It is fine in tests, in plug-ins of test runners, in the files that configure a build, in code that starts
    a runner, and for the guard that refuses to run outside of tests.
    """
    if file.language == "rust":
        yield from _rust_attributes(file)
    found = list(_found(file))
    if not found or _is_about_tests(file):
        return
    for start, end in found:
        if not _is_excused(file, start, end):
            yield Hit(start, end, "this asks whether it runs under a test")


def _is_about_tests(file: SourceFile) -> bool:
    """Return whether a file configures or extends test runners."""
    if file.language == "python":
        return _PLUGIN.search(file.content) is not None or _PLUGIN_PATH.search(file.path) is not None
    if file.language == "go":
        return _GO_HELPERS.search(file.path) is not None
    if file.language in SCRIPT:
        return _SETTINGS.search(file.path) is not None or _PLUGIN_PATH.search(file.path) is not None
    return False


def _found(file: SourceFile) -> Iterator[tuple[int, int]]:
    """Yield the bytes of the questions, in the order of the text."""
    signs = SIGNS[file.language]
    windows = {word: list(_windows(file, word)) for word in {word for word, _ in signs}}
    spans = {span for word, pattern in signs for start, text in windows[word] for span in _spans(pattern, start, text)}
    ended = -1
    for start, end in sorted([*spans, *_in_stacks(file), *_through_variable(file)]):
        if start >= ended:
            yield start, end
            ended = end


def _windows(file: SourceFile, word: bytes) -> Iterator[tuple[int, str]]:
    """Yield where the lines begin that hold a word, with their text and that of the next line.

    Patterns that begin with a quote would try at every quote of a file: 4 times the time.
    """
    at = file.content.find(word)
    while at >= 0:
        start = file.content.rfind(b"\n", 0, at) + 1
        end = file.content.find(b"\n", at)
        after = file.content.find(b"\n", end + 1) if end >= 0 else -1
        yield start, file.content[start : after if after >= 0 else len(file.content)].decode("utf-8", "replace")
        at = file.content.find(word, end) if end >= 0 else -1


def _spans(pattern: re.Pattern[str], start: int, text: str) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        yield start + len(text[: match.start()].encode()), start + len(text[: match.end()].encode())


def _through_variable(file: SourceFile) -> Iterator[tuple[int, int]]:
    """Yield the comparisons of a variable that holds NODE_ENV with the test environment."""
    if file.language not in SCRIPT or b"NODE_ENV" not in file.content:
        return
    for held in _HOLDS_ENVIRONMENT.finditer(file.content):
        for match in re.finditer(rb"\b%s\s*[!=]==?\s*[\"'`]test[\"'`]" % held[1], file.content):
            yield match.span()


def _in_stacks(file: SourceFile) -> Iterator[tuple[int, int]]:
    """Yield the first place where a stack is read in a function that also has the words of a test."""
    needed, reads, words = STACKS[file.language]
    for word in needed:
        for start, text in _windows(file, word):
            for span in _spans(reads, start, text):
                if words.search(_scope(file, span[0])):
                    yield span
                    return


def _scope(file: SourceFile, offset: int) -> str:
    """Return the text of the named function around a byte, or of the file, without texts of several lines."""
    node = file.root.descendant_for_byte_range(offset, offset)
    function = file.enclosing(node, *(FUNCTIONS[file.language] - _NAMELESS)) if node is not None else None
    return re.sub(r"\"{3}.*?\"{3}|'{3}.*?'{3}", "", file.text(function or file.root), flags=re.DOTALL)


def _is_excused(file: SourceFile, start: int, end: int) -> bool:
    node = file.root.descendant_for_byte_range(start, end)
    if node is None or node.type in _TEXTS or (file.language == "rust" and is_in_test(file, node)):
        return True
    if file.language in SCRIPT and _is_local(file, start, end):
        return True
    if file.language == "python" and b"sys.argv" in file.content[start:end] and _SETTINGS.search(file.path):
        return True
    branch = _branch(node)
    if branch is None:
        return _is_written(file, end)
    condition, body = file.text(branch.child_by_field_name("condition")), branch.child_by_field_name("consequence")
    inner = re.sub(r"^\{\s*", "", file.text(body)).strip()
    is_negated = re.search(r"!(?!=)|\bnot\b|!==?", condition) is not None
    if is_negated and (_GUARDS.match(inner) or (file.language in SCRIPT and _only_serves(inner))):
        return True
    return _is_written(file, end)


def _is_local(file: SourceFile, start: int, end: int) -> bool:
    """Return whether `typeof it` asks for a variable of the file's own."""
    name = re.match(rb"typeof\s+(it|test|expect)\b", file.content[start:end])
    own = rb"[(,]\s*%s\s*[,)]|\b%s\s*=>|\b(?:var|let|const|function|import)\s+\{?\s*%s\b"
    return name is not None and re.search(own % (name[1], name[1], name[1]), file.content) is not None


def _branch(node: Node) -> Node | None:
    """Return the `if` in whose condition a node stands."""
    below: Node = node
    above = node if node.type in {"if_statement", "if_expression"} else node.parent
    for _ in range(6):
        if above is None:
            return None
        if above.type in {"if_statement", "if_expression"}:
            return above if above.child_by_field_name("condition") == below else None
        below, above = above, above.parent
    return None


def _only_serves(body: str) -> bool:
    """Return whether all that is left out under tests is that a server starts, or a log."""
    return _SERVES.match(body) is not None and body.count(";") <= 3


def _is_written(file: SourceFile, end: int) -> bool:
    """Return whether the value is set, not asked for."""
    return re.match(rb"[\"'\])]*\s*=[^=>]", file.content[end : end + 12]) is not None


def _rust_attributes(file: SourceFile) -> Iterator[Hit]:
    """Yield statements inside of functions that are compiled for tests only, and leave the function."""
    for node in file.nodes("attribute_item"):
        if not re.fullmatch(r"#\[cfg\(\s*test\s*\)\]", file.text(node)):
            continue
        after = node.next_named_sibling
        if after is None or after.type not in {"expression_statement", "block", "let_declaration"}:
            continue
        if re.search(r"\breturn\b", file.text(after)) and not is_in_test(file, node):
            yield Hit.at(node, "this is another behaviour under a test")


TEST_DETECTION = FileRule(
    name="test-detection",
    level="error",
    languages=SCRIPT | {"python", "go", "java", "rust"},
    why="What the tests see is not what users get, so they prove nothing.",
    ways=("take what differs as an argument, and let the tests pass it", "make the product do what the test expects"),
    check=check,
    where="product",
)
