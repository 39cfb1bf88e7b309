"""`added-suppression` on comments, attributes and pragmas that a change adds, in all languages."""

from __future__ import annotations

import pytest

from linting import changed

RULE = "added-suppression"
CODE = "def cheapest(items):\n    found = None\n    return found{}\n"


def levels(before: str | None, after: str, path: str = "src/app.py", *, task: str = "") -> list[str]:
    old = {} if before is None else {path: before}
    return [finding.level for finding in changed(old, {path: after}, rule=RULE, task=task)]


def test_a_suppression_that_goes_is_fine() -> None:
    assert levels(CODE.format("  # noqa: F841"), CODE.format("")) == []


def test_a_suppression_that_stood_there_is_fine() -> None:
    old = CODE.format("  # type: ignore[return-value]")
    assert levels(old, old.replace("found", "best")) == []


def test_a_suppression_that_moved_with_its_code_is_fine() -> None:
    line = "def load(entry):\n    return entry.load()(api=2)  # type: ignore[call-arg]\n"
    assert changed({"a.py": line, "b.py": "\n"}, {"a.py": "\n", "b.py": line}, rule=RULE) == []


def test_another_checkers_comment_on_the_same_code_is_fine() -> None:
    assert (
        levels(CODE.format("  # type: ignore[return-value]"), CODE.format("  # pyright: ignore[reportReturnType]"))
        == []
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  # type: ignore", "  # type: ignore[return-value]"),
        ("  # noqa", "  # noqa: RET504"),
        ("  # noqa: RET504, F841", "  # noqa: F841"),
        ("  # noqa: F841", "  # noqa: F841 - read by the debugger"),
    ],
)
def test_a_suppression_that_silences_less_is_fine(before: str, after: str) -> None:
    assert levels(CODE.format(before), CODE.format(after)) == []


def test_a_reason_that_argues_is_fine() -> None:
    after = CODE.format("  # type: ignore[return-value]  # the stub of the library promises too much")
    assert levels(CODE.format(""), after) == []


@pytest.mark.parametrize(
    "line",
    [
        "import yaml  # type: ignore[import-untyped]",
        "if TYPE_CHECKING:  # pragma: no cover",
    ],
)
def test_what_explains_itself_is_fine(line: str) -> None:
    assert levels("x = 1\n", f"x = 1\n{line}\n    pass\n" if line.endswith("cover") else f"x = 1\n{line}\n") == []


def test_words_about_suppressions_are_fine() -> None:
    assert levels("x = 1\n", 'x = 1\nPATTERN = r"# noqa: F401"\n# the checker looks for type comments\n') == []


@pytest.mark.parametrize(
    "task", ["Add a `# type: ignore[return-value]` there.", "typing: ignore return-value in app.py"]
)
def test_what_the_task_asks_for_is_fine(task: str) -> None:
    assert levels(CODE.format(""), CODE.format("  # type: ignore[return-value]"), task=task) == []


@pytest.mark.parametrize(
    "task", ["", "Fix the mypy errors.", "Fix return-value, but do not add type: ignore comments."]
)
def test_what_the_task_does_not_ask_for_counts(task: str) -> None:
    assert levels(CODE.format(""), CODE.format("  # type: ignore[return-value]"), task=task) == ["error"]


@pytest.mark.parametrize(
    "added", ["  # noqa", "  # type: ignore", "  # noqa: F821", "  # pragma: no cover", "  # pylint: disable=no-member"]
)
def test_a_suppression_without_reason_is_named(added: str) -> None:
    assert levels(CODE.format(""), CODE.format(added)) == ["error"]


@pytest.mark.parametrize(
    "added",
    ["  # type: ignore[return-value]  # best effort", "  # type: ignore  # the stub of the library promises too much"],
)
def test_words_do_not_help_where_they_are_few_or_nothing_is_named(added: str) -> None:
    assert levels(CODE.format(""), CODE.format(added)) == ["error"]


def test_a_second_code_is_named() -> None:
    assert levels(CODE.format("  # noqa: F841"), CODE.format("  # noqa: F841, B007")) == ["error"]


def test_layout_and_names_are_told_only() -> None:
    assert levels(CODE.format(""), CODE.format("  # noqa: E501")) == ["warn"]


def test_in_tests_narrow_ones_are_told_only() -> None:
    assert levels(CODE.format(""), CODE.format("  # type: ignore[arg-type]"), "tests/test_app.py") == ["warn"]
    assert levels(CODE.format(""), CODE.format("  # type: ignore"), "tests/test_app.py") == ["error"]


def test_where_a_file_has_several_another_one_is_told_only() -> None:
    old = "a = b()  # type: ignore[attr-defined]\nc = d()  # type: ignore[union-attr]\n" + CODE
    assert levels(old.format(""), old.format("  # type: ignore[return-value]")) == ["warn"]


def test_a_new_version_of_a_checker_may_be_answered_so() -> None:
    before = {"src/app.py": CODE.format(""), "requirements/dev.txt": "mypy==1.1\n"}
    after = {"src/app.py": CODE.format("  # type: ignore[return-value]"), "requirements/dev.txt": "mypy==1.9\n"}
    assert [finding.level for finding in changed(before, after, rule=RULE)] == ["warn"]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.ts", "const a: number = b();\n", "// @ts-ignore\nconst a: number = b();\n"),
        ("a.js", "eval(code);\n", "eval(code); // eslint-disable-line no-eval\n"),
        ("a.tsx", "const a = <A b={c} />;\n", "// @ts-expect-error\nconst a = <A b={c} />;\n"),
        ("a.go", "package a\n\nfunc f() {\n\tg()\n}\n", "package a\n\nfunc f() {\n\tg() //nolint:errcheck\n}\n"),
        ("a.rs", "fn f() {}\n", "#[allow(dead_code)]\nfn f() {}\n"),
        ("A.java", "class A {\n  void f() {}\n}\n", 'class A {\n  @SuppressWarnings("unchecked")\n  void f() {}\n}\n'),
        ("a.kt", "fun f() {}\n", '@Suppress("UNCHECKED_CAST")\nfun f() {}\n'),
        ("a.cs", "class A {}\n", "#pragma warning disable CS8602\nclass A {}\n"),
        ("a.php", "<?php\nf();\n", "<?php\n/** @phpstan-ignore-next-line */\nf();\n"),
        ("a.rb", "eval(code)\n", "eval(code) # rubocop:disable Security/Eval\n"),
        ("a.cpp", "int a = b();\n", "int a = b(); // NOLINT(bugprone-x)\n"),
        ("a.sh", "#!/bin/sh\nrm $a\n", "#!/bin/sh\n# shellcheck disable=SC2086\nrm $a\n"),
    ],
)
def test_every_language_is_read(path: str, before: str, after: str) -> None:
    assert levels(before, after, path) == ["error"]


def test_a_file_that_a_program_wrote_is_left_alone() -> None:
    assert levels(None, "# Code generated by protoc. DO NOT EDIT.\nimport os  # noqa\n") == []


def test_broken_code_is_read_as_far_as_it_goes() -> None:
    assert levels("def f(:\n", "def f(:\n    return g(  # noqa: F821\n") == ["error"]
