from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "unexplained-suppression"


@pytest.mark.parametrize(
    "code",
    [
        "x = f()  # noqa: S608 - the column is one of ours\n",
        "x = f()  # type: ignore[arg-type]  # the stub says str\n",
        "# The stub says str, the library takes bytes.\nx = f()  # type: ignore[arg-type]\n",
        "# The stub says str.\nx = f(\n    b'x',  # type: ignore[arg-type]\n)\n",
        "x = f()  # type: ignore[misc]  # python/mypy#2427\n",
        "x = f()  # type: ignore[misc]  # https://example.org/issues/3\n",
        "# pylint: disable=invalid-name  # Django's own name for the key\nid = 1\n",
        "# Imported late: the settings come first.\nimport a  # noqa: E402\nimport b  # noqa: E402\n",
        "import a  # noqa: E402 - the settings come first\nimport b  # noqa: E402\n",
        "# Generated SQL is long.\n# ruff: noqa: E501\n",
        '"""Statements that cannot be broken into lines."""\n# ruff: noqa: E501\n',
        "import yaml  # type: ignore[import-untyped]\n",
        "import gone  # type: ignore[import-not-found]\n",
        "if TYPE_CHECKING:  # pragma: no cover\n    import a\n",
        "if TYPE_CHECKING:\n    import a  # pragma: no cover\n",
        "if __name__ == '__main__':  # pragma: no cover\n    main()\n",
        "if sys.platform == 'win32':  # pragma: no cover\n    main()\n",
        "class A:\n    @abstractmethod\n    def f(self): ...  # pragma: no cover\n",
        "class A:\n    def f(self):\n        raise NotImplementedError  # pragma: no cover\n",
        "try:\n    import h2  # noqa: F401\nexcept ImportError:\n    h2 = None\n",
    ],
)
def test_a_reason_in_words_or_a_convention_is_fine(code: str) -> None:
    assert findings(code, rule=RULE) == []


def test_a_re_export_needs_no_words() -> None:
    assert findings("from .client import Client  # noqa: F401\n", "src/api/__init__.py", rule=RULE) == []


def test_what_a_test_does_wrong_on_purpose_needs_no_words() -> None:
    code = "def test_it():\n    with pytest.raises(TypeError):\n        f(1)  # type: ignore[arg-type]\n"

    assert findings(code, "tests/test_app.py", rule=RULE) == []


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("// eslint-disable-next-line no-console -- the only place that prints\nf();\n", "src/app.js"),
        ("// The user asked for output.\n// eslint-disable-next-line no-console\nf();\n", "src/app.js"),
        ("// @ts-expect-error the library's types lack the field\nf();\n", "src/app.ts"),
        ("// @ts-expect-error\nf(1);\n", "test/app.test-d.ts"),
        ("/* istanbul ignore next: only on Windows */\nf();\n", "src/app.ts"),
        ("package a\n\nvar x = f() //nolint:errcheck // best effort\n", "a.go"),
        ("package a\n\n//lint:ignore SA1019 the new API is not in 1.20\nvar x = f()\n", "a.go"),
        ('#[expect(dead_code, reason = "read by the macro")]\nfn f() {}\n', "src/lib.rs"),
        ("// The macro reads it.\n#[allow(dead_code)]\nfn f() {}\n", "src/lib.rs"),
        ("#[allow(dead_code)] // read by the macro\nfn f() {}\n", "src/lib.rs"),
        (
            'class A {\n  // Only put() writes.\n  @SuppressWarnings("unchecked")\n  @Override\n  T f() {}\n}\n',
            "A.java",
        ),
        ('/** The cast is safe: only put() writes. */\n@Suppress("UNCHECKED_CAST")\nfun f() {}\n', "a.kt"),
        ('class A { [SuppressMessage("A", "B", Justification = "the name is fixed")] void F() { } }\n', "A.cs"),
        ("#pragma warning disable CS0618 // the old API is under test\n", "A.cs"),
        ("<?php\n// @phpstan-ignore-next-line the stub lacks the method\nf();\n", "a.php"),
        ("def f # rubocop:disable Naming/MethodName -- the protocol's name\nend\n", "a.rb"),
        ("# The words must be split here.\n# shellcheck disable=SC2086\necho $x\n", "a.sh"),
        ("# shellcheck disable=SC1091\n. ./x.sh\n", "a.sh"),
        ("int f(); // NOLINT(readability-identifier-naming): the C API's name\n", "a.cpp"),
        ('// GCC 8 warns falsely here.\n#pragma GCC diagnostic push\n#pragma GCC diagnostic ignored "-Wx"\n', "a.cpp"),
    ],
)
def test_a_reason_is_seen_in_every_language(code: str, path: str) -> None:
    assert findings(code, path, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "x = f()  # noqa: S608\n",
        "x = f()  # type: ignore[attr-defined]\n",
        "x = f()  # type: ignore[attr-defined]  # ignore\n",
        "x = f()  # noqa: E501 line too long\n",
        "x = f()  # noqa: E501 TODO fix later\n",
        "x = f()  # pyright: ignore[reportCallIssue]\n",
        "x = md5(y)  # nosec B303\n",
        "# Open the session\nsession = open_session()  # noqa: SIM115\n",
        "# ---- helpers ----------------\nx = f()  # noqa: S608\n",
        "# Copyright 2024 The Authors\n# pylint: disable=too-many-lines\n",
        "def f():  # pragma: no cover\n    return 1\n",
        "if x < 0:  # pragma: no cover\n    y()\n",
        "try:\n    f()\nexcept ValueError:  # learnagent: allow[swallowed-error]\n    x = 1\n",
    ],
)
def test_a_code_alone_or_words_that_say_nothing_are_named(code: str) -> None:
    assert len(findings(code, rule=RULE)) == 1


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("// eslint-disable-next-line no-console\nf();\n", "src/app.js"),
        ("/* istanbul ignore next */\nf();\n", "src/app.ts"),
        ("// @ts-ignore\nf();\n", "src/app.ts"),
        ("// @ts-expect-error TODO\nf();\n", "src/app.tsx"),
        ("package a\n\nvar x = f() //nolint:errcheck\n", "a.go"),
        ("package a\n\n// Load reads the file.\n//nolint:gocyclo\nfunc Load() {\n}\n", "a.go"),
        ("#[allow(dead_code)]\nfn f() {}\n", "src/lib.rs"),
        ("/// Escapes a text.\n#[allow(dead_code)]\nfn f() {}\n", "src/lib.rs"),
        ('class A {\n  /** Returns the value. */\n  @SuppressWarnings("unchecked")\n  T f() {}\n}\n', "A.java"),
        ("class A { void f() { x(); } // NOPMD\n}\n", "A.java"),
        ('@Suppress("UNCHECKED_CAST")\nfun f() {}\n', "a.kt"),
        ('class A { [SuppressMessage("A", "B")] void F() { } }\n', "A.cs"),
        ("#pragma warning disable CS0618\nclass A { }\n", "A.cs"),
        ("<?php\n// phpcs:ignore Generic.Files.LineLength\nf();\n", "a.php"),
        ("def f # rubocop:disable Naming/MethodName\nend\n", "a.rb"),
        ("# :nocov:\ndef f\nend\n# :nocov:\n", "a.rb"),
        ("# shellcheck disable=SC2086\necho $x\n", "a.sh"),
        ("int f(); // NOLINT(readability-identifier-naming)\n", "a.cpp"),
        ('#pragma GCC diagnostic ignored "-Wshadow"\n', "a.cpp"),
    ],
)
def test_it_is_named_in_every_language(code: str, path: str) -> None:
    assert len(findings(code, path, rule=RULE)) == 1


def test_a_blanket_one_is_left_to_the_other_rule() -> None:
    assert lines("import a  # noqa\nimport b  # noqa: F401\n", rule=RULE) == [2]
