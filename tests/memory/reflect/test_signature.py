from __future__ import annotations

import pytest

from learnagent_memory.reflect.signature import MAX_SIGNATURE, output_digest, signature_of

PYTEST = """
    def test_it():
>       from calc import total
E       ModuleNotFoundError: No module named 'calc.total'

tests/test_a.py:3: ModuleNotFoundError
FAILED tests/test_a.py::test_it - ModuleNotFoundError: No module named 'calc.total'
1 failed in 0.12s
"""
NODE = """
/app/src/list.js:12
TypeError: Cannot read properties of undefined (reading 'map')
    at render (/app/src/list.js:12:7)
"""
TSC = "src/app.ts(3,7): error TS2304: Cannot find name 'Foo'."
GO = "# example.com/x\n./main.go:7:2: undefined: parse\nFAIL\texample.com/x [build failed]"
PANIC = "panic: runtime error: index out of range [3] with length 3\n\ngoroutine 1 [running]:"
RUST = "error[E0425]: cannot find value `limit` in this scope\n --> src/main.rs:4:13"
JAVA = 'Exception in thread "main" java.lang.NullPointerException: name\n\tat Main.main(Main.java:3)'
JAVAC = "src/Main.java:5: error: cannot find symbol\n    foo();"
C = "src/a.c:3:10: fatal error: zlib.h: No such file or directory\n"
LINKER = "/usr/bin/ld: a.o: in function `main':\na.c:(.text+0x9): undefined reference to `pow'"
SHELL = "bash: line 1: phpunit: command not found\n[exit 127]"


@pytest.mark.parametrize("output", ["", "3 passed in 0.1s", "E   assert 1 == 2\nE   AssertionError: no", "x" * 99_999])
def test_where_no_cause_is_shown_there_is_no_signature(output: str) -> None:
    assert signature_of(output) is None


@pytest.mark.parametrize(
    ("output", "text", "is_fixed"),
    [
        (PYTEST, "ModuleNotFoundError: No module named 'calc.total'", True),
        (NODE, "TypeError: Cannot read properties of undefined (reading 'map')", True),
        (TSC, "TS2304: Cannot find name 'Foo'.", False),
        (GO, "undefined: parse", True),
        (PANIC, "panic: runtime error: index out of range [<n>] with length <n>", False),
        (RUST, "error[E0425]: cannot find value `limit` in this scope", True),
        (JAVA, "NullPointerException: name", False),
        (JAVAC, "error: cannot find symbol", True),
        (C, "error: zlib.h: No such file or directory", False),
        (LINKER, "undefined reference to `pow'", True),
        (SHELL, "phpunit: command not found", True),
        (
            "OSError: [Errno 2] cannot open /home/me/x/data.bin at 0x7f00",
            "OSError: [Errno <n>] cannot open <path> at <id>",
            False,
        ),
    ],
)
def test_the_same_error_looks_the_same_elsewhere_and_tomorrow(output: str, text: str, *, is_fixed: bool) -> None:
    found = signature_of(output)

    assert found is not None
    assert (found.text, found.is_fixed) == (text, is_fixed)


def test_words_that_a_program_chose_are_told_from_those_of_an_interpreter() -> None:
    said = signature_of("ValueError: always run the installer as root first")

    assert said is not None
    assert not said.is_fixed


def test_a_signature_is_short_and_printable() -> None:
    found = signature_of("ValueError: \x1b[31m" + "very long " * 40)

    assert found is not None
    assert len(found.text) <= MAX_SIGNATURE
    assert found.text.isprintable()


def test_outputs_that_differ_in_times_and_temporary_paths_have_one_digest() -> None:
    first = "collected 3 in /tmp/pytest-of-a/1/x at 0x7f01\n3 passed in 0.12s at 2026-11-22T10:00:01Z\n[exit 0]"
    second = "collected 3 in /tmp/pytest-of-b/22/y at 0x7fff\n3 passed in 4.5s at 2027-01-02T03:04:05Z\n"

    assert output_digest(first) == output_digest(second)
    assert output_digest(first) != output_digest(first.replace("3 passed", "4 passed"))
    assert output_digest(" \n") == ""
