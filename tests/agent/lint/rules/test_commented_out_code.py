"""`commented-out-code` on code that a change turns into comments, bare strings or dead branches of the preprocessor."""

from __future__ import annotations

import pytest

from linting import changed

RULE = "commented-out-code"
BEFORE = """\
def shelve(books):
    check_all(books)
    shelf = sorted(books)
    assert shelf[0] == ("Austen", 1811)
    return shelf
"""


def lines(before: str, after: str, path: str = "src/app.py", *, task: str = "") -> list[int]:
    return [finding.line for finding in changed({path: before}, {path: after}, rule=RULE, task=task)]


@pytest.mark.parametrize(
    "after",
    [
        BEFORE.replace("    check_all(books)\n", ""),
        BEFORE.replace("    check_all(books)\n", "    # the caller has checked the books already\n"),
        BEFORE.replace("    shelf =", "    # check_all(books) is cheap\n    shelf ="),
        BEFORE.replace("    shelf =", "    # check_all(books)\n    shelf ="),
        BEFORE.replace("check_all(books)", "verify(books)  # not check_all, which is slow"),
        BEFORE.replace("def shelve(books):\n", 'def shelve(books):\n    """\n    check_all(books)\n    """\n').replace(
            "    check_all(books)\n    shelf", "    shelf"
        ),
    ],
)
def test_prose_removal_and_documentation_are_fine(after: str) -> None:
    assert lines(BEFORE, after) == []


def test_comments_that_stood_there_are_fine() -> None:
    old = BEFORE.replace("    check_all(books)", "    # check_all(books)")
    assert lines(old, old.replace("    ", "        ")) == []


def test_code_that_comes_back_is_fine() -> None:
    assert lines(BEFORE.replace("    check_all(books)", "    # check_all(books)"), BEFORE) == []


def test_an_example_in_a_doc_comment_is_fine() -> None:
    before = "fn take() {}\n#[test]\nfn first() {\n    assert_eq!(take(), 0);\n}\n"
    after = "/// ```\n/// assert_eq!(take(), 0);\n/// ```\nfn take() {}\n"
    assert lines(before, after, "src/lib.rs") == []


def test_what_the_task_asks_for_is_fine() -> None:
    after = BEFORE.replace("    check_all(books)", "    # check_all(books)")
    assert lines(BEFORE, after, task="Comment out the call of check_all for the demo.") == []


def test_brackets_and_keywords_alone_say_nothing() -> None:
    before = "if a:\n    f(a)\nelse:\n    g(a)\n"
    assert lines(before, "if a:\n    f(a)\n# else:\n") == []


@pytest.mark.parametrize(
    ("path", "before", "after", "found"),
    [
        ("a.py", BEFORE, BEFORE.replace("    check_all(books)", "    # check_all(books)"), [2]),
        ("a.py", BEFORE, BEFORE.replace("    assert", "    #assert"), [4]),
        ("a.py", BEFORE, BEFORE.replace("    assert", "    # TODO: mend\n    # assert"), [5]),
        (
            "a.py",
            BEFORE,
            BEFORE.replace("    assert", '    """\n    assert').replace("1811)\n", '1811)\n    """\n'),
            [5],
        ),
        ("a.py", BEFORE, BEFORE.replace("    return shelf", "    return books  # return shelf"), [5]),
        ("a.ts", "check(a);\nsend(a);\n", "// check(a);\nsend(a);\n", [1]),
        (
            "a.tsx",
            "const a = (\n  <B>\n    <Check of={c} />\n  </B>\n);\n",
            "const a = (\n  <B>\n    {/* <Check of={c} /> */}\n  </B>\n);\n",
            [3],
        ),
        ("a.js", "check(a);\nsend(a);\n", "/*\ncheck(a);\n*/\nsend(a);\n", [2]),
        ("a.go", "package a\n\nfunc f() {\n\tcheck(a)\n}\n", "package a\n\nfunc f() {\n\t// check(a)\n}\n", [4]),
        ("a.rs", "fn f() {\n    check(a);\n}\n", "fn f() {\n    // check(a);\n}\n", [2]),
        ("A.java", "class A {\n  @Test void f() {}\n}\n", "class A {\n  // @Test void f() {}\n}\n", [2]),
        ("a.kt", "fun f() {\n    check(a)\n}\n", "fun f() {\n//    check(a)\n}\n", [2]),
        ("a.cs", "class A {\n  void F() { Check(a); }\n}\n", "class A {\n  // void F() { Check(a); }\n}\n", [2]),
        ("a.php", "<?php\ncheck($a);\n", "<?php\n# check($a);\n", [2]),
        ("a.rb", "check(a)\nsend(a)\n", "# check(a)\nsend(a)\n", [1]),
        (
            "a.cpp",
            "int f() {\n  check(a);\n  return 0;\n}\n",
            "int f() {\n#if 0\n  check(a);\n#endif\n  return 0;\n}\n",
            [3],
        ),
        ("a.sh", "#!/bin/sh\nrun --all a\n", "#!/bin/sh\n# run --all a\n", [2]),
    ],
)
def test_code_that_is_put_into_comments_is_named(path: str, before: str, after: str, found: list[int]) -> None:
    assert lines(before, after, path) == found


def test_lines_that_follow_each_other_are_one_finding() -> None:
    after = (
        BEFORE.replace("    check_all", "    # check_all")
        .replace("    shelf =", "    # shelf =")
        .replace("    assert", "    # assert")
    )
    (found,) = changed({"a.py": BEFORE}, {"a.py": after}, rule=RULE)
    assert (found.line, found.message) == (2, "3 lines of code are commented out here")


def test_broken_code_is_read_as_far_as_it_goes() -> None:
    assert lines("def f(:\n    check_all(books)\n", "def f(:\n    # check_all(books)\n") == [2]
