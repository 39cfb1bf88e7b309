"""Tells whether a test without an assertion may still fail by what it is for.

A helper of another file, a fixture, a decorator, an unwrap may ask; a name may say that the code must only not raise.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from learnagent.lint.source_file import SourceFile
from learnagent.lint.syntax.patterns import lazy_pattern
from learnagent.lint.test_code.model import TestFunction
from learnagent.lint.test_code.places import first_child

if TYPE_CHECKING:
    from tree_sitter import Node

_ONLY_RUNS = lazy_pattern(
    r"(?:not|n.?t|never|without|no)[\s_]*(?:be[\s_]+|an?[\s_]+|any[\s_]+|to[\s_]+)?"
    r"(?:(?:re)?rais|throw|error|exception|crash|fail|"
    r"panic|hang|block|leak|deadlock|warn|segfault|complain|explode|blow|break|abort|race|overflow|assert)"
    r"|used to (?:panic|crash|fail|raise|throw)|no[\s_]trouble|(?:^|_)ends$|terminates|survives|smoke|just check"
    r"|does nothing|importable|compiles|context[\s_]?loads|no[\s_]?op\b|data[\s_]?race",
    re.IGNORECASE,
)
_FIXTURES = lazy_pattern(r"assert|verif|check|snapshot|regression|benchmark|strict|no_\w+|expect|golden|approval")
_DECORATORS = lazy_pattern(
    r"raises|image_comp|figures_equal|check|assert|xfail|expectedFailure|filterwarnings|timeout|benchmark|leak|"
    r"deprecated|verif|given\b|expect|parametrize_with_checks|no_warnings|warns|memory|limit|stateful"
)
_WARNINGS_AS_ERRORS = lazy_pattern(
    r"\bcheck\s*=\s*True\b|(?:simple)?filter(?:warnings)?\(\s*[\"'](?:error|raise)|seterr\w*\(.*raise"
)
_HELPER_MODULE = lazy_pattern(
    r"^\s*from\s+(?:\.+\w*|[\w.]*\b(?:tests?|testing|helpers?|utils?|conftest|common|fixtures?|support|\w*_(?:tests?|utils?|helpers?)|"
    r"tests?_\w+)[\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)",
    re.MULTILINE,
)
_SCRIPT_MODULE = lazy_pattern(
    r"(?:import\s+(?:\w+\s*,\s*)?(?:\{([^}]*)\}|(?:\*\s+as\s+)?(\w+))\s+from|(?:const|let|var)\s+(?:\{([^}]*)\}|(\w+))\s*=\s*require\()\s*"
    r"[\"'](?:\.{1,2}/[^\"']*(?:tests?|helpers?|utils?|fixtures?|support|harness|common|shared|setup|spec|_)[^\"']*)[\"']"
)
_SCRIPT_CHECKS = lazy_pattern(
    r"\bawait\s+(?:exec\w*|execa|spawn\w*)\(|\buntil\w*\(|@ts-expect-error|\bcy\.|\bwaitFor\w*\(|\bwaitUntil\w*\(|satisfies\b|assertType|\.toPass\(|\bnock\(|\brunTest|\btestRule|"
    r"\bRuleTester|\.done\(\)|\btoMatch\w*|\bbench\("
)
_RUST_FAILS = lazy_pattern(
    r"\.(?:unwrap|expect|unwrap_err|expect_err|unwrap_or_else|assert|success|failure|join|pass|compile_fail)\w*\(|\?\s*[;.)\n,}]"
    r"|\bpanic|unreachable!|process::exit|\bcompile_fail|loom::|assert|catch_unwind|quickcheck\(|prove|black_box|\brun_\w*tests?\(|trybuild"
)
_RUST_MACROS = frozenset(
    "println print eprintln eprint dbg vec format write writeln todo include_str include_bytes env option_env concat"
    " json info debug warn error trace stringify line file module_path cfg format_args matches hashset hashmap btreemap"
    " tokio::select select join try_join thread_local".split()
)
_GO_CHECKS = lazy_pattern(
    r"\bt\.(?:Errorf?|Fatalf?)\b(?!\()|\.EXPECT\(\)|\bos\.Exit\(|suite\.Run\(|RunSpecs|\.Run\(\s*[^,()]+,\s*[\w.]+(?:\([^{}]*\))?\s*\)|goleak|log\.Fatal|\b(?!http|io)\w+test(?:ing|util|utils|helpers?)?\.[A-Z]\w*\("
)
_JAVA_CHECKS = lazy_pattern(
    r"\b(?:expected\w*|timeout)\s*=|\bawait\(\)|\.until\(|\.expectNext|StepVerifier|\.approve|Approvals\.|\bthen\("
)


def may_fail_elsewhere(file: SourceFile, test: TestFunction) -> bool:
    """Return whether a test that asserts nothing in what is read may still ask something, or says that it need not."""
    if only_runs(test) or _BY_LANGUAGE[file.language](file, test, file.text(test.node)):
        return True
    return _ONLY_RUNS.search(_words(file, test)) is not None


def only_runs(test: TestFunction) -> bool:
    """Return whether the name of a test says that the code must only not raise."""
    return _ONLY_RUNS.search(test.name) is not None


def _words(file: SourceFile, test: TestFunction) -> str:
    """Return the comments and the docstring of a test."""
    start, end = test.node.start_byte, test.node.end_byte
    comments = file.comments
    begin = bisect.bisect_left(comments, start, key=_start)
    said = [file.text(one) for one in comments[begin : bisect.bisect_left(comments, end, key=_start)]]
    first = first_child(test.body) if test.body is not None else None
    if file.language == "python" and first is not None and first.type == "expression_statement":
        said.append(file.text(first) if (inner := first_child(first)) is not None and inner.type == "string" else "")
    return " ".join(said)


def _start(node: Node) -> int:
    return node.start_byte


def _python(file: SourceFile, test: TestFunction, text: str) -> bool:
    above = test.node.parent
    marks = file.text(above)[: -len(text)] if above is not None and above.type == "decorated_definition" else ""
    parameters = file.text(test.node.child_by_field_name("parameters"))
    if _DECORATORS.search(marks) or _FIXTURES.search(parameters) or _WARNINGS_AS_ERRORS.search(text):
        return True
    called = re.findall(
        r"^\s*(?:await\s+|with\s+|async with\s+|return\s+|yield from\s+)?((?:self\.|cls\.|super\(\)\.)?[\w.]+)\(",
        text,
        re.M,
    )
    if any(name.startswith(("self.", "cls.", "super().")) and _is_inherited(file, test, name) for name in called):
        return True
    return any(name.partition(".")[0] in file.once(_imported) for name in called)


def _imported(file: SourceFile) -> set[str]:
    """Return what modules of helpers give away."""
    return set(re.findall(r"\w+", " ".join(match[1] for match in _HELPER_MODULE.finditer(_text(file)))))


def _own_names(file: SourceFile) -> set[str]:
    """Return the names of the functions of a file, and what is assigned in its classes."""
    names = {file.name(node) for node in file.nodes("function_definition")}
    return names | set(re.findall(r"^ +(\w+)\s*=(?!=)", _text(file), re.MULTILINE))


def _is_inherited(file: SourceFile, test: TestFunction, name: str) -> bool:
    """Return whether a method that is called stands in no class of this file, while the class has a base of its own."""
    owner, method = file.enclosing(test.node, "class_definition"), name.rpartition(".")[2]
    bases = file.text(owner.child_by_field_name("superclasses")) if owner is not None else ""
    is_own = method in file.once(_own_names)
    is_plain = (
        re.fullmatch(r"\(?\s*(?:unittest\.)?(?:\w*TestCase|IsolatedAsyncioTestCase|object)?\s*\)?", bases) is not None
    )
    if name.count(".") > 1 or is_own or method in {"subTest", "setUp", "tearDown", "addCleanup", "enterContext"}:
        return False
    return not is_plain


def _text(file: SourceFile) -> str:
    return file.once(_whole)


def _whole(file: SourceFile) -> str:
    return file.content.decode("utf-8", "replace")


def _script(file: SourceFile, _test: TestFunction, text: str) -> bool:
    if _SCRIPT_CHECKS.search(text):
        return True
    called = re.findall(r"(?:^|=>|return|await|\{)\s*(?:await\s+)?(\w+)(?:\.\w+)*\(", text, re.M)
    return any(name in file.once(_required) for name in called)


def _required(file: SourceFile) -> set[str]:
    """Return what modules of helpers give away in JavaScript."""
    given = (" ".join(filter(None, match.groups())) for match in _SCRIPT_MODULE.finditer(_text(file)))
    return set(re.findall(r"\w+", " ".join(given)))


def _go(_file: SourceFile, test: TestFunction, text: str) -> bool:
    return test.name.startswith(("Benchmark", "Fuzz", "Example", "TestMain")) or _GO_CHECKS.search(text) is not None


def _rust(_file: SourceFile, _test: TestFunction, text: str) -> bool:
    text = re.sub(r'"(?:\\.|[^"\\])*"', '""', text)
    if _RUST_FAILS.search(text):
        return True
    return any(name not in _RUST_MACROS for name in re.findall(r"\b((?:\w+::)*\w+)!\s*[({\[]", text))


def _java(file: SourceFile, test: TestFunction, text: str) -> bool:
    if _JAVA_CHECKS.search(text):
        return True
    owner = file.enclosing(test.node, "class_declaration")
    base = file.text(owner.child_by_field_name("superclass")) if owner is not None else ""
    if re.search(r"\b(?:self|cls|super\(\))\.test\w*\(", text):
        return True
    called = re.findall(r"^\s*(\w+)\(", text, re.M)
    own = set(re.findall(r"[\w>\]]\s+(\w+)\s*\([^()]*\)\s*(?:throws [\w., ]+)?\{", _text(file)))
    is_plain = re.fullmatch(r"(?:extends\s+)?(?:\w+\.)*(?:TestCase|Object)?", base) is not None
    is_imported = any(
        re.search(rf"import\s+static\s+[\w.]*\b(?:Test|test|Util|Helper)\w*\.{name};", _text(file)) for name in called
    )
    return is_imported or (not is_plain and any(name not in own for name in called))


_BY_LANGUAGE: Mapping[str, Callable[[SourceFile, TestFunction, str], bool]] = {
    "python": _python,
    "javascript": _script,
    "typescript": _script,
    "tsx": _script,
    "go": _go,
    "rust": _rust,
    "java": _java,
}
