"""Knows errors that are an answer: what is missing, empty or not supported, and probes that only ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from learnagent.lint.exceptions.dialect import DIALECTS
from learnagent.lint.exceptions.dialect.form import types
from learnagent.lint.source_file import SourceFile, descendants
from learnagent.lint.syntax.callee import callee_of, calls_below, last_of
from learnagent.lint.syntax.functions import name_around
from learnagent.lint.syntax.patterns import lazy_pattern

if TYPE_CHECKING:
    from tree_sitter import Node

    from learnagent.lint.exceptions.handlers import Handler

EXPECTED = types(
    # Python
    "FileNotFoundError FileExistsError ProcessLookupError ChildProcessError StopIteration StopAsyncIteration Empty Full"
    " QueueEmpty QueueFull BlockingIOError InterruptedError KeyError IndexError LookupError ImportError NameError"
    " ModuleNotFoundError AttributeError EOFError BrokenPipeError DoesNotExist ObjectDoesNotExist NoResultFound"
    " NotADirectoryError IsADirectoryError UnsupportedOperation InvalidStateError NoMatch NoReverseMatch"
    " PackageNotFoundError UnknownExtra"
    # Java and Kotlin
    " NoSuchFileException FileAlreadyExistsException ClassNotFoundException NoSuchMethodException NoSuchMethodError"
    " NoSuchFieldException NoSuchFieldError NoClassDefFoundError UnsatisfiedLinkError LinkageError"
    " CloneNotSupportedException UnsupportedEncodingException NoSuchElementException EOFException"
    " NoSuchProviderException TimeoutCancellationException MissingResourceException"
    # C#
    " KeyNotFoundException ObjectDisposedException FileNotFoundException DirectoryNotFoundException"
    " PlatformNotSupportedException"
    # Ruby
    " ENOENT ESRCH EEXIST EPIPE EAGAIN ECHILD WaitReadable WaitWritable LoadError EOFError NameError NoMethodError"
    " RecordNotFound RecordNotUnique"
    # PHP and C++
    " ModelNotFoundException NotFoundExceptionInterface ReflectionException bad_cast bad_optional_access"
)
"""Last parts of the names of errors that are the answer of one operation."""

_EXPECTED_NAME = lazy_pattern(
    r"NotFound|NoSuch|NotExist|AlreadyExist|AlreadyClosed|Closed|Duplicate|UniqueConstraint|NotSupported|Unsupported|"
    r"BadMethodCall|EndOf"
)
ABSENT = types(
    "ImportError ModuleNotFoundError ClassNotFoundException NoSuchMethodException NoSuchMethodError LoadError"
    " NoSuchFieldException NoSuchFieldError NoClassDefFoundError UnsatisfiedLinkError LinkageError"
    " InaccessibleObjectException PlatformNotSupportedException ClosedChannelException ClosedReceiveChannelException"
    " ClosedSendChannelException AsynchronousCloseException"
)
"""Errors that say that something is not installed, or over, however many steps it takes to find out."""

_IMPORTS = frozenset({"import_statement", "import_from_statement", "future_import_statement"})
_LOADS = lazy_pattern(
    r"^(?:require(?:\.resolve)?|import|importlib\.import_module|__import__|Class\.forName|\w*\.?loadClass)$"
    r"|\.get(?:Declared)?(?:Method|Field|Constructor)$"
)
_LITERAL = lazy_pattern(r"\(\s*[\"'](?![./])")
_YES_OR_NO = lazy_pattern(
    r"^_*(?:is|has|have|can|supports?|looks|does|should|was|exists?|valid(?:ate)?|verify|probe|detect)(?:_|[A-Z]|$)|"
    r"(?:exists?|supported|available|valid|ok|missing|enabled|installed|implemented|usable|reachable|works|alive|\?)$",
    re.IGNORECASE,
)
_TRY = lazy_pattern(r"^_*try_?[A-Z_a-z]")
_TRUTH = lazy_pattern(r"(?:return\s*\(?\s*)?(?:true|false)\b", re.IGNORECASE)
_ABSENT = lazy_pattern(
    r"(?:return\b\s*)?(?:null|undefined|false|nil|None|False|nullptr|std::nullopt|Optional\.empty\(\))?\s*;?"
)
_DECODES = lazy_pattern(r"decodeURI(?:Component)?")
_PARSES = lazy_pattern(
    r"(?:JSON\.parse|URL|RegExp|BigInt|atob|crypto\.X509Certificate)"
    r"|(?:\w+\.)*(?:stat|lstat|access|realpath|readlink|exists)(?:Sync|\.native)?"
)
"""Functions of JavaScript, which cannot narrow a handler, that raise one kind of error, or only ask."""
_CONVERSION_ERROR = lazy_pattern(
    r"(?:Value|Type|Overflow)Error|InvalidOperation|NumberFormat|Format|DateTime|Argument|invalid_arg|out_of"
)
_CONVERTS = lazy_pattern(
    r"(?:int|float|decimal|bool|complex|str|bytes|uuid|fraction|strip|split|replace|lower|upper|len|get|trim|to_?string|"
    r"(?:try_?)?parse\w*|valueOf|from_?iso\w*|strptime|sto[ildf]+l?|to(?:int|long|double|float)\w*|isinstance|charAt|"
    r"substring)$",
    re.IGNORECASE,
)
_LOOKUPS = types(
    "subscript subscript_expression array_access element_access_expression index_expression element_reference"
)
_FAILS = lazy_pattern(r"(?:^|\.)(?:fail|failBecause\w*|shouldHaveThrown|missingException)$|AssertionError$")


def is_optional(file: SourceFile, handler: Handler) -> bool:
    """Return whether a handler guards the loading of something that may not be installed."""
    first = handler.guarded[0] if handler.guarded else None
    if first is None:
        return False
    if first.type in _IMPORTS:
        return True
    loads = (call for call in calls_below(file, first) if _LOADS.search(callee_of(file, call)))
    return any(_LITERAL.search(file.text(call)) for call in loads)


def is_probe(file: SourceFile, handler: Handler) -> bool:
    """Return whether only one thing is asked: a function that answers yes or no, or what JavaScript can parse."""
    if len(handler.guarded) > 2 or len(handler.body) > 1:
        return False
    answer, name = _answer(file, handler), name_around(file, handler.node)
    if _YES_OR_NO.search(name) and _TRUTH.match(answer):
        return True
    is_absent = _ABSENT.fullmatch(answer) is not None
    if is_absent and _TRY.match(name):
        return True
    if file.language not in {"javascript", "typescript", "tsx"} or len(handler.guarded) != 1:
        return False
    asked = [callee_of(file, call) for call in calls_below(file, handler.guarded[0])]
    asked = [name for name in asked if name not in {"String", "path.resolve", "path.join"}]
    if len(asked) != 1:
        return False
    return bool(_DECODES.fullmatch(asked[0]) or (is_absent and _PARSES.fullmatch(asked[0])))


def _answer(file: SourceFile, handler: Handler) -> str:
    """Return what a handler of at most one statement comes to; behind an empty one that is the next statement."""
    if handler.body:
        return file.text(handler.body[0])
    following = handler.statement.next_named_sibling if handler.statement is not None else None
    return "" if following is None else file.text(following)


def is_expected(file: SourceFile, handler: Handler) -> bool:
    """Return whether a handler of named errors takes the answer of the one operation that it guards."""
    if are_absent(handler.caught):
        return True
    return are_expected(handler.caught) and len(operations(file, handler.guarded)) <= 1


def are_expected(caught: Sequence[str]) -> bool:
    """Return whether all errors are of the kind that is an answer."""
    return bool(caught) and all(name in EXPECTED or _EXPECTED_NAME.search(name) for name in caught)


def is_conversion(file: SourceFile, handler: Handler) -> bool:
    """Return whether all that is guarded is to make numbers and the like of texts."""
    if not handler.caught or not all(_CONVERSION_ERROR.match(name) for name in handler.caught):
        return False
    calls = [last_of(callee_of(file, call)) for node in handler.guarded for call in calls_below(file, node)]
    return bool(calls) and all(_CONVERTS.match(name) for name in calls)


def are_absent(caught: Sequence[str]) -> bool:
    """Return whether all errors say that something is not there, or over."""
    return bool(caught) and ABSENT.issuperset(caught)


def is_meant_to_fail(file: SourceFile, handler: Handler) -> bool:
    """Return whether a test says that what is guarded must raise: its last statement is `fail()`, an Error in Java."""
    if file.language not in {"java", "kotlin"} or not handler.guarded:
        return False
    if not {"Throwable", "AssertionError", "Error"}.isdisjoint(handler.caught):
        return False
    return any(_FAILS.search(callee_of(file, call)) for call in calls_below(file, handler.guarded[-1]))


def operations(file: SourceFile, guarded: Sequence[Node]) -> list[Node]:
    """Return the statements that call, look up or delete something, those in blocks one by one, questions left out."""
    blocks = DIALECTS[file.language].blocks - {"expression_statement"}
    found = []
    for node in guarded:
        if node.type in blocks:
            asked = node.child_by_field_name("condition")
            found += operations(file, [child for child in node.named_children if child != asked])
        elif node.type == "delete_statement" or calls_below(file, node) or _looks_up(node):
            found.append(node)
    return found


def _looks_up(node: Node) -> bool:
    return any(one.type in _LOOKUPS for one in (node, *descendants(node)))
