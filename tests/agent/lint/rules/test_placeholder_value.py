from __future__ import annotations

import pytest

from linting import findings, lines

RULE = "placeholder-value"


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("MARK = '?'  # the parameter placeholder of SQLite\n", "src/app.py"),
        ("x = None  # placeholder for the result\n", "src/app.py"),
        ("x = []  # TODO: implement pagination\nx.append(1)\n", "src/app.py"),
        ("# TODO: implement pagination\nrows = fetch(query)\n", "src/app.py"),
        ("x = compute(y)  # for now\n", "src/app.py"),
        ("# The port is hard-coded in the protocol.\nPORT = 9418\n", "src/app.py"),
        ("# Intentionally constant for now.\nRATE = 2\n", "src/app.py"),
        ("size = 64  # fixed size of a header\n", "src/app.py"),
        ("x = 1  # noqa: S105 - a placeholder\n", "src/app.py"),
        ("def f():\n    '''Return the default.'''\n    return 3\n", "src/app.py"),
        ("# The next full hours from now.\nHOURS = 3\n", "src/app.py"),
        ("token = 'x'  # a fake token\n", "tests/test_app.py"),
        ("token = 'x'  # a fake token\n", "src/testing/fakes.py"),
        ("const dummy = new Node(null); // dummy head\n", "src/a.ts"),
        ("const field = { placeholder: 'Ada Lovelace' }; // shown while empty\n", "src/a.ts"),
        ("package a\n\nvar x = load() // for now\n", "a.go"),
        ("let file = temp_file(); // a temporary file\n", "src/lib.rs"),
    ],
)
def test_a_word_that_means_something_else_is_fine(code: str, path: str) -> None:
    assert findings(code, path, rule=RULE) == []


@pytest.mark.parametrize(
    "code",
    [
        "def risk(p):\n    # For now every payment has the same risk.\n    return 0.05\n",
        "def risk(p):\n    return 0.05  # placeholder\n",
        "def risk(p):\n    '''The risk (dummy value).'''\n    return 0.05\n",
        "def risk(p):\n    '''Placeholder: always the same.'''\n    return {'score': 1, 'parts': []}\n",
        "def risk(p):\n    # TODO: implement\n    return []\n",
        "def risk(p):\n    return 42  # TODO\n",
        "def risk(p):\n    # In a real implementation this asks the model.\n    return {'risk': 0.5}\n",
        "def risk(p):\n    # Mock data until the service is ready.\n    rows = [{'id': 1}]\n    return rows\n",
        "def risk(p):\n    # TODO: replace this with the real model\n    log(p)\n    return 0.5\n",
        "def risk(p):\n    if p:\n        return True  # hardcoded\n    return ask(p)\n",
        "user_id = 1  # hardcoded until the login is there\n",
        "save(order, user_id=1)  # hardcoded\n",
        "answer = {\n    'score': 0.9,  # fake score\n}\n",
        "class A:\n    # Temporary hack: the tiers should come from the contract.\n    RATE = Decimal('0.10')\n",
        "kind = Kind.FAST  # stub\n",
    ],
)
def test_a_constant_that_a_comment_admits_to_be_none_is_named(code: str) -> None:
    assert len(findings(code, rule=RULE)) == 1


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("const token = 'abc'; // TODO: implement signing\n", "src/a.js"),
        (
            "function f() {\n  // dummy data, replace with the real query\n  const active = 42;\n  return active;\n}\n",
            "src/a.ts",
        ),
        ("const f = () => {\n  // Hardcoded for now\n  return { cents: 1499 };\n};\n", "src/a.tsx"),
        ("package a\n\nfunc f() bool {\n\treturn true // temporary hack until the key is there\n}\n", "a.go"),
        ("package a\n\nfunc f() {\n\trate := 1.08 // hardcoded for now\n}\n", "a.go"),
        (
            "fn f() -> Duration {\n    // just return a fixed value for now\n    Duration::from_secs(30)\n}\n",
            "src/lib.rs",
        ),
        ("fn f() {\n    let free = 1024 * 1024; // fake value\n}\n", "src/lib.rs"),
        ("class A {\n  int f() {\n    // Placeholder implementation\n    return 700;\n  }\n}\n", "A.java"),
        ('class A {\n  // dummy key, to be read from the vault\n  private String key = "x";\n}\n', "A.java"),
        ("fun f(): Int {\n    // TODO: implement the real formula\n    return 250\n}\n", "a.kt"),
        ("class A { int F() { return 3; } // placeholder\n}\n", "A.cs"),
        ("<?php\nfunction f() {\n  // for now\n  return [];\n}\n", "a.php"),
        ("def f\n  # hardcoded for now\n  42\nend\n", "a.rb"),
        ("int f() {\n  return 3; // for now\n}\n", "a.cpp"),
    ],
)
def test_it_is_named_in_every_language(code: str, path: str) -> None:
    assert len(findings(code, path, rule=RULE)) == 1


def test_it_is_named_once_where_two_comments_speak_of_it() -> None:
    assert lines("def f():\n    # For now.\n    return 1  # placeholder\n", rule=RULE) == [3]
