from __future__ import annotations

import pytest

from linting import findings

RULE = "jump-out-of-finally"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.py", "def f():\n    try:\n        return g()\n    finally:\n        close()\n"),
        (
            "a.py",
            (
                "def f():\n    try:\n        g()\n    finally:\n        for x in y:\n            if x: break\n       "
                "     continue\n"
            ),
        ),
        (
            "a.py",
            "def f():\n    try:\n        g()\n    finally:\n        def h():\n            return 1\n        h()\n",
        ),
        ("a.py", "def f():\n    try:\n        g()\n    finally:\n        k(lambda: 1)\n    return 2\n"),
        ("a.js", "function f() { try { return g() } finally { xs.forEach((x) => { return x }) } }"),
        ("a.ts", "function f() { try { g() } finally { for (const x of xs) { if (x) continue; break } } }"),
        ("a.js", "function f() { try { g() } finally { switch (x) { case 1: break } } }"),
        ("a.js", "function f() { try { g() } finally { out: for (;;) { for (;;) { break out } } } }"),
        ("A.java", "class A { int f() { try { return g(); } finally { xs.forEach(x -> { return; }); } } }"),
        (
            "A.java",
            (
                "class A { void f() { try { g(); } finally { new Thread(new Runnable() { public void run() { return; "
                "} }); } } }"
            ),
        ),
        ("a.kt", "fun f() { try { g() } finally { xs.forEach { if (it) return@forEach } } }"),
        ("a.php", "<?php function f() { try { return g(); } finally { foreach ($a as $b) { continue; } } }"),
        ("a.php", "<?php function f() { try { g(); } finally { h(function () { return 1; }); } }"),
        ("A.cs", "class A { int F() { try { return G(); } finally { foreach (var x in xs) { break; } } } }"),
        ("a.rb", "def f\n  g\nensure\n  xs.each { |x| next if x }\nend\n"),
        ("a.rb", "def f\n  g\nensure\n  while x\n    break\n  end\nend\n"),
    ],
)
def test_a_jump_that_stays_inside_is_fine(path: str, code: str) -> None:
    assert findings(code, f"src/{path}", rule=RULE) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("a.py", "def f():\n    try:\n        g()\n    finally:\n        return 1\n"),
        (
            "a.py",
            (
                "def f():\n    try:\n        g()\n    finally:\n        with x:\n            if y:\n                "
                "return\n"
            ),
        ),
        ("a.py", "for x in y:\n    try:\n        g()\n    finally:\n        break\n"),
        ("a.py", "while x:\n    try:\n        g()\n    finally:\n        if z: continue\n"),
        ("a.py", "def f():\n    try:\n        g()\n    finally:\n        for x in y:\n            return x\n"),
        ("a.js", "function f() { try { g() } finally { return 1 } }"),
        ("a.ts", "for (const x of xs) { try { g() } finally { continue } }"),
        ("a.tsx", "out: for (;;) { try { g() } finally { for (;;) { break out } } }"),
        ("a.js", "for (;;) { try { g() } finally { switch (x) { default: continue } } }"),
        ("A.java", "class A { int f() { try { return g(); } finally { if (x) { return 2; } } } }"),
        ("A.java", "class A { void f() { for (;;) { try { g(); } finally { break; } } } }"),
        ("a.kt", "fun f(): Int { try { g() } finally { return 1 } }"),
        ("a.kt", "fun f() { while (true) { try { g() } finally { break } } }"),
        ("a.php", "<?php function f() { try { g(); } finally { return 1; } }"),
        ("a.php", "<?php foreach ($a as $b) { try { g(); } finally { foreach ($c as $d) { continue 2; } } }"),
        ("a.rb", "def f\n  g\nensure\n  return 1\nend\n"),
        ("a.rb", "def f\n  begin\n    g\n  ensure\n    return nil if x\n  end\nend\n"),
    ],
)
def test_a_jump_that_leaves_is_found(path: str, code: str) -> None:
    assert len(findings(code, f"src/{path}", rule=RULE)) == 1


def test_the_message_names_the_jump() -> None:
    found = findings("def f():\n    try:\n        g()\n    finally:\n        return 1\n", rule=RULE)

    assert [one.message for one in found] == ["return leaves the finally block: an error on its way is dropped"]
