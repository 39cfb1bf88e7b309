from __future__ import annotations

from learnagent.by_product import is_by_product, without_by_products


def test_caches_of_tools_and_interpreters_are_by_products() -> None:
    assert is_by_product("src/__pycache__/a.cpython-311.pyc")
    assert is_by_product(".pytest_cache/README.md")
    assert is_by_product("web/node_modules/x/index.js")
    assert not is_by_product("src/cache.py")
    assert not is_by_product("docs/pytest_cache.md")


def test_a_diff_keeps_every_other_section_word_for_word() -> None:
    mine = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-1\n+2\n"
    cache = "diff --git a/.pytest_cache/README.md b/.pytest_cache/README.md\nnew file mode 100644\n+x\n"
    quoted = 'diff --git "a/\\303\\274.py" "b/\\303\\274.py"\n+y\n'
    assert without_by_products(mine + cache + quoted) == mine + quoted
    assert without_by_products("") == ""
