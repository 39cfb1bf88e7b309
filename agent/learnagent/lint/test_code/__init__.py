"""Reads the tests of a file, in Python, JavaScript, TypeScript, TSX, Go, Rust and Java. It judges nothing.

`tests(file)` returns a `TestFunction` for each test in the order of the text, computed once a file: pytest functions
and unittest methods, `it` and `test` calls (jest, vitest, mocha, node:test, ava), Go's TestX with its sub-tests, Rust's
#[test] functions (also in product files), methods that JUnit or TestNG annotates. It does not ask whether the file is
a test by its path (`file.is_test`), and it also returns what looks like a test but is not collected (`_test_x`, a
method of a plain class that pytest passes over): ask `is_collected`. Each test carries its `Assertion`s: `kind` from a
closed set, `strength` (EXACT > CLOSE > PARTLY > WEAK), `subject` and `expected` as source with white space folded and
the sides of a comparison put in order, so that `assert 3 == f(x)` and `assertEqual(f(x), 3)` read alike; `a and b`
gives two. A call of a helper (assert*, check*, verify*, expect*, should*, ensure*, or a function of the same file that
asserts) is of kind `other`. `Skip` tells unconditional from conditional and holds the reason. Nodes are tree-sitter's;
take the text of a place by `file.text(node)`. In a test module write `from learnagent.lint import test_code` and call
`test_code.tests(file)`: pytest would take an imported `tests` for a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from learnagent.lint.source_file import SourceFile
from learnagent.lint.test_code.go_functions import read as read_go
from learnagent.lint.test_code.java_methods import read as read_java
from learnagent.lint.test_code.model import CLOSE as CLOSE
from learnagent.lint.test_code.model import EXACT as EXACT
from learnagent.lint.test_code.model import NONE as NONE
from learnagent.lint.test_code.model import PARTLY as PARTLY
from learnagent.lint.test_code.model import WEAK as WEAK
from learnagent.lint.test_code.model import Assertion as Assertion
from learnagent.lint.test_code.model import Kind as Kind
from learnagent.lint.test_code.model import Skip as Skip
from learnagent.lint.test_code.model import TestFunction as TestFunction
from learnagent.lint.test_code.python_functions import read as read_python
from learnagent.lint.test_code.rust_functions import read as read_rust
from learnagent.lint.test_code.script_functions import read as read_script

_READERS: Mapping[str, Callable[[SourceFile], list[TestFunction]]] = {
    "python": read_python,
    "javascript": read_script,
    "typescript": read_script,
    "tsx": read_script,
    "go": read_go,
    "rust": read_rust,
    "java": read_java,
}


def tests(file: SourceFile) -> list[TestFunction]:
    """Return the tests of a file in the order of the text; none in a language whose tests are not read."""
    return file.once(_read)


def collected(file: SourceFile) -> list[TestFunction]:
    """Return the tests that run, in files that are tests by their path, and in any file of Rust."""
    is_go_test = file.path.endswith("_test.go") and "testdata" not in file.path.split("/")
    if not (is_go_test if file.language == "go" else file.is_test or file.language == "rust"):
        return []
    return [test for test in tests(file) if test.is_collected]


def _read(file: SourceFile) -> list[TestFunction]:
    reader = _READERS.get(file.language)
    return [] if reader is None else reader(file)
