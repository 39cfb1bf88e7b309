from __future__ import annotations

import pytest

from learnagent_memory.history.paths import is_source, is_test, kind_of, stem_of

KINDS = (
    ("src/app/cart.py", "source"),
    ("lib/response.js", "source"),
    ("src/latest/contest.py", "source"),
    ("src/_pytest/doctest.py", "source"),
    ("crates/core/main.rs", "source"),
    ("src/history.py", "source"),
    ("src/Manifest.java", "source"),
    ("docs/conf.py", "docs"),
    ("tests/test_cart.py", "test"),
    ("testing/python/fixtures.py", "test"),
    ("pkg/cart_test.go", "test"),
    ("src/cart.test.tsx", "test"),
    ("src/__tests__/cart.ts", "test"),
    ("spec/cart_spec.rb", "test"),
    ("src/test/java/CartTest.java", "test"),
    ("src/CartTests.cs", "test"),
    ("conftest.py", "test"),
    ("tests/data/sample.json", "test"),
    ("README.md", "docs"),
    ("docs/guide.rst", "docs"),
    ("CHANGES.rst", "changelog"),
    ("CHANGELOG", "changelog"),
    ("changelog/123.bugfix.rst", "changelog"),
    ("docs/history/release-notes.md", "changelog"),
    ("vendor/lib/test_x.py", "vendored"),
    ("web/node_modules/x/index.js", "vendored"),
    ("package-lock.json", "lock"),
    ("poetry.lock", "lock"),
    ("api/service_pb2.py", "generated"),
    ("static/app.min.js", "generated"),
    ("locale/de/messages.po", "generated"),
    ("setup.cfg", "other"),
    ("Makefile", "other"),
)


@pytest.mark.parametrize(("path", "kind"), KINDS)
def test_a_path_tells_what_a_file_is_for(path: str, kind: str) -> None:
    assert kind_of(path) == kind
    assert (is_source(path), is_test(path)) == (kind == "source", kind == "test")


@pytest.mark.parametrize(
    ("source", "test"),
    [
        ("src/app/cart.py", "tests/test_cart.py"),
        ("pkg/cart.go", "pkg/cart_test.go"),
        ("src/cart.ts", "src/cart.test.ts"),
        ("lib/cart.rb", "spec/cart_spec.rb"),
        ("src/main/java/Cart.java", "src/test/java/CartTest.java"),
        ("src/config/__init__.py", "tests/test_config.py"),
        ("src/Button/index.tsx", "src/Button/Button.test.tsx"),
    ],
)
def test_a_source_file_and_its_test_have_one_stem(source: str, test: str) -> None:
    assert stem_of(source) == stem_of(test)
